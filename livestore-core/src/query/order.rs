//! Orders: what rows are sorted by.

use std::{cmp::Ordering, marker::PhantomData};

use super::{Term, ValueRef, evaluate::compare_values, sql::SqlText};

/// Which way a sort goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// Where nulls are sorted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nulls {
    /// Before everything.
    First,
    /// After everything.
    Last,
}

/// How texts are compared in a sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Collation {
    /// By their bytes.
    Binary,
    /// ASCII letters without regard to case.
    NoCase,
}

/// One thing to sort by, without Rust types.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderTerm {
    /// What to sort by.
    pub term: Term,
    /// Which way.
    pub direction: Direction,
    /// Where nulls go; by default they are the smallest.
    pub nulls: Option<Nulls>,
    /// How texts compare.
    pub collation: Collation,
}

impl OrderTerm {
    /// Says which of two values comes first; `None` when only SQLite can tell.
    pub(super) fn compare(&self, left: ValueRef<'_>, right: ValueRef<'_>) -> Option<Ordering> {
        let nulls = (left == ValueRef::Null, right == ValueRef::Null);
        match (nulls, self.nulls) {
            ((true, false), Some(Nulls::First)) | ((false, true), Some(Nulls::Last)) => {
                return Some(Ordering::Less);
            }
            ((true, false), Some(Nulls::Last)) | ((false, true), Some(Nulls::First)) => {
                return Some(Ordering::Greater);
            }
            _ => {}
        }
        let ordering = match (self.collation, left, right) {
            (Collation::NoCase, ValueRef::Text(left), ValueRef::Text(right)) => {
                // SQLite compares up to a NUL there.
                if left.contains('\0') || right.contains('\0') {
                    return None;
                }
                let lower = |text: &str| text.to_ascii_lowercase();
                lower(left).as_bytes().cmp(lower(right).as_bytes())
            }
            _ => compare_values(left, right),
        };
        Some(match self.direction {
            Direction::Ascending => ordering,
            Direction::Descending => ordering.reverse(),
        })
    }

    pub(super) fn write(&self, out: &mut SqlText) {
        self.term.write(out);
        match self.collation {
            Collation::Binary => {}
            Collation::NoCase => out.sql.push_str(" COLLATE NOCASE"),
        }
        if self.direction == Direction::Descending {
            out.sql.push_str(" DESC");
        }
        out.sql.push_str(match self.nulls {
            Some(Nulls::First) => " NULLS FIRST",
            Some(Nulls::Last) => " NULLS LAST",
            None => "",
        });
    }
}

/// Something of table `T` to sort by, and the direction.
pub struct Order<T> {
    pub(super) order: OrderTerm,
    table: PhantomData<fn() -> T>,
}

impl<T> Order<T> {
    pub(super) fn new(term: Term, direction: Direction) -> Self {
        Self {
            order: OrderTerm {
                term,
                direction,
                nulls: None,
                collation: Collation::Binary,
            },
            table: PhantomData,
        }
    }

    /// Gives a term to sort by a table; the caller answers for it.
    pub fn from_term(order: OrderTerm) -> Self {
        Self {
            order,
            table: PhantomData,
        }
    }

    /// Sorts nulls before everything.
    pub fn nulls_first(mut self) -> Self {
        self.order.nulls = Some(Nulls::First);
        self
    }

    /// Sorts nulls after everything.
    pub fn nulls_last(mut self) -> Self {
        self.order.nulls = Some(Nulls::Last);
        self
    }

    /// Sorts texts without regard to the case of ASCII letters.
    pub fn ignore_case(mut self) -> Self {
        self.order.collation = Collation::NoCase;
        self
    }
}

impl<T> Clone for Order<T> {
    fn clone(&self) -> Self {
        Self {
            order: self.order.clone(),
            table: PhantomData,
        }
    }
}

impl<T> std::fmt::Debug for Order<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.order.fmt(f)
    }
}
