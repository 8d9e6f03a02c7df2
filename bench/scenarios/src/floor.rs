//! The floors: what a scenario asks of SQLite, said to SQLite directly.
//!
//! Statements are prepared once and held, values are bound from where they lie, nothing is captured, encoded or told to
//! anybody. A module per group of scenarios; each function says what it contains.

pub(crate) mod commit;
pub(crate) mod fanout;
pub(crate) mod query_hot;

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

/// A state database and a log, both in memory.
pub(crate) struct Bare {
    pub(crate) state: Connection,
    log: Connection,
}

impl Bare {
    pub(crate) fn open() -> rusqlite::Result<Self> {
        let (state, log) = (Connection::open_in_memory()?, Connection::open_in_memory()?);
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

    /// Prepares all that a commit needs.
    pub(crate) fn writer(&self) -> rusqlite::Result<Writer<'_>> {
        let (state, log) = (&self.state, &self.log);
        Ok(Writer {
            savepoint: state.prepare("SAVEPOINT floor")?,
            release: state.prepare("RELEASE floor")?,
            insert_todo: state.prepare("INSERT INTO todos (id, text) VALUES (?1, ?2)")?,
            insert_issue: state.prepare("INSERT INTO issues VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?,
            complete_todo: state.prepare("UPDATE todos SET completed = 1 WHERE id = ?1")?,
            set_head: state.prepare(
                "UPDATE head SET seq_global = ?1, seq_client = ?2, seq_rebase_generation = ?3 WHERE id = 1",
            )?,
            begin: log.prepare("BEGIN IMMEDIATE")?,
            append: log.prepare("INSERT INTO eventlog VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?,
            commit: log.prepare("COMMIT")?,
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
    complete_todo: Statement<'a>,
    set_head: Statement<'a>,
    begin: Statement<'a>,
    append: Statement<'a>,
    commit: Statement<'a>,
    head: i64,
}

impl Writer<'_> {
    /// One commit: a savepoint around the events' writes and the update of the head, then a row per event in the log,
    /// in one transaction. `args` are the events' encoded arguments.
    pub(crate) fn commit(
        &mut self,
        event: &str,
        args: &[String],
        mut write: impl FnMut(&mut Self, usize) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        self.savepoint.execute(())?;
        for i in 0..args.len() {
            write(self, i)?;
        }
        self.set_head
            .execute((self.head + args.len() as i64, 0, 0))?;
        self.release.execute(())?;
        self.begin.execute(())?;
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
