//! What can go wrong when state is read.

use super::ValueError;

/// A query that could not be run or whose rows did not decode.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// SQLite refuses the text or fails to run it.
    #[error("query failed: {source} in `{sql}`")]
    Sqlite {
        /// The SQL text.
        sql: String,
        /// SQLite's own words.
        source: rusqlite::Error,
    },
    /// The statement would write; queries only read.
    #[error("a query only reads, but `{sql}` writes: commit an event instead")]
    Writes {
        /// The SQL text.
        sql: String,
    },
    /// A stored value doesn't fit the Rust type it is read into.
    #[error("column {column} of the result of `{sql}`: {source}")]
    Decode {
        /// The column's name, or its place in the row.
        column: String,
        /// The SQL text.
        sql: String,
        /// What was expected.
        source: ValueError,
    },
    /// The row lacks a column that the Rust type wants.
    #[error("the result of `{sql}` has no column `{column}`")]
    MissingColumn {
        /// The column's name.
        column: String,
        /// The SQL text.
        sql: String,
    },
    /// The query must find a row and found none.
    #[error("there is no row in the result of `{sql}`")]
    NoRow {
        /// The SQL text.
        sql: String,
    },
    /// A row doesn't fit the serde type it is read into.
    #[error("a row of the result of `{sql}`: {message}")]
    Row {
        /// The SQL text.
        sql: String,
        /// What serde found.
        message: String,
    },
    /// There is no such column in the table.
    #[error("table `{table}` has no column `{column}`")]
    UnknownColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A value was given for a parameter that the text doesn't have, or the other way round.
    #[error("parameters of `{sql}`: {message}")]
    Parameters {
        /// The SQL text.
        sql: String,
        /// What doesn't match.
        message: String,
    },
    /// A statement has more values than SQLite takes.
    #[error("{given} values are too many, SQLite takes {most} at once: ask for them in parts")]
    TooManyValues {
        /// How many there are.
        given: usize,
        /// How many there may be.
        most: usize,
    },
    /// One value is to be made of groups, from something in which the rows of a group differ.
    #[error(
        "`{sql}` makes one value of groups, whose rows need not have one and the same `{term}`: \
         group by it too, or select the aggregate to have one value for each group"
    )]
    Ungrouped {
        /// The SQL text.
        sql: String,
        /// What the rows of a group may differ in.
        term: String,
    },
    /// The app's code panicked while it read a live query's rows or compared its results.
    #[error("live query `{query}` panicked: {message}")]
    Panicked {
        /// The query's name, or its SQL text.
        query: String,
        /// What the panic said.
        message: String,
    },
    /// A materializer's query uses a function or a table of the engine's own that may give something else on another
    /// client or at a replay.
    #[error("a materializer reads by `{sql}`, but `{name}` is not the same at every replay")]
    NonDeterministic {
        /// The SQL text.
        sql: String,
        /// The function or table.
        name: String,
    },
    /// The store is shut down.
    #[error("store `{store}` is closed")]
    Closed {
        /// The store.
        store: String,
    },
}
