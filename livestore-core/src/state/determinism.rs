//! What a materializer's SQL must not do: depend on the clock, on chance, on the connection, or on the engine.

use super::{FOOTPRINT_CACHE, State, lock};
use crate::schema::SYSTEM_PREFIX;

/// SQLite's functions that may give something else on another client or at a replay. Those of time are among them
/// because each can mean now; a moment belongs into the event, and is compared as it is stored.
const REFUSED: &[&str] = &[
    "changes",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "julianday",
    "last_insert_rowid",
    "random",
    "randomblob",
    "sqlite_source_id",
    "sqlite_version",
    "strftime",
    "time",
    "timediff",
    "total_changes",
    "unixepoch",
];

/// Whether a function gives the same for the same arguments, everywhere and always.
pub(super) fn is_deterministic(function: &str) -> bool {
    !REFUSED
        .iter()
        .any(|refused| refused.eq_ignore_ascii_case(function))
}

/// Whether a table is of the engine's own, which differs between clients: how far a state has got, what it skipped.
pub(super) fn is_of_the_engine(table: &str) -> bool {
    table
        .get(..SYSTEM_PREFIX.len())
        .is_some_and(|prefix| prefix.eq_ignore_ascii_case(SYSTEM_PREFIX))
}

impl State {
    /// Returns the function or table that forbids a text in a materializer, if it uses one.
    pub(super) fn forbidden_in(&self, sql: &str) -> Option<String> {
        {
            let mut access = lock(&self.access);
            if let Some(known) = access.looked_through.get(sql) {
                return known.clone();
            }
            access.log.take();
            access.forbidden = None;
            access.watches = true;
        }
        // Not through the cache: SQLite asks the authorizer only while it prepares. What does not even prepare is
        // found when it is run.
        drop(self.connection.prepare(sql));
        let mut access = lock(&self.access);
        access.watches = false;
        access.log.take();
        let found = access.forbidden.take();
        if access.looked_through.len() >= FOOTPRINT_CACHE {
            access.looked_through.clear();
        }
        access.looked_through.insert(sql.to_owned(), found.clone());
        found
    }
}
