//! What a query takes of each row: all of it, some columns, a struct of columns.

use std::marker::PhantomData;

use super::{Column, ColumnType, Expr, Includes, QueryError, Row, Scope, TableRow, Term, Value};

/// How the rows of a [`Select`](super::Select) are read.
pub trait Projection: 'static {
    /// What one row becomes.
    type Item: 'static;

    /// Reads one row.
    fn read(row: &Row<'_>) -> Result<Self::Item, QueryError>;
}

/// Whole rows, as the tables' own types.
#[derive(Debug)]
pub struct AllColumns<S>(PhantomData<fn() -> S>);

impl<S: Scope> Projection for AllColumns<S> {
    type Item = S::Row;

    fn read(row: &Row<'_>) -> Result<S::Row, QueryError> {
        S::read_row(row)
    }
}

/// Whole rows as plain values, in the order of the columns.
#[derive(Debug)]
pub struct PlainValues;

impl Projection for PlainValues {
    type Item = Vec<Value>;

    fn read(row: &Row<'_>) -> Result<Vec<Value>, QueryError> {
        row.values()
    }
}

/// A column, an expression, or a tuple of them, to be taken of the rows of scope `S`.
///
/// `Places` says where in the scope their tables stand and is found by the compiler.
pub trait Selection<S, Places> {
    /// What they become: a plain value, or a tuple.
    type Item: 'static;

    /// Adds the columns to the list.
    fn push_into(self, columns: &mut Vec<Term>);

    /// Reads them, from the given place of the row on, and moves the place behind them.
    fn read(row: &Row<'_>, at: &mut usize) -> Result<Self::Item, QueryError>;
}

fn read_next<C: ColumnType>(row: &Row<'_>, at: &mut usize) -> Result<C, QueryError> {
    let value = row.get(*at);
    *at += 1;
    value
}

impl<S: Includes<T, Place>, T: TableRow, C: ColumnType, Place> Selection<S, Place>
    for Column<T, C>
{
    type Item = S::Value<C>;

    fn push_into(self, columns: &mut Vec<Term>) {
        columns.push(self.into_term());
    }

    fn read(row: &Row<'_>, at: &mut usize) -> Result<Self::Item, QueryError> {
        read_next(row, at)
    }
}

impl<S: Includes<T, Place>, T, C: ColumnType, Place> Selection<S, Place> for Expr<T, C> {
    type Item = S::Value<C>;

    fn push_into(self, columns: &mut Vec<Term>) {
        columns.push(self.into_term());
    }

    fn read(row: &Row<'_>, at: &mut usize) -> Result<Self::Item, QueryError> {
        read_next(row, at)
    }
}

macro_rules! tuple {
    ($($part:ident $place:ident),+) => {
        impl<S, $($part: Selection<S, $place>, $place),+> Selection<S, ($($place,)+)> for ($($part,)+) {
            type Item = ($($part::Item,)+);

            #[allow(non_snake_case)]
            fn push_into(self, columns: &mut Vec<Term>) {
                let ($($part,)+) = self;
                $($part.push_into(columns);)+
            }

            fn read(row: &Row<'_>, at: &mut usize) -> Result<Self::Item, QueryError> {
                Ok(($($part::read(row, at)?,)+))
            }
        }
    };
}

tuple!(A PA);
tuple!(A PA, B PB);
tuple!(A PA, B PB, C PC);
tuple!(A PA, B PB, C PC, D PD);
tuple!(A PA, B PB, C PC, D PD, E PE);
tuple!(A PA, B PB, C PC, D PD, E PE, F PF);
tuple!(A PA, B PB, C PC, D PD, E PE, F PF, G PG);
tuple!(A PA, B PB, C PC, D PD, E PE, F PF, G PG, H PH);

/// What [`Select::select`](super::Select::select) takes.
#[allow(clippy::type_complexity)]
pub struct Picked<X, S, Places>(PhantomData<fn() -> (X, S, Places)>);

impl<X, S, Places> std::fmt::Debug for Picked<X, S, Places> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Picked")
    }
}

impl<X: Selection<S, Places> + 'static, S: 'static, Places: 'static> Projection
    for Picked<X, S, Places>
{
    type Item = X::Item;

    fn read(row: &Row<'_>) -> Result<X::Item, QueryError> {
        X::read(row, &mut 0)
    }
}

/// A struct that takes some columns of table `T`; `#[derive(FromRow)]` with `#[row(table = T)]` makes one.
pub trait PartOf<T>: Sized + 'static {
    /// The columns, in the order [`read_part`](Self::read_part) takes them.
    fn columns() -> Vec<Term>;

    /// Reads a row that has exactly these columns.
    fn read_part(row: &Row<'_>) -> Result<Self, QueryError>;
}

/// What [`Select::select_as`](super::Select::select_as) takes.
#[derive(Debug)]
pub struct Part<T, R>(PhantomData<fn() -> (T, R)>);

impl<T: 'static, R: PartOf<T>> Projection for Part<T, R> {
    type Item = R;

    fn read(row: &Row<'_>) -> Result<R, QueryError> {
        R::read_part(row)
    }
}
