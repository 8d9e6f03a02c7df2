//! Changing and removing rows.

use std::marker::PhantomData;

use super::{Returning, Write};
use crate::query::{
    Column, ColumnType, Condition, Name, Operand, Predicate, Selection, TableRow, Term, Value,
    sql::{SqlText, push_quoted},
};

/// Changes columns of the rows of table `T` that match.
pub struct Update<T> {
    table: Name,
    set: Vec<(Name, Term)>,
    filter: Option<Condition>,
    row: PhantomData<fn() -> T>,
}

impl<T> Update<T> {
    pub(in crate::query) fn of_table(table: Name) -> Self {
        Self {
            table,
            set: Vec::new(),
            filter: None,
            row: PhantomData,
        }
    }

    /// Sets a column to a value, another column or an expression such as `Item::COUNT + 1`; of several for
    /// one column the last counts.
    pub fn set<C: ColumnType>(mut self, column: Column<T, C>, value: impl Operand<T, C>) -> Self {
        self.push(column.name().into(), value.into_term());
        self
    }

    /// Sets a column by its name, for tables known only at run time.
    pub fn set_value(mut self, column: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.push(column.into(), Term::Value(value.into()));
        self
    }

    fn push(&mut self, column: Name, term: Term) {
        match self.set.iter_mut().find(|(other, _)| *other == column) {
            Some((_, other)) => *other = term,
            None => self.set.push((column, term)),
        }
    }

    /// Changes only the rows for which the predicate holds; called again, for which all hold.
    pub fn filter(mut self, predicate: Predicate<T>) -> Self {
        both(&mut self.filter, predicate);
        self
    }

    pub(super) fn sets_anything(&self) -> bool {
        !self.set.is_empty()
    }

    pub(super) fn write_set_and_where(&self, out: &mut SqlText) {
        out.push_list(&self.set, |out, (column, term)| {
            push_quoted(&mut out.sql, column);
            out.sql.push_str(" = ");
            term.write(out);
        });
        write_where(self.filter.as_ref(), out);
    }

    /// `None` when nothing is set: SQL has no empty update.
    pub(super) fn into_write(self) -> Option<Write> {
        if self.set.is_empty() {
            return None;
        }
        let mut out = SqlText::with_capacity(96);
        out.sql.push_str("UPDATE ");
        push_quoted(&mut out.sql, &self.table);
        out.sql.push_str(" SET ");
        self.write_set_and_where(&mut out);
        Some(Write {
            table: Some(self.table),
            statement: out.into_statement(),
            ..Write::default()
        })
    }
}

impl<T: TableRow> Update<T> {
    pub(in crate::query) fn new() -> Self {
        Self::of_table(T::TABLE.into())
    }

    /// Changes rows and takes these columns of them, as they are then.
    ///
    /// What follows from them is said by [`Returning::then`].
    pub fn returning<X, Places>(self, columns: X) -> Returning<X::Item>
    where
        X: Selection<T, Places>,
    {
        Returning::new::<T, X, Places>(self.into_write(), columns)
    }
}

/// Removes the rows of table `T` that match.
pub struct Delete<T> {
    table: Name,
    filter: Option<Condition>,
    row: PhantomData<fn() -> T>,
}

impl<T> Delete<T> {
    pub(in crate::query) fn of_table(table: Name) -> Self {
        Self {
            table,
            filter: None,
            row: PhantomData,
        }
    }

    /// Removes only the rows for which the predicate holds; called again, for which all hold.
    pub fn filter(mut self, predicate: Predicate<T>) -> Self {
        both(&mut self.filter, predicate);
        self
    }
}

impl<T: TableRow> Delete<T> {
    pub(in crate::query) fn new() -> Self {
        Self::of_table(T::TABLE.into())
    }

    /// Removes rows and takes these columns of them, as they were.
    ///
    /// What follows from them is said by [`Returning::then`].
    pub fn returning<X, Places>(self, columns: X) -> Returning<X::Item>
    where
        X: Selection<T, Places>,
    {
        Returning::new::<T, X, Places>(Some(self.into()), columns)
    }
}

impl<T> From<Delete<T>> for Write {
    fn from(delete: Delete<T>) -> Self {
        let mut out = SqlText::with_capacity(64);
        out.sql.push_str("DELETE FROM ");
        push_quoted(&mut out.sql, &delete.table);
        write_where(delete.filter.as_ref(), &mut out);
        Self {
            table: Some(delete.table),
            statement: out.into_statement(),
            ..Self::default()
        }
    }
}

fn both<T>(filter: &mut Option<Condition>, predicate: Predicate<T>) {
    let predicate = predicate.into_condition();
    *filter = Some(match filter.take() {
        Some(filter) => filter.and(predicate),
        None => predicate,
    });
}

fn write_where(filter: Option<&Condition>, out: &mut SqlText) {
    if let Some(filter) = filter {
        out.sql.push_str(" WHERE ");
        filter.write(out);
    }
}

impl<T> std::fmt::Debug for Update<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Update")
            .field("table", &self.table)
            .field("set", &self.set)
            .field("filter", &self.filter)
            .finish()
    }
}

impl<T> std::fmt::Debug for Delete<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delete")
            .field("table", &self.table)
            .field("filter", &self.filter)
            .finish()
    }
}
