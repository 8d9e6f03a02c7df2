//! Queries: how state is read, and the writes a materializer answers with.
//!
//! Here live SQL values and their Rust types, typed columns and predicates, the builders for reads
//! and writes, raw SQL, the decoding of rows, and the footprint: what a query reads. Builders collect
//! plain data ([`SelectSpec`], [`Condition`], [`Term`]), which is written as SQL and can be
//! [evaluated](Condition::evaluate) without it; types stand only on their faces. Running
//! queries again when something changed is the business of `reactive`; declaring tables is
//! [`schema`](crate::schema)'s.

mod column;
mod condition;
mod de;
mod dynamic;
mod error;
mod evaluate;
mod expr;
mod footprint;
mod json;
mod key;
mod labeled;
mod operand;
mod order;
mod predicate;
mod projection;
mod raw;
mod row;
mod run;
mod scope;
mod search;
mod select;
mod sql;
mod term;
mod time;
mod value;
mod write;

pub use column::Column;
pub use condition::{Comparison, Condition, Equality, Pattern};
pub use dynamic::{DynTable, Dynamic};
pub use error::QueryError;
pub use evaluate::{RowValues, Truth, compare_rows};
pub use expr::{Expr, Number};
pub(crate) use footprint::{AccessLog, ColumnSet, Footprint, TableId, joins_by_common_names};
pub use json::{IntoElement, Json, JsonArray, JsonColumn};
pub use key::{Keys, TableKey};
pub use labeled::Labeled;
pub use operand::{IntoColumn, Operand, SameColumn};
pub use order::{Collation, Direction, Nulls, Order, OrderTerm};
pub use predicate::Predicate;
pub use projection::{AllColumns, Part, PartOf, Picked, PlainValues, Projection, Selection};
pub use raw::{Bind, RawQuery, RawSql, SerdeQuery, sql};
pub use row::{FromRow, Row, Rows, TableRow};
pub(crate) use run::{bind, bind_values, not_prepared, run};
pub use scope::{At, Includes, Joinable, Member, On, Scope, Whole};
pub use search::{FullText, Search, SearchText};
pub use select::{
    ColumnNames, Count, Exists, First, FirstOr, FirstRequired, JoinSpec, One, Select, SelectSpec,
    Source,
};
pub(crate) use sql::{quote, quote_literal};
pub use term::{Aggregate, Arithmetic, ColumnRef, Function, Marked, Name, Term};
pub use time::{DateTime, EpochMillis};
pub use value::{ColumnKind, ColumnType, StoredAs, Value, ValueError, ValueRef};
pub(crate) use write::Continuation;
pub use write::{
    ColumnList, ConflictTarget, Delete, Insert, IntoWrites, MaterializerFailure, Returning, Update,
    Write, Writes,
};

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

    /// Returns what the query asks for as data, if a builder made it.
    ///
    /// It decides which changed rows can concern a live query, so it must say what the statement says.
    fn shape(&self) -> Option<Shape<'_>> {
        None
    }

    /// Returns the name tools show for the query.
    fn label(&self) -> Option<&str> {
        None
    }

    /// Gives the query a name, which [`Store::live_queries`](crate::store::Store::live_queries) shows.
    fn labeled(self, label: impl Into<std::borrow::Cow<'static, str>>) -> Labeled<Self>
    where
        Self: Sized,
    {
        Labeled::new(self, label.into())
    }
}

/// What a builder query asks for, as data.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shape<'a> {
    /// The rows.
    Rows(&'a SelectSpec),
    /// The first row.
    First(&'a SelectSpec),
    /// The number of rows.
    Count(&'a SelectSpec),
    /// Whether there is a row.
    Exists(&'a SelectSpec),
    /// One value for all rows.
    Aggregate(&'a SelectSpec, &'a Term),
}

impl<'a> Shape<'a> {
    /// Returns the read it is made of.
    pub fn select(self) -> &'a SelectSpec {
        match self {
            Self::Rows(select)
            | Self::First(select)
            | Self::Count(select)
            | Self::Exists(select)
            | Self::Aggregate(select, _) => select,
        }
    }
}
