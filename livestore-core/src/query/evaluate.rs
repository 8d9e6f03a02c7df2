//! Whether a condition holds for a row, said without SQLite but by its rules.
//!
//! Three-valued logic, storage classes, the affinity of columns, `LIKE` and `GLOB` are SQLite's. What
//! can't be told here for sure (another table's rows, a full-text index, a number as text) is
//! [`Truth::Unknown`], never a guess: who looks for the queries that a change can concern takes that for
//! "it may". Property tests hold every other answer against SQLite's.

mod json;
mod pattern;
mod value;

use std::cmp::Ordering;

use super::{ColumnKind, ColumnRef, Comparison, Condition, OrderTerm, Term, Value, ValueRef};
use value::{Affinity, Known, compare, with_affinity};

pub(crate) use value::compare_values;

/// What SQL says of a condition, or that it can't be told without SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// A null is compared: it does not hold, and neither does its opposite.
    Null,
    /// Only SQLite can tell.
    Unknown,
}

/// A row whose columns are found by name.
pub trait RowValues {
    /// Returns what a column holds and how it is stored; `None` when it is no column of the row's.
    fn get(&self, column: &ColumnRef) -> Option<(ValueRef<'_>, ColumnKind)>;
}

impl Truth {
    /// Whether the row may be among those the condition selects: true or unknown.
    pub fn may_hold(self) -> bool {
        matches!(self, Self::True | Self::Unknown)
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Null, _) | (_, Self::Null) => Self::Null,
            (Self::True, Self::True) => Self::True,
        }
    }

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            other => other,
        }
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl Condition {
    /// Says whether the condition holds for a row.
    pub fn evaluate(&self, row: &dyn RowValues) -> Truth {
        match self {
            Self::Compare(left, comparison, right) => comparison.evaluate(left, right, row),
            Self::Between(term, low, high) => Comparison::GreaterOrEqual
                .evaluate(term, low, row)
                .and(Comparison::LessOrEqual.evaluate(term, high, row)),
            Self::In(_, values) if values.is_empty() => Truth::False,
            Self::In(term, values) => is_in(term, values, row),
            Self::Like(term, pattern) => match known(term, row) {
                Some(value) => pattern.evaluate(value.as_ref()),
                None => Truth::Unknown,
            },
            Self::IsNull(term) => match known(term, row) {
                Some(value) => value.is_null().into(),
                None => Truth::Unknown,
            },
            Self::IsNotNull(term) => Self::IsNull(term.clone()).evaluate(row).not(),
            Self::JsonContains(term, element) => match known(term, row) {
                Some(value) => json::contains(value.as_ref(), element),
                None => Truth::Unknown,
            },
            Self::InSelect(..) | Self::Matches(_) => Truth::Unknown,
            Self::And(all) => all
                .iter()
                .fold(Truth::True, |truth, one| truth.and(one.evaluate(row))),
            Self::Or(any) => any
                .iter()
                .fold(Truth::False, |truth, one| truth.or(one.evaluate(row))),
            Self::Not(condition) => condition.evaluate(row).not(),
        }
    }
}

impl Comparison {
    fn evaluate(self, left: &Term, right: &Term, row: &dyn RowValues) -> Truth {
        let (Some(one), Some(other)) = (known(left, row), known(right, row)) else {
            return Truth::Unknown;
        };
        let nulls = (one.is_null(), other.is_null());
        match (self, nulls) {
            (Self::Is, (true, true)) => return Truth::True,
            (Self::Is, (true, false) | (false, true)) => return Truth::False,
            (Self::IsNot, (true, true)) => return Truth::False,
            (Self::IsNot, (true, false) | (false, true)) => return Truth::True,
            (_, (false, false)) => {}
            _ => return Truth::Null,
        }
        let Some(ordering) = compare(one, affinity(left, row), other, affinity(right, row)) else {
            return Truth::Unknown;
        };
        Truth::from(match self {
            Self::Equal | Self::Is => ordering.is_eq(),
            Self::NotEqual | Self::IsNot => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        })
    }
}

/// Only the affinity of the term counts: a list has none.
fn is_in(term: &Term, values: &[Value], row: &dyn RowValues) -> Truth {
    let Some(value) = known(term, row) else {
        return Truth::Unknown;
    };
    if value.is_null() {
        return Truth::Null;
    }
    let affinity = affinity(term, row);
    values.iter().fold(Truth::False, |truth, other| {
        let other = Known::from(other);
        truth.or(if other.is_null() {
            Truth::Null
        } else {
            match with_affinity(other, affinity) {
                Some(other) => compare_values(value.as_ref(), other.as_ref())
                    .is_eq()
                    .into(),
                None => Truth::Unknown,
            }
        })
    })
}

fn affinity(term: &Term, row: &dyn RowValues) -> Affinity {
    match term {
        Term::Column(column) => row
            .get(column)
            .map_or(Affinity::None, |(_, kind)| kind.into()),
        _ => Affinity::None,
    }
}

/// Returns what a term is for a row, if that can be told.
fn known<'a>(term: &'a Term, row: &'a dyn RowValues) -> Option<Known<'a>> {
    match term {
        Term::Column(column) => row.get(column).map(|(value, _)| Known::Borrowed(value)),
        Term::Value(value) => Some(value.into()),
        Term::Arithmetic(parts) => {
            let (left, operator, right) = parts.as_ref();
            value::calculate(
                known(left, row)?.as_ref(),
                *operator,
                known(right, row)?.as_ref(),
            )
        }
        Term::Json(of, path) => json::extract(known(of, row)?.as_ref(), path),
        Term::Call(function, arguments) => {
            let arguments = arguments
                .iter()
                .map(|argument| known(argument, row))
                .collect::<Option<Vec<_>>>()?;
            value::call(*function, arguments)
        }
        Term::Aggregate(..) | Term::Excluded(_) | Term::Marked(_) => None,
    }
}

/// Says which of two rows an order puts first; `None` when only SQLite can tell.
///
/// Equal rows come in no particular order.
pub fn compare_rows(
    order: &[OrderTerm],
    left: &dyn RowValues,
    right: &dyn RowValues,
) -> Option<Ordering> {
    for order in order {
        let (one, other) = (known(&order.term, left)?, known(&order.term, right)?);
        let ordering = order.compare(one.as_ref(), other.as_ref())?;
        if ordering.is_ne() {
            return Some(ordering);
        }
    }
    Some(Ordering::Equal)
}
