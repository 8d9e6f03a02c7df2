//! The writes a materializer answers with.

mod change;
mod insert;
mod returning;

use std::{error::Error, fmt};

pub use change::{Delete, Update};
pub use insert::{ColumnList, ConflictTarget, Insert};
pub use returning::Returning;

use super::{Name, QueryError, RawSql, Row, Statement, Value, sql::push_quoted};

/// One write to the state, ready to run.
#[derive(Default)]
pub struct Write {
    /// The table a builder names; raw SQL is checked when SQLite prepares it.
    pub(crate) table: Option<Name>,
    pub(crate) statement: Statement,
    /// Further rows: the same statement with other values.
    pub(crate) more: Vec<Vec<Value>>,
    /// What is to be done with the rows it returns.
    pub(crate) then: Option<Box<dyn Continuation>>,
}

impl Write {
    /// Returns the statement; with several rows, that of the first.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// A write that finds nothing to do.
    fn nothing(table: Name) -> Self {
        let mut sql = String::from("DELETE FROM ");
        push_quoted(&mut sql, &table);
        sql.push_str(" WHERE 0");
        Self {
            table: Some(table),
            statement: Statement {
                sql,
                ..Statement::default()
            },
            ..Self::default()
        }
    }
}

/// What follows from the rows a write returns.
pub(crate) trait Continuation {
    /// Takes one row.
    fn take(&mut self, row: &Row<'_>) -> Result<(), QueryError>;

    /// Says what to write next.
    fn finish(self: Box<Self>) -> Result<Writes, MaterializerFailure>;
}

impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Write")
            .field("statement", &self.statement)
            .field("more", &self.more)
            .finish_non_exhaustive()
    }
}

/// The writes of one event, in the order they are carried out.
pub type Writes = Vec<Write>;

/// The reason a materializer gives for failing.
pub type MaterializerFailure = Box<dyn Error + Send + Sync>;

/// What a materializer may return.
///
/// A write, raw SQL, `()` for none, and any `Vec`, array, `Option` or tuple of these; a `Result` whose error
/// refuses the event.
pub trait IntoWrites {
    /// Adds the writes to the end of the list.
    ///
    /// # Errors
    /// When the materializer failed.
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure>;
}

impl From<RawSql> for Write {
    fn from(raw: RawSql) -> Self {
        Self {
            statement: raw.statement,
            ..Self::default()
        }
    }
}

macro_rules! one_write {
    ($([$($generics:tt)*] $type:ty),+) => {$(
        impl<$($generics)*> IntoWrites for $type {
            fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
                writes.push(self.into());
                Ok(())
            }
        }
    )+};
}

one_write!([T] Delete<T>, [] RawSql, [] Write);

/// An update that sets nothing, or an insert of no rows, is no write.
macro_rules! maybe_a_write {
    ($($type:ident),+) => {$(
        impl<T> IntoWrites for $type<T> {
            fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
                writes.extend(self.into_write());
                Ok(())
            }
        }
    )+};
}

maybe_a_write!(Insert, Update);

impl<W: IntoWrites> IntoWrites for Vec<W> {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.into_iter()
            .try_for_each(|write| write.push_into(writes))
    }
}

impl<W: IntoWrites, const N: usize> IntoWrites for [W; N] {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.into_iter()
            .try_for_each(|write| write.push_into(writes))
    }
}

impl<W: IntoWrites> IntoWrites for Option<W> {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.map_or(Ok(()), |write| write.push_into(writes))
    }
}

impl<W: IntoWrites, E: Into<MaterializerFailure>> IntoWrites for Result<W, E> {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.map_err(Into::into)?.push_into(writes)
    }
}

impl IntoWrites for () {
    fn push_into(self, _: &mut Writes) -> Result<(), MaterializerFailure> {
        Ok(())
    }
}

macro_rules! tuple {
    ($($name:ident),+) => {
        impl<$($name: IntoWrites),+> IntoWrites for ($($name,)+) {
            #[allow(non_snake_case)]
            fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
                let ($($name,)+) = self;
                $($name.push_into(writes)?;)+
                Ok(())
            }
        }
    };
}

tuple!(A, B);
tuple!(A, B, C);
tuple!(A, B, C, D);
tuple!(A, B, C, D, E);
tuple!(A, B, C, D, E, F);
