//! What tells one state from another: a number for each table's rows.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::types::ValueRef;

use super::State;
use crate::query::quote;

impl State {
    /// Returns for each declared table a hash of its rows, in the order in which a query without one gives them.
    pub(crate) fn table_hashes(&self) -> rusqlite::Result<Vec<u64>> {
        self.schema
            .tables()
            .iter()
            .map(|table| {
                let rowid = table
                    .rowid_name()
                    .expect("the schema refuses a table without one");
                let sql = format!("SELECT * FROM {} ORDER BY {rowid}", quote(&table.name));
                self.hash_rows(&sql, table.columns.len())
            })
            .collect()
    }

    fn hash_rows(&self, sql: &str, columns: usize) -> rusqlite::Result<u64> {
        let mut select = self.connection.prepare_cached(sql)?;
        let mut rows = select.query(())?;
        let mut hasher = DefaultHasher::new();
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => 0_u8.hash(&mut hasher),
                    ValueRef::Integer(value) => (1_u8, value).hash(&mut hasher),
                    ValueRef::Real(value) => (2_u8, value.to_bits()).hash(&mut hasher),
                    ValueRef::Text(value) => (3_u8, value).hash(&mut hasher),
                    ValueRef::Blob(value) => (4_u8, value).hash(&mut hasher),
                }
            }
        }
        Ok(hasher.finish())
    }
}
