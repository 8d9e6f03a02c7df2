//! Typed expressions: what is computed from columns.

mod methods;

use std::{marker::PhantomData, ops};

pub(super) use methods::{aggregate, call, comparisons, numbers};

use super::{Arithmetic, Column, ColumnType, TableRow, Term, Value};

/// Something of type `C` that SQL computes for rows of table `T`.
///
/// Columns make them: `Todo::TEXT.lower()`, `Item::PRICE * 2`, `Item::PRICE.sum()`.
pub struct Expr<T, C> {
    term: Term,
    types: PhantomData<fn() -> (T, C)>,
}

impl<T, C> Expr<T, C> {
    /// Gives a term a type; the caller answers for it.
    pub fn new(term: Term) -> Self {
        Self {
            term,
            types: PhantomData,
        }
    }

    /// Returns the expression as data.
    pub fn into_term(self) -> Term {
        self.term
    }
}

impl<T, C> Clone for Expr<T, C> {
    fn clone(&self) -> Self {
        Self::new(self.term.clone())
    }
}

impl<T, C> std::fmt::Debug for Expr<T, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.term.fmt(f)
    }
}

/// A column type that SQL calculates with.
pub trait Number: ColumnType {
    /// The type of a sum.
    type Sum: ColumnType;

    /// The sum of no values.
    fn zero() -> Value;
}

impl<N: Number> Number for Option<N> {
    type Sum = N::Sum;

    fn zero() -> Value {
        N::zero()
    }
}

impl<T, C: ColumnType> Expr<T, C> {
    comparisons!();
}

impl<T, C: Number> Expr<T, C> {
    numbers!();
}

macro_rules! arithmetic {
    ($($trait:ident $method:ident $operator:ident),+) => {$(
        impl<T: TableRow, C: Number, O: super::Operand<T, C>> ops::$trait<O> for Column<T, C> {
            type Output = Expr<T, C>;

            fn $method(self, other: O) -> Expr<T, C> {
                self.expr().$method(other)
            }
        }

        impl<T, C: Number, O: super::Operand<T, C>> ops::$trait<O> for Expr<T, C> {
            type Output = Expr<T, C>;

            fn $method(self, other: O) -> Expr<T, C> {
                let parts = (self.term, Arithmetic::$operator, other.into_term());
                Expr::new(Term::Arithmetic(Box::new(parts)))
            }
        }
    )+};
}

arithmetic!(Add add Add, Sub sub Subtract, Mul mul Multiply);
