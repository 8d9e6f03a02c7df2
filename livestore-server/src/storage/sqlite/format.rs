//! The format of the database, and the way from an older one to today's.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::place::unusable;
use crate::storage::StorageError;

/// Marks a database as a server's (SQLite's `application_id`): `lssv`.
const APPLICATION_ID: i64 = 0x6c73_7376;

/// The steps from each format to the next; the first makes an empty database format 1.
///
/// Steps are only ever added: databases of every format are out there.
const STEPS: &[&str] = &[
    // A store's events lie together, in order: that is how they are read. Keys are never used again.
    "CREATE TABLE stores (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    backend_id TEXT NOT NULL,
    head INTEGER NOT NULL
) STRICT;
CREATE TABLE events (
    store INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    parent INTEGER NOT NULL,
    name TEXT NOT NULL,
    args TEXT,
    client_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (store, seq)
) STRICT, WITHOUT ROWID;",
];

/// Opens the database to write, and brings it to the newest format.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StorageError> {
    let open = || {
        let connection = Connection::open(path)?;
        // Every commit is on the disk before it is told; a checkpoint copies many at once.
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
        connection.pragma_update(None, "cache_size", -16_000)?;
        Ok(connection)
    };
    let mut connection = open().map_err(|error: rusqlite::Error| unusable(path, &error))?;
    match prepare(&mut connection) {
        Ok(None) => Ok(connection),
        Ok(Some(reason)) => Err(unusable(path, &reason)),
        Err(error) => Err(unusable(path, &error)),
    }
}

/// Opens the database to read.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StorageError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags).map_err(|error| unusable(path, &error))
}

/// Brings the database to the newest format, in one transaction; says why if it is not ours to do.
fn prepare(connection: &mut Connection) -> Result<Option<String>, rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number = |sql: &str| transaction.query_row(sql, (), |row| row.get::<_, i64>(0));
    let id = number("PRAGMA application_id")?;
    let empty = number("SELECT count(*) FROM sqlite_schema")? == 0;
    if id != APPLICATION_ID && !(id == 0 && empty) {
        return Ok(Some("it is another program's database".to_owned()));
    }
    let found = number("PRAGMA user_version")?;
    let newest = STEPS.len();
    let Some(done) = usize::try_from(found).ok().filter(|done| *done <= newest) else {
        return Ok(Some(format!(
            "its format is {found}, and this server knows those up to {newest}"
        )));
    };
    if done < newest {
        for step in &STEPS[done..] {
            transaction.execute_batch(step)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", newest as i64)?;
    }
    transaction.commit()?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A test that kills a process can't show this: what it wrote is the system's by then.
    #[test]
    fn every_commit_is_synced_to_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let writer = open_writer(&folder.path().join("events.db")).unwrap();
        let setting = |name| -> String {
            writer
                .pragma_query_value(None, name, |row| {
                    row.get_ref(0).map(|value| match value {
                        rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                        other => other.as_str().unwrap().to_owned(),
                    })
                })
                .unwrap()
        };
        assert_eq!(setting("synchronous"), "2", "not `full`");
        assert_eq!(setting("journal_mode"), "wal");
    }

    #[test]
    fn a_database_of_every_format_is_brought_to_the_newest_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.db");
        for _ in 0..2 {
            let writer = open_writer(&path).unwrap();
            let version = writer.pragma_query_value(None, "user_version", |row| row.get(0));
            assert_eq!(version, Ok(STEPS.len() as i64));
        }
    }
}
