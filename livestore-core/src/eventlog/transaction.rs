//! Transactions whose own statements are prepared once: a log is written once a commit.

use rusqlite::Connection;

/// A transaction that is rolled back unless it is committed.
#[derive(Debug)]
pub(super) struct Transaction<'c> {
    connection: &'c Connection,
    is_open: bool,
}

impl<'c> Transaction<'c> {
    /// Begins one that writes.
    pub(super) fn begin(connection: &'c Connection) -> rusqlite::Result<Self> {
        run(connection, "BEGIN IMMEDIATE")?;
        Ok(Self {
            connection,
            is_open: true,
        })
    }

    pub(super) fn commit(mut self) -> rusqlite::Result<()> {
        run(self.connection, "COMMIT")?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        // SQLite may have rolled it back itself.
        if self.is_open
            && !self.connection.is_autocommit()
            && let Err(error) = run(self.connection, "ROLLBACK")
        {
            tracing::error!(%error, "what could not be written to the log could not be taken back");
        }
    }
}

fn run(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(()).map(drop)
}
