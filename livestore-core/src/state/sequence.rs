//! The counters of keys that SQLite makes.
//!
//! SQLite keeps the last key of such a table in one of its own, of whose changes it tells nobody. A roll
//! back must bring them back too: the same events then make the same keys again, as at a replay.

use rusqlite::{Connection, OptionalExtension};

use crate::schema::Schema;

/// The counters of a schema's tables.
#[derive(Debug)]
pub(super) struct Sequences {
    tables: Vec<String>,
}

/// Counters before an event, each by its place.
pub(super) type Counters = Box<[Option<i64>]>;

impl Sequences {
    pub(super) fn new(schema: &Schema) -> Self {
        let tables = schema
            .tables()
            .iter()
            .filter(|table| table.columns.iter().any(|column| column.autoincrement))
            .map(|table| table.name.clone());
        Self {
            tables: tables.collect(),
        }
    }

    /// Returns the counters as they are, which costs nothing when there are none.
    pub(super) fn read(&self, connection: &Connection) -> rusqlite::Result<Counters> {
        let read = |table: &String| {
            connection
                .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?
                .query_row([table], |row| row.get(0))
                .optional()
        };
        self.tables.iter().map(read).collect()
    }

    /// Brings the counters back. An inverse write may have moved one, so that is done for every event, also
    /// for one that had not.
    pub(super) fn restore(
        &self,
        connection: &Connection,
        counters: &Counters,
    ) -> rusqlite::Result<()> {
        for (table, counter) in self.tables.iter().zip(counters) {
            connection
                .prepare_cached("DELETE FROM sqlite_sequence WHERE name = ?1")?
                .execute([table])?;
            if let Some(counter) = counter {
                connection
                    .prepare_cached("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)")?
                    .execute((table, counter))?;
            }
        }
        Ok(())
    }
}
