//! The floors: what a scenario asks of SQLite, said to SQLite directly.
//!
//! Statements are prepared once and held, values are bound from where they lie, nothing is captured, encoded or told to
//! anybody. A module per group of scenarios; each function says what it contains.

pub(crate) mod commit;
pub(crate) mod fanout;
pub(crate) mod group_commit;
pub(crate) mod kept;
pub(crate) mod query_hot;
pub(crate) mod sync;

use rusqlite::{Connection, Params, Row, Statement};
use serde::Serialize;

use crate::schema::{Issue, IssueCreated, Todo, TodoCreated};

/// The tables as the store creates them, without the app's hooks.
const STATE: &str = "CREATE TABLE head (id INTEGER PRIMARY KEY NOT NULL, seq_global INTEGER NOT NULL, \
     seq_client INTEGER NOT NULL, seq_rebase_generation INTEGER NOT NULL) STRICT; \
     INSERT INTO head VALUES (1, 0, 0, 0); \
     CREATE TABLE todos (id TEXT PRIMARY KEY NOT NULL, text TEXT NOT NULL, \
     completed INTEGER NOT NULL DEFAULT 0) STRICT; \
     CREATE TABLE issues (id INTEGER PRIMARY KEY NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL, \
     priority INTEGER NOT NULL, creator TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL, \
     kanbanorder TEXT NOT NULL) STRICT; \
     CREATE INDEX issues_created ON issues (created); \
     CREATE INDEX issues_kanbanorder ON issues (kanbanorder);";

const LOG: &str = "CREATE TABLE eventlog (seq_global INTEGER NOT NULL, seq_client INTEGER NOT NULL, \
     seq_rebase_generation INTEGER NOT NULL, parent_global INTEGER NOT NULL, parent_client INTEGER NOT NULL, \
     parent_rebase_generation INTEGER NOT NULL, name TEXT NOT NULL, args TEXT NOT NULL, client_id TEXT NOT NULL, \
     session_id TEXT NOT NULL, PRIMARY KEY (seq_global, seq_client)) STRICT, WITHOUT ROWID;";

/// Ids of the usual length.
const CLIENT: &str = "0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b";
const SESSION: &str = "0190a1b2-c3d4-7e5f-8a6b-3c4d5e6f7a8b";

/// A state database in memory, and a log.
pub(crate) struct Bare {
    pub(crate) state: Connection,
    log: Connection,
}

impl Bare {
    /// Opens both in memory.
    pub(crate) fn open() -> rusqlite::Result<Self> {
        Self::with_log(Connection::open_in_memory()?)
    }

    /// Makes the log in this database.
    pub(crate) fn with_log(log: Connection) -> rusqlite::Result<Self> {
        let state = Connection::open_in_memory()?;
        state.execute_batch(STATE)?;
        log.execute_batch(LOG)?;
        Ok(Self { state, log })
    }

    pub(crate) fn filled(todos: usize, issues: usize) -> rusqlite::Result<Self> {
        let bare = Self::open()?;
        let mut writer = bare.writer()?;
        for todo in crate::data::todos(0..todos) {
            writer.insert_todo(&todo)?;
        }
        for issue in crate::data::issues(0..issues) {
            writer.insert_issue(&issue)?;
        }
        drop(writer);
        Ok(bare)
    }

    pub(crate) fn todos(&self) -> rusqlite::Result<usize> {
        read_count(&mut self.state.prepare("SELECT count(*) FROM todos")?, ())
    }

    pub(crate) fn events(&self) -> rusqlite::Result<usize> {
        read_count(&mut self.log.prepare("SELECT count(*) FROM eventlog")?, ())
    }

    /// Prepares all that a commit or a rebase needs.
    pub(crate) fn writer(&self) -> rusqlite::Result<Writer<'_>> {
        let (state, log) = (&self.state, &self.log);
        Ok(Writer {
            savepoint: state.prepare("SAVEPOINT floor")?,
            release: state.prepare("RELEASE floor")?,
            insert_todo: state.prepare("INSERT INTO todos (id, text) VALUES (?1, ?2)")?,
            insert_issue: state.prepare("INSERT INTO issues VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?,
            delete_todo: state.prepare("DELETE FROM todos WHERE id = ?1")?,
            complete_todo: state.prepare("UPDATE todos SET completed = 1 WHERE id = ?1")?,
            set_head: state.prepare(
                "UPDATE head SET seq_global = ?1, seq_client = ?2, seq_rebase_generation = ?3 WHERE id = 1",
            )?,
            begin: log.prepare("BEGIN IMMEDIATE")?,
            append: log.prepare("INSERT INTO eventlog VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?,
            truncate: log.prepare("DELETE FROM eventlog WHERE (seq_global, seq_client) > (?1, ?2)")?,
            commit: log.prepare("COMMIT")?,
            state_head: 0,
            head: 0,
        })
    }
}

/// The prepared statements of commits.
pub(crate) struct Writer<'a> {
    savepoint: Statement<'a>,
    release: Statement<'a>,
    insert_todo: Statement<'a>,
    insert_issue: Statement<'a>,
    delete_todo: Statement<'a>,
    complete_todo: Statement<'a>,
    set_head: Statement<'a>,
    begin: Statement<'a>,
    append: Statement<'a>,
    truncate: Statement<'a>,
    commit: Statement<'a>,
    state_head: i64,
    head: i64,
}

impl Writer<'_> {
    /// One commit: a savepoint around the events' writes and the update of the head, then a row per event in the log,
    /// in one transaction. `args` are the events' encoded arguments.
    pub(crate) fn commit(
        &mut self,
        event: &str,
        args: &[String],
        write: impl FnMut(&mut Self, usize) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.write(&[], args.len(), write)?;
        self.append(&[], event, args)
    }

    /// The state's half of a commit, or of a rebase that takes the last todos out first.
    pub(crate) fn write(
        &mut self,
        taken_out: &[TodoCreated],
        events: usize,
        mut write: impl FnMut(&mut Self, usize) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.savepoint.execute(())?;
        for todo in taken_out.iter().rev() {
            self.delete_todo.execute([&todo.id])?;
        }
        for i in 0..events {
            write(self, i)?;
        }
        self.state_head += events as i64 - taken_out.len() as i64;
        self.set_head.execute((self.state_head, 0, 0))?;
        self.release.execute(()).map(drop)
    }

    /// The log's half.
    pub(crate) fn append(
        &mut self,
        taken_out: &[TodoCreated],
        event: &str,
        args: &[String],
    ) -> rusqlite::Result<()> {
        self.begin.execute(())?;
        if !taken_out.is_empty() {
            self.head -= taken_out.len() as i64;
            self.truncate.execute((self.head, 0))?;
        }
        for args in args {
            let parent = self.head;
            self.head += 1;
            self.append
                .execute((self.head, 0, 0, parent, 0, 0, event, args, CLIENT, SESSION))?;
        }
        self.commit.execute(()).map(drop)
    }

    pub(crate) fn insert_todo(&mut self, todo: &TodoCreated) -> rusqlite::Result<()> {
        self.insert_todo.execute((&todo.id, &todo.text)).map(drop)
    }

    pub(crate) fn insert_issue(&mut self, issue: &IssueCreated) -> rusqlite::Result<()> {
        let row = (
            issue.id,
            &issue.title,
            &issue.status,
            issue.priority,
            &issue.creator,
            issue.created,
            issue.modified,
            &issue.kanbanorder,
        );
        self.insert_issue.execute(row).map(drop)
    }

    pub(crate) fn complete_todo(&mut self, id: &str) -> rusqlite::Result<()> {
        self.complete_todo.execute([id]).map(drop)
    }
}

/// Encodes the arguments of events, outside of what is measured.
pub(crate) fn args(events: &[impl Serialize]) -> Vec<String> {
    events
        .iter()
        .map(|event| serde_json::to_string(event).expect("the scenarios' events have a JSON form"))
        .collect()
}

pub(crate) fn read_count(
    count: &mut Statement<'_>,
    values: impl Params,
) -> rusqlite::Result<usize> {
    let rows: i64 = count.query_row(values, |row| row.get(0))?;
    Ok(rows.unsigned_abs() as usize)
}

pub(crate) fn read_todo(row: &Row<'_>) -> rusqlite::Result<Todo> {
    Ok(Todo {
        id: row.get(0)?,
        text: row.get(1)?,
        completed: row.get(2)?,
    })
}

pub(crate) fn read_issue(row: &Row<'_>) -> rusqlite::Result<Issue> {
    Ok(Issue {
        id: row.get(0)?,
        title: row.get(1)?,
        status: row.get(2)?,
        priority: row.get(3)?,
        creator: row.get(4)?,
        created: row.get(5)?,
        modified: row.get(6)?,
        kanbanorder: row.get(7)?,
    })
}
