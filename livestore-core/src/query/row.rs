//! Rows, and the types that are read from them.

use std::marker::PhantomData;

use super::{
    AllColumns, ColumnType, Delete, Insert, QueryError, Select, Update, ValueError, ValueRef,
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
            Ok(row) => Ok(row.map(|row| Row { row, sql })),
            Err(source) => Err(QueryError::Sqlite {
                sql: sql.to_owned(),
                source,
            }),
        }
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
}

impl std::fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.row.fmt(f)
    }
}

impl Row<'_> {
    /// Reads the column at a place, counted from 0.
    pub fn get<C: ColumnType>(&self, index: usize) -> Result<C, QueryError> {
        let value = match self.row.get_ref(index) {
            Ok(value) => ValueRef::try_from(value),
            Err(rusqlite::Error::InvalidColumnIndex(_)) => {
                return Err(self.missing(index.to_string()));
            }
            Err(source) => {
                return Err(QueryError::Sqlite {
                    sql: self.sql.to_owned(),
                    source,
                });
            }
        };
        value
            .and_then(C::from_value)
            .map_err(|source| self.undecodable(index, source))
    }

    /// Reads the column of that name.
    pub fn get_named<C: ColumnType>(&self, name: &str) -> Result<C, QueryError> {
        let index = self
            .row
            .as_ref()
            .column_index(name)
            .map_err(|_| self.missing(name.to_owned()))?;
        self.get(index)
    }

    fn missing(&self, column: String) -> QueryError {
        QueryError::MissingColumn {
            column,
            sql: self.sql.to_owned(),
        }
    }

    #[cold]
    fn undecodable(&self, index: usize, source: ValueError) -> QueryError {
        let column = match self.row.as_ref().column_name(index) {
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
/// Tuples take the columns in order; a table's own type takes them by name.
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

/// The row type of a table; the derive implements it.
pub trait TableRow: Sized + 'static {
    /// The table's name.
    const TABLE: &'static str;
    /// The names of its columns, in the order [`read_all`](Self::read_all) takes them.
    const COLUMNS: &'static [&'static str];
    /// The names of the columns that make up the primary key.
    const PRIMARY_KEY: &'static [&'static str];

    /// Reads a row that has exactly the columns of [`COLUMNS`](Self::COLUMNS), in their order.
    fn read_all(row: &Row<'_>) -> Result<Self, QueryError>;

    /// Encodes every column, in the order of [`COLUMNS`](Self::COLUMNS).
    fn to_values(&self) -> Vec<super::Value>;

    /// Reads the table: all rows and columns, until narrowed down.
    fn query() -> Select<Self, AllColumns<Self>> {
        Select::new(AllColumns(PhantomData))
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
