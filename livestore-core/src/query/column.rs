//! Typed columns: what the derive makes of a field.

use std::marker::PhantomData;

use super::{
    ColumnType, Expr, TableRow, Term,
    expr::{comparisons, numbers},
};

/// A column of table `T` that holds values of type `C`.
///
/// The derive makes one constant per field: `Todo::TEXT` is a `Column<Todo, String>`. Compare it with a
/// value, with another column or with an [`Expr`]:
///
/// ```
/// # use livestore_core::prelude::*;
/// # #[derive(Table)]
/// # struct Task { #[column(primary_key)] id: String, done: i64, all: i64, due: Option<i64> }
/// let open = Task::query()
///     .filter(Task::DONE.lt(Task::ALL).and(Task::DUE.is_not_null().or(Task::ALL.gt(10))))
///     .order_by(Task::DUE.asc().nulls_last());
/// # let _ = open;
/// ```
pub struct Column<T, C> {
    name: &'static str,
    types: PhantomData<fn() -> (T, C)>,
}

impl<T, C> Clone for Column<T, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, C> Copy for Column<T, C> {}

impl<T, C> std::fmt::Debug for Column<T, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Column").field(&self.name).finish()
    }
}

impl<T, C> Column<T, C> {
    /// Names a column; the derive calls it.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            types: PhantomData,
        }
    }

    /// Returns the column's name.
    pub const fn name(self) -> &'static str {
        self.name
    }
}

impl<T: TableRow, C> Column<T, C> {
    /// Returns the column as data.
    pub fn into_term(self) -> Term {
        Term::column(T::TABLE, self.name)
    }

    /// Returns the column as an expression.
    pub fn expr(self) -> Expr<T, C> {
        Expr::new(self.into_term())
    }

    /// In [`ConflictTarget::update_with`](super::ConflictTarget::update_with): the value that could not
    /// be inserted.
    pub fn excluded(self) -> Expr<T, C> {
        Expr::new(Term::Excluded(self.name.into()))
    }
}

impl<T: TableRow, C: ColumnType> Column<T, C> {
    comparisons!();
}

impl<T: TableRow, C: super::Number> Column<T, C> {
    numbers!();
}
