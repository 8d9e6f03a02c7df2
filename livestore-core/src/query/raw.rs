//! Raw SQL, for what the builders don't say.

use std::marker::PhantomData;

use super::{ColumnType, FromRow, Query, QueryError, Rows, Statement, Value};

/// Starts a raw SQL statement; values are bound, never pasted into the text.
///
/// ```
/// # use livestore_core::query::sql;
/// let longest = sql("SELECT id, length(text) FROM todos WHERE completed = ?1 ORDER BY 2 DESC LIMIT 5")
///     .bind(true)
///     .rows::<(String, i64)>();
/// ```
pub fn sql(text: impl Into<String>) -> RawSql {
    RawSql {
        statement: Statement {
            sql: text.into(),
            ..Default::default()
        },
    }
}

/// A raw SQL statement with its bound values.
///
/// [`rows`](Self::rows) makes it a query; a materializer may return it as a write.
#[derive(Clone, Debug, PartialEq)]
pub struct RawSql {
    pub(super) statement: Statement,
}

impl RawSql {
    /// Binds the next numbered parameter.
    pub fn bind(mut self, value: impl ColumnType) -> Self {
        self.statement.binds.push(value.to_value());
        self
    }

    /// Binds a named parameter; the name includes its prefix, as in `":id"`.
    pub fn bind_named(mut self, name: impl Into<String>, value: impl ColumnType) -> Self {
        self.statement.named.push((name.into(), value.to_value()));
        self
    }

    /// Binds the next numbered parameter to a value made elsewhere.
    pub fn bind_value(mut self, value: Value) -> Self {
        self.statement.binds.push(value);
        self
    }

    /// Makes it a query that reads each row as an `R`.
    pub fn rows<R: FromRow>(self) -> RawQuery<R> {
        RawQuery {
            statement: self.statement,
            row: PhantomData,
        }
    }
}

/// A raw SQL query; gives a `Vec` of `R`.
#[derive(Clone, Debug)]
pub struct RawQuery<R> {
    statement: Statement,
    row: PhantomData<fn() -> R>,
}

impl<R: FromRow> Query for RawQuery<R> {
    type Output = Vec<R>;

    fn statement(&self) -> Statement {
        self.statement.clone()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Vec<R>, QueryError> {
        rows.collect(R::from_row)
    }
}
