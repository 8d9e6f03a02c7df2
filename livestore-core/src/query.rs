//! Queries: how state is read, and the writes a materializer answers with.
//!
//! Here live SQL values and their Rust types, typed columns and predicates, the builders for reads
//! and writes, raw SQL, the decoding of rows, and the footprint: what a query reads. Running
//! queries again when something changed is the business of `reactive`; declaring tables is
//! [`schema`](crate::schema)'s.

mod column;
mod error;
mod footprint;
mod raw;
mod row;
mod run;
mod select;
mod sql;
mod value;
mod write;

pub use column::{Column, Direction, Order, Predicate};
pub use error::QueryError;
pub(crate) use footprint::{AccessLog, ColumnSet, Footprint, TableId};
pub use raw::{RawQuery, RawSql, sql};
pub use row::{FromRow, Row, Rows, TableRow};
pub(crate) use run::{bind, run};
pub use select::{AllColumns, Count, Exists, First, OneColumn, Projection, Select};
pub(crate) use sql::{quote, quote_literal};
pub use value::{ColumnKind, ColumnType, IntoColumn, Value, ValueError, ValueRef};
pub use write::{Delete, Insert, IntoWrites, MaterializerFailure, Update, Write, Writes};

/// A query text with the values bound to `?1`, `?2`, … in order, and to names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// The SQL text.
    pub sql: String,
    /// The values for the numbered parameters.
    pub binds: Vec<Value>,
    /// The values for named parameters, names with their prefix (`:id`, `$id`, `@id`).
    pub named: Vec<(String, Value)>,
}

/// Something that reads state and gives a typed result.
///
/// The builders ([`TableRow::query`] and what follows from it) and raw SQL ([`sql`]) implement it.
pub trait Query: Send + Sync + 'static {
    /// What the query gives.
    type Output;

    /// Returns the SQL text and its bound values.
    fn statement(&self) -> Statement;

    /// Reads the result from the rows of the statement.
    ///
    /// # Errors
    /// When SQLite fails on a row or a row doesn't decode.
    fn read(&self, rows: Rows<'_>) -> Result<Self::Output, QueryError>;
}
