//! Raw SQL, for what the builders don't say.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;

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
    /// Binds the next parameter that has no name, as `?` and `?1`; where no value is given by a name, the next one.
    pub fn bind(mut self, value: impl Bind) -> Self {
        self.statement.binds.push(value.into_bind());
        self
    }

    /// Binds a named parameter; the name includes its prefix, as in `":id"`.
    pub fn bind_named(mut self, name: impl Into<String>, value: impl Bind) -> Self {
        self.statement.named.push((name.into(), value.into_bind()));
        self
    }

    /// Binds the next parameter, as [`bind`](Self::bind) does, to a value made elsewhere.
    pub fn bind_value(mut self, value: Value) -> Self {
        self.statement.binds.push(value);
        self
    }

    /// Makes it a query that reads each row as any type serde knows: a struct by the names of the
    /// columns, a tuple by their order, or a plain value from the first one.
    ///
    /// Columns of JSON text are read into structs, lists and maps, text also into enums; enums without
    /// a tag of their own (`untagged`, `tag = "…"`) can't be told from text and want
    /// [`FromRow`] and `#[column(json)]`. Columns the struct doesn't have are passed over.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// #[derive(Deserialize, Debug)]
    /// struct Summary { status: String, labels: Vec<String>, oldest: Option<i64> }
    ///
    /// let summary = sql("SELECT status, json_group_array(label) AS labels, min(created) AS oldest
    ///     FROM issues WHERE status <> :done GROUP BY status")
    ///     .bind_named(":done", "done")
    ///     .deserialize::<Summary>();
    /// let titles = sql("SELECT title FROM issues").deserialize::<String>();
    /// # let _ = (summary, titles);
    /// ```
    pub fn deserialize<R: DeserializeOwned + 'static>(self) -> SerdeQuery<R> {
        SerdeQuery {
            statement: self.statement,
            row: PhantomData,
        }
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

/// A raw SQL query whose rows serde reads; gives a `Vec` of `R`.
#[derive(Clone, Debug)]
pub struct SerdeQuery<R> {
    statement: Statement,
    row: PhantomData<fn() -> R>,
}

impl<R: DeserializeOwned + 'static> Query for SerdeQuery<R> {
    type Output = Vec<R>;

    fn statement(&self) -> Statement {
        self.statement.clone()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Vec<R>, QueryError> {
        rows.collect(|row| row.deserialize())
    }
}

/// A value for a parameter of raw SQL: any column type, or a borrowed text or blob.
pub trait Bind {
    /// Encodes the value.
    fn into_bind(self) -> Value;
}

impl<C: ColumnType> Bind for C {
    fn into_bind(self) -> Value {
        self.to_value()
    }
}

impl Bind for &str {
    fn into_bind(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl Bind for &[u8] {
    fn into_bind(self) -> Value {
        Value::Blob(self.to_owned())
    }
}
