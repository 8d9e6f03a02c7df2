//! Where a state database is kept: in memory, in a file, or as an image that is handed around.

use std::path::Path;

use rusqlite::{Connection, ErrorCode, MAIN_DB, OpenFlags, OptionalExtension, config::DbConfig};

use super::{State, StateError, ddl};
use crate::{
    event::SeqNum,
    fault::{self, Bug},
    schema::Schema,
};

impl State {
    /// Creates an empty state in memory.
    pub(crate) fn open(schema: &Schema) -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(ddl::PRAGMAS)?;
        create(&connection, schema)?;
        Self::adopt(connection, schema, SeqNum::ROOT)
    }

    /// Opens the state in a file. One that cannot be read or is another schema's is made anew, empty.
    pub(crate) fn open_file(path: &Path, schema: &Schema) -> rusqlite::Result<Self> {
        if let Some(state) = Self::stored(path, schema) {
            return Ok(state);
        }
        let connection = wipe(path)?;
        prepare(&connection)?;
        create(&connection, schema)?;
        Self::adopt(connection, schema, SeqNum::ROOT)
    }

    /// Opens the state in a file if it can be used, and leaves any other file as it is.
    pub(crate) fn stored(path: &Path, schema: &Schema) -> Option<Self> {
        Self::try_open_file(path, schema).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "the stored state cannot be used and is built anew");
            None
        })
    }

    /// Returns nothing for a file without a state, or with that of another schema.
    fn try_open_file(path: &Path, schema: &Schema) -> rusqlite::Result<Option<Self>> {
        let connection = Connection::open(path)?;
        // Finds a file that is no database or too short; the rest is looked through when nothing comes.
        prepare(&connection)?;
        if !connection.table_exists(None, ddl::HEAD_TABLE)? {
            return Ok(None);
        }
        match stored_head(&connection, schema)? {
            Some(head) => Self::adopt(connection, schema, head).map(Some),
            None => Ok(None),
        }
    }

    /// Opens a state in memory from an image; `None` when it is that of another schema.
    pub(crate) fn from_image(image: &[u8], schema: &Schema) -> rusqlite::Result<Option<Self>> {
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact(MAIN_DB, image, image.len(), false)?;
        connection.execute_batch(ddl::PRAGMAS)?;
        match stored_head(&connection, schema)? {
            Some(head) => Self::adopt(connection, schema, head).map(Some),
            None => Ok(None),
        }
    }

    /// Returns of which log it is.
    pub(crate) fn lineage(&self) -> rusqlite::Result<u64> {
        self.number("SELECT lineage FROM __livestore_state_head")
    }

    /// Notes of which log it is.
    pub(crate) fn set_lineage(&self, lineage: u64) -> rusqlite::Result<()> {
        self.connection
            .execute(
                "UPDATE __livestore_state_head SET lineage = ?1",
                [lineage as i64],
            )
            .map(drop)
    }

    /// Returns how many events of the log could not be applied.
    pub(crate) fn skipped(&self) -> rusqlite::Result<u64> {
        self.number("SELECT skipped FROM __livestore_state_head")
    }

    /// Returns how many events the schema does not know that it has passed over.
    pub(crate) fn unknown(&self) -> rusqlite::Result<u64> {
        self.number("SELECT unknown FROM __livestore_state_head")
    }

    /// Adds events that the schema does not know.
    pub(super) fn note_unknown(&self, events: usize) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("UPDATE __livestore_state_head SET unknown = unknown + ?1")?
            .execute([events as i64])
            .map(drop)
    }

    fn number(&self, sql: &str) -> rusqlite::Result<u64> {
        self.connection
            .query_row(sql, (), |row| row.get::<_, i64>(0))
            .map(i64::unsigned_abs)
    }

    /// Looks through the whole database, its indexes included.
    pub(crate) fn check_soundness(&self) -> Result<(), StateError> {
        self.check("PRAGMA integrity_check(1)")
    }

    /// Looks through the tables of the database, which takes a fraction of that.
    pub(crate) fn check_tables(&self) -> Result<(), StateError> {
        self.check("PRAGMA quick_check(1)")
    }

    fn check(&self, pragma: &str) -> Result<(), StateError> {
        match find_damage(&self.connection, pragma)? {
            None => Ok(()),
            Some(damage) => Err(StateError::Damaged(damage)),
        }
    }

    /// Looks a stored state through on a connection of its own, while others work with it; nothing is found
    /// when it is told to stop.
    pub(crate) fn look_through(
        path: &Path,
        stop: impl FnMut() -> bool + Send + 'static,
    ) -> Option<Result<(), StateError>> {
        let found = open_to_read(path, stop)
            .and_then(|connection| find_damage(&connection, "PRAGMA integrity_check(1)"));
        match found {
            Ok(None) => Some(Ok(())),
            Ok(Some(damage)) => Some(Err(StateError::Damaged(damage))),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted) => {
                None
            }
            Err(error) => Some(Err(error.into())),
        }
    }

    /// Returns the whole state as the bytes of a database.
    pub(crate) fn image(&mut self) -> rusqlite::Result<Vec<u8>> {
        let mut image = self.connection.serialize(MAIN_DB)?.to_vec();
        // The format versions for writing and reading: memory has no WAL, and SQLite would not open it.
        if let Some(versions) = image.get_mut(18..20) {
            versions.fill(1);
        }
        Ok(image)
    }
}

fn open_to_read(
    path: &Path,
    stop: impl FnMut() -> bool + Send + 'static,
) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    // Asked every so many pages.
    connection.progress_handler(100, Some(stop))?;
    Ok(connection)
}

/// Returns what one of SQLite's checks finds wrong with a database.
fn find_damage(connection: &Connection, pragma: &str) -> rusqlite::Result<Option<String>> {
    let found: String = connection.query_row(pragma, (), |row| row.get(0))?;
    Ok((found != "ok").then_some(found))
}

/// Empties a database, whatever is in it, and however damaged.
fn empty(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, true)?;
    connection.execute_batch("VACUUM")?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_RESET_DATABASE, false)?;
    Ok(connection)
}

/// What a crash of the machine may lose, or in the browser damage, the log still has.
fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(ddl::PRAGMAS)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
}

fn create(connection: &Connection, schema: &Schema) -> rusqlite::Result<()> {
    let sql = ddl::create_all(schema);
    connection.execute_batch(&format!("BEGIN;{sql}COMMIT;"))?;
    // SQLite's integers have a sign.
    let fingerprint = schema.fingerprint() as i64;
    connection
        .execute(
            "UPDATE __livestore_state_head SET fingerprint = ?1",
            [fingerprint],
        )
        .map(drop)
}

/// Returns which event the stored state reflects, if it is this schema's.
fn stored_head(connection: &Connection, schema: &Schema) -> rusqlite::Result<Option<SeqNum>> {
    let stored = connection
        .query_row(
            "SELECT seq_global, seq_client, seq_rebase_generation, fingerprint \
             FROM __livestore_state_head WHERE id = 1",
            (),
            |row| {
                let head = SeqNum {
                    global: row.get::<_, i64>(0)?.unsigned_abs(),
                    client: row.get::<_, i64>(1)?.unsigned_abs(),
                    rebase_generation: row.get::<_, i64>(2)?.unsigned_abs(),
                };
                Ok((head, row.get::<_, i64>(3)?))
            },
        )
        .optional()?;
    let own = |fingerprint: i64| {
        fingerprint == schema.fingerprint() as i64 || fault::has(Bug::KeepForeignState)
    };
    Ok(stored
        .filter(|(_, fingerprint)| own(*fingerprint))
        .map(|(head, _)| head))
}

/// Empties a database, whatever it holds, and returns a connection to it.
pub(crate) fn wipe(path: &Path) -> rusqlite::Result<Connection> {
    if let Ok(connection) = empty(path) {
        return Ok(connection);
    }
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        // What is not there needs no removing; what cannot be removed shows when it is opened.
        let _ = std::fs::remove_file(name);
    }
    Connection::open(path)
}
