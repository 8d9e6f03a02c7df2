//! What a materializer's SQL must not do: depend on the clock, on chance, or on the connection.

use super::{FOOTPRINT_CACHE, State, lock};

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

impl State {
    /// Returns the function that forbids a text in a materializer, if it calls one.
    pub(super) fn refused_function(&self, sql: &str) -> Option<String> {
        {
            let mut access = lock(&self.access);
            if let Some(known) = access.functions.get(sql) {
                return known.clone();
            }
            access.log.take();
            access.function = None;
            access.watches_functions = true;
        }
        // Not through the cache: SQLite asks the authorizer only while it prepares. What does not even prepare is
        // found when it is run.
        drop(self.connection.prepare(sql));
        let mut access = lock(&self.access);
        access.watches_functions = false;
        access.log.take();
        let found = access.function.take();
        if access.functions.len() >= FOOTPRINT_CACHE {
            access.functions.clear();
        }
        access.functions.insert(sql.to_owned(), found.clone());
        found
    }
}
