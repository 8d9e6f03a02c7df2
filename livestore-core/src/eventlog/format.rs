//! The format of an eventlog's database, and the way from an older one to today's.

use rusqlite::{Connection, TransactionBehavior};

use super::EventlogError;
use crate::fault::{self, Bug};

/// Marks a database as an eventlog (SQLite's `application_id`): `lsel`.
pub(super) const APPLICATION_ID: i64 = 0x6c73_656c;

/// Where a database's file has that mark.
#[cfg(target_arch = "wasm32")]
const MARK: std::ops::Range<usize> = 68..MARK_END;
#[cfg(target_arch = "wasm32")]
pub(crate) const MARK_END: usize = 72;

/// Whether the first bytes of a file are those of an eventlog.
#[cfg(target_arch = "wasm32")]
pub(crate) fn is_marked(start: &[u8; MARK_END]) -> bool {
    let mark = (APPLICATION_ID as u32).to_be_bytes();
    start.starts_with(b"SQLite format 3\0") && start[MARK] == mark
}

/// The steps from each format to the next; the first makes an empty database format 1.
///
/// Steps are only ever added: logs of every format are out there.
const STEPS: &[&str] = &[
    "CREATE TABLE eventlog (
    seq_global INTEGER NOT NULL,
    seq_client INTEGER NOT NULL,
    seq_rebase_generation INTEGER NOT NULL,
    parent_global INTEGER NOT NULL,
    parent_client INTEGER NOT NULL,
    parent_rebase_generation INTEGER NOT NULL,
    name TEXT NOT NULL,
    args TEXT NOT NULL,
    client_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    PRIMARY KEY (seq_global, seq_client)
) STRICT, WITHOUT ROWID;",
    // Sync: which event of its session an event is, what the backend attached to it, and how far the
    // backend has confirmed the log.
    "ALTER TABLE eventlog ADD COLUMN id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE eventlog ADD COLUMN sync_metadata TEXT;
CREATE TABLE sync_status (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    backend_head INTEGER NOT NULL,
    backend_id TEXT,
    generation INTEGER NOT NULL
) STRICT;
INSERT INTO sync_status VALUES (1, 0, NULL, 0);",
    // Which log it is: the number rises when what was final is not any more. What a log that was emptied
    // had for itself waits in a table until the app has it. Events of format 1 had no id of their own.
    "ALTER TABLE sync_status ADD COLUMN lineage INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sync_status ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
CREATE TABLE unsynced (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    lineage INTEGER NOT NULL,
    taken INTEGER NOT NULL DEFAULT 0,
    seq_global INTEGER NOT NULL,
    seq_client INTEGER NOT NULL,
    seq_rebase_generation INTEGER NOT NULL,
    parent_global INTEGER NOT NULL,
    parent_client INTEGER NOT NULL,
    parent_rebase_generation INTEGER NOT NULL,
    name TEXT NOT NULL,
    args TEXT NOT NULL,
    client_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    id INTEGER NOT NULL
) STRICT;
UPDATE eventlog SET id = -1 - (seq_global * 1048576 + seq_client)
WHERE id = 0 AND seq_global > (SELECT backend_head FROM sync_status);",
];

/// The newest format.
pub(crate) const FORMAT: u32 = STEPS.len() as u32;

/// Refuses a database that holds something else. Nothing is changed.
pub(super) fn refuse_foreign(connection: &Connection) -> Result<(), EventlogError> {
    let number = |sql: &str| connection.query_row(sql, (), |row| row.get::<_, i64>(0));
    let id = number("PRAGMA application_id")?;
    let empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
    if id != APPLICATION_ID && !(id == 0 && empty) {
        return Err(EventlogError::Foreign { found: id });
    }
    Ok(())
}

/// Checks that the database is an eventlog and brings it to the newest format, in one transaction.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), EventlogError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    refuse_foreign(&transaction)?;
    let number = |sql: &str| transaction.query_row(sql, (), |row| row.get::<_, i64>(0));
    let found = number("PRAGMA user_version")?;
    let supported = i64::from(FORMAT);
    let done = match usize::try_from(found) {
        Ok(done) if done <= STEPS.len() => done,
        _ => return Err(EventlogError::NewerFormat { found, supported }),
    };
    if done < STEPS.len() {
        for step in &STEPS[done..] {
            fault::write_point("between the steps to a newer format")?;
            transaction.execute_batch(step)?;
            if fault::has(Bug::StepByStep) {
                transaction.execute_batch("COMMIT; BEGIN IMMEDIATE")?;
            }
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", supported)?;
    }
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('eventlog', 'sync_status')";
    let tables: i64 = transaction.query_row(tables, (), |row| row.get(0))?;
    if tables != 2 {
        return Err(EventlogError::Unreadable {
            message: "its tables are gone".to_owned(),
        });
    }
    if done < STEPS.len() {
        fault::write_point("before the newer format is committed")?;
    }
    transaction.commit()?;
    if done < STEPS.len() {
        fault::write_point("after the newer format is written")?;
    }
    Ok(())
}
