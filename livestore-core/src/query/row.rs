//! Rows, and the types that are read from them.

use super::{
    ColumnType, Delete, Expr, Insert, QueryError, Select, SelectSpec, StoredAs, Term, Update,
    Value, ValueError, ValueRef,
};

/// The rows of a running query.
pub struct Rows<'a> {
    rows: rusqlite::Rows<'a>,
    sql: &'a str,
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("sql", &self.sql)
            .finish_non_exhaustive()
    }
}

impl<'a> Rows<'a> {
    pub(crate) fn new(rows: rusqlite::Rows<'a>, sql: &'a str) -> Self {
        Self { rows, sql }
    }

    /// Returns the next row, or `None` after the last.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Option<Row<'_>>, QueryError> {
        let sql = self.sql;
        match self.rows.next() {
            Ok(row) => Ok(row.map(|row| Row { row, sql, start: 0 })),
            Err(source) => Err(QueryError::Sqlite {
                sql: sql.to_owned(),
                source,
            }),
        }
    }

    /// Returns the text of the statement.
    pub fn sql(&self) -> &'a str {
        self.sql
    }

    /// Reads every remaining row.
    pub fn collect<R>(
        mut self,
        read: impl Fn(&Row<'_>) -> Result<R, QueryError>,
    ) -> Result<Vec<R>, QueryError> {
        let mut out = Vec::new();
        while let Some(row) = self.next()? {
            out.push(read(&row)?);
        }
        Ok(out)
    }
}

/// One row of a result.
pub struct Row<'a> {
    row: &'a rusqlite::Row<'a>,
    sql: &'a str,
    /// Where it starts among the columns of the result: behind those of another table.
    start: usize,
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.row.fmt(f)
    }
}

impl<'a> Row<'a> {
    /// Reads the column at a place, counted from 0.
    pub fn get<C: ColumnType>(&self, index: usize) -> Result<C, QueryError> {
        self.value(index).and_then(|value| {
            C::from_value(value).map_err(|source| self.undecodable(index, source))
        })
    }

    /// Reads the column at a place, stored as an `S`.
    pub fn get_as<S: StoredAs<R>, R>(&self, index: usize) -> Result<R, QueryError> {
        self.value(index)
            .and_then(|value| S::decode(value).map_err(|source| self.undecodable(index, source)))
    }

    /// Reads the column of that name.
    pub fn get_named<C: ColumnType>(&self, name: &str) -> Result<C, QueryError> {
        self.get(self.place_of(name, 0)?)
    }

    /// Returns the place of the column of that name, which may be the expected one.
    pub fn place_of(&self, name: &str, expected: usize) -> Result<usize, QueryError> {
        let statement = self.row.as_ref();
        if statement
            .column_name(expected + self.start)
            .is_ok_and(|found| found == name)
        {
            return Ok(expected);
        }
        match statement.column_index(name) {
            Ok(place) if place >= self.start => Ok(place - self.start),
            _ => Err(self.missing(name.to_owned())),
        }
    }

    /// Returns the value at a place, counted from 0, as it is stored.
    pub fn value(&self, index: usize) -> Result<ValueRef<'_>, QueryError> {
        match self.row.get_ref(index + self.start) {
            Ok(value) => {
                ValueRef::try_from(value).map_err(|source| self.undecodable(index, source))
            }
            Err(rusqlite::Error::InvalidColumnIndex(_)) => Err(self.missing(index.to_string())),
            Err(source) => Err(QueryError::Sqlite {
                sql: self.sql.to_owned(),
                source,
            }),
        }
    }

    /// Returns the values of all columns.
    pub fn values(&self) -> Result<Vec<Value>, QueryError> {
        (0..self.len())
            .map(|i| self.value(i).map(ValueRef::to_value))
            .collect()
    }

    /// Returns the number of columns.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.row.as_ref().column_count() - self.start
    }

    /// Returns the text of the statement.
    pub(super) fn sql(&self) -> &'a str {
        self.sql
    }

    /// Returns the name of the column at a place.
    pub(super) fn name(&self, index: usize) -> &str {
        self.row
            .as_ref()
            .column_name(index + self.start)
            .unwrap_or_default()
    }

    pub(super) fn is_null(&self, index: usize) -> bool {
        matches!(self.value(index), Ok(ValueRef::Null))
    }

    /// The rest of the row, without its first columns.
    pub(super) fn after(&self, columns: usize) -> Row<'a> {
        Row {
            start: self.start + columns,
            ..*self
        }
    }

    fn missing(&self, column: String) -> QueryError {
        QueryError::MissingColumn {
            column,
            sql: self.sql.to_owned(),
        }
    }

    #[cold]
    pub(super) fn undecodable(&self, index: usize, source: ValueError) -> QueryError {
        let column = match self.row.as_ref().column_name(index + self.start) {
            Ok(name) => format!("`{name}`"),
            Err(_) => index.to_string(),
        };
        QueryError::Decode {
            column,
            sql: self.sql.to_owned(),
            source,
        }
    }
}

/// A type that can be read from a row of raw SQL.
///
/// Tuples take the columns in order; a table's own type and structs that derive it take them by name.
///
/// ```
/// # use livestore_core::prelude::*;
/// #[derive(FromRow, Debug, PartialEq)]
/// struct Total { status: String, #[column(name = "n")] count: i64 }
///
/// let totals = sql("SELECT status, count(*) AS n FROM issues GROUP BY status").rows::<Total>();
/// # let _ = totals;
/// ```
///
/// With `#[row(table = Issue)]` the struct also takes part of the rows of a builder query, and the
/// compiler checks its types against the table's: [`Select::select_as`].
pub trait FromRow: Sized + 'static {
    /// Reads the row.
    ///
    /// # Errors
    /// When a column is missing or doesn't decode.
    fn from_row(row: &Row<'_>) -> Result<Self, QueryError>;
}

macro_rules! tuple {
    ($($name:ident $index:literal),+) => {
        impl<$($name: ColumnType),+> FromRow for ($($name,)+) {
            fn from_row(row: &Row<'_>) -> Result<Self, QueryError> {
                Ok(($(row.get::<$name>($index)?,)+))
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);

impl FromRow for Vec<Value> {
    fn from_row(row: &Row<'_>) -> Result<Self, QueryError> {
        row.values()
    }
}

/// The row type of a table; the derive implements it.
pub trait TableRow: Sized + 'static {
    /// The table's name.
    const TABLE: &'static str;
    /// The names of its columns, in the order [`read_all`](Self::read_all) takes them.
    const COLUMNS: &'static [&'static str];
    /// The same as they stand in SQL, quoted and with commas between; empty when it is to be made of them.
    const COLUMN_LIST: &'static str = "";
    /// The names of the columns that make up the primary key.
    const PRIMARY_KEY: &'static [&'static str];

    /// Reads a row that has exactly the columns of [`COLUMNS`](Self::COLUMNS), in their order.
    fn read_all(row: &Row<'_>) -> Result<Self, QueryError>;

    /// Encodes every column, in the order of [`COLUMNS`](Self::COLUMNS).
    fn to_values(&self) -> Vec<Value>;

    /// Reads the table: all rows and columns, until narrowed down.
    fn query() -> Select<Self> {
        Select::from_spec(SelectSpec::of::<Self>())
    }

    /// The number of rows: for groups and conditions on them.
    fn row_count() -> Expr<Self, i64> {
        Expr::new(Term::Aggregate(super::Aggregate::Count, None))
    }

    /// Adds a row; fails when the primary key is there already.
    fn insert() -> Insert<Self> {
        Insert::new()
    }

    /// Adds a row or, when the primary key is there already, updates the columns that were set.
    fn upsert() -> Insert<Self> {
        Insert::new().or_update()
    }

    /// Changes columns of the rows that match, or of all.
    fn update() -> Update<Self> {
        Update::new()
    }

    /// Removes the rows that match, or all.
    fn delete() -> Delete<Self> {
        Delete::new()
    }
}
