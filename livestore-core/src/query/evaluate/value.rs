//! Values by SQLite's rules: how they are converted, compared and calculated with.

use std::{borrow::Cow, cmp::Ordering};

use crate::query::{Arithmetic, ColumnKind, Function, Value, ValueRef};

/// A value that is known; a floating point number that is none is null, as SQLite stores it.
pub(super) enum Known<'a> {
    Borrowed(ValueRef<'a>),
    Owned(Value),
}

/// Which conversion a term asks of what it is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Numeric,
    Text,
    /// A column's that takes every value as it is.
    Blob,
    /// What is no column has none.
    None,
}

impl From<ColumnKind> for Affinity {
    fn from(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Integer | ColumnKind::Real => Self::Numeric,
            ColumnKind::Text => Self::Text,
            ColumnKind::Blob | ColumnKind::Any => Self::Blob,
        }
    }
}

impl Known<'_> {
    pub(super) fn as_ref(&self) -> ValueRef<'_> {
        let value = match self {
            Self::Borrowed(value) => *value,
            Self::Owned(value) => value.as_ref(),
        };
        match value {
            ValueRef::Real(number) if number.is_nan() => ValueRef::Null,
            value => value,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        self.as_ref() == ValueRef::Null
    }
}

impl<'a> From<&'a Value> for Known<'a> {
    fn from(value: &'a Value) -> Self {
        Self::Borrowed(value.as_ref())
    }
}

/// Compares two values that are not null as SQLite does, after the conversions their terms ask for.
pub(super) fn compare(
    left: Known<'_>,
    left_affinity: Affinity,
    right: Known<'_>,
    right_affinity: Affinity,
) -> Option<Ordering> {
    let (asked_of_left, asked_of_right) = match (left_affinity, right_affinity) {
        (Affinity::Numeric, Affinity::Numeric) => (Affinity::None, Affinity::None),
        (Affinity::Numeric, _) => (Affinity::None, Affinity::Numeric),
        (_, Affinity::Numeric) => (Affinity::Numeric, Affinity::None),
        // Between two columns of which none is numeric nothing is converted.
        (Affinity::Text, Affinity::None) => (Affinity::None, Affinity::Text),
        (Affinity::None, Affinity::Text) => (Affinity::Text, Affinity::None),
        _ => (Affinity::None, Affinity::None),
    };
    let left = with_affinity(left, asked_of_left)?;
    let right = with_affinity(right, asked_of_right)?;
    Some(compare_values(left.as_ref(), right.as_ref()))
}

/// Converts a value; `None` when only SQLite knows the result.
pub(super) fn with_affinity(value: Known<'_>, affinity: Affinity) -> Option<Known<'_>> {
    match (affinity, value.as_ref()) {
        (Affinity::Numeric, ValueRef::Text(text)) => match text.parse::<i64>() {
            Ok(number) => Some(Known::Owned(Value::Integer(number))),
            Err(_) if looks_like_a_number(text) => None,
            Err(_) => Some(value),
        },
        (Affinity::Text, ValueRef::Integer(number)) => {
            Some(Known::Owned(Value::Text(number.to_string())))
        }
        (Affinity::Text, ValueRef::Real(_)) => None,
        _ => Some(value),
    }
}

fn looks_like_a_number(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r'])
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
}

/// Compares values as SQLite sorts them: nulls, then numbers, then texts, then blobs.
pub(crate) fn compare_values(left: ValueRef<'_>, right: ValueRef<'_>) -> Ordering {
    use ValueRef::{Blob, Integer, Null, Real, Text};
    let class = |value: &ValueRef<'_>| match value {
        Null => 0,
        Integer(_) | Real(_) => 1,
        Text(_) => 2,
        Blob(_) => 3,
    };
    match (left, right) {
        (Integer(left), Integer(right)) => left.cmp(&right),
        // A number that is none never gets here: SQLite has null in its place.
        (Real(left), Real(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
        (Integer(left), Real(right)) => compare_integer_and_real(left, right),
        (Real(left), Integer(right)) => compare_integer_and_real(right, left).reverse(),
        (Text(left), Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Blob(left), Blob(right)) => left.cmp(right),
        (left, right) => class(&left).cmp(&class(&right)),
    }
}

fn compare_integer_and_real(integer: i64, real: f64) -> Ordering {
    if real < -9_223_372_036_854_775_808.0 {
        return Ordering::Greater;
    }
    if real >= 9_223_372_036_854_775_808.0 {
        return Ordering::Less;
    }
    let whole = real as i64;
    let rest = (whole as f64).partial_cmp(&real).unwrap_or(Ordering::Equal);
    integer.cmp(&whole).then(rest)
}

pub(super) fn calculate<'a>(
    left: ValueRef<'_>,
    operator: Arithmetic,
    right: ValueRef<'_>,
) -> Option<Known<'a>> {
    let (left, right) = match (left, right) {
        (ValueRef::Null, _) | (_, ValueRef::Null) => return Some(Known::Owned(Value::Null)),
        (ValueRef::Integer(left), ValueRef::Integer(right)) => {
            let exact = match operator {
                Arithmetic::Add => left.checked_add(right),
                Arithmetic::Subtract => left.checked_sub(right),
                Arithmetic::Multiply => left.checked_mul(right),
            };
            if let Some(exact) = exact {
                return Some(Known::Owned(Value::Integer(exact)));
            }
            (left as f64, right as f64)
        }
        (left, right) => (number(left)?, number(right)?),
    };
    let result = match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
    };
    Some(Known::Owned(Value::Real(result)))
}

fn number(value: ValueRef<'_>) -> Option<f64> {
    match value {
        ValueRef::Integer(number) => Some(number as f64),
        ValueRef::Real(number) => Some(number),
        _ => None,
    }
}

/// Returns a value as SQLite makes it a text; the outer `None` when only SQLite knows, the inner for null.
pub(super) fn text(value: ValueRef<'_>) -> Option<Option<Cow<'_, str>>> {
    match value {
        ValueRef::Null => Some(None),
        ValueRef::Text(text) => Some(Some(Cow::Borrowed(text))),
        ValueRef::Integer(number) => Some(Some(Cow::Owned(number.to_string()))),
        ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}

pub(super) fn call<'a>(function: Function, arguments: Vec<Known<'a>>) -> Option<Known<'a>> {
    if function == Function::Coalesce {
        return Some(
            arguments
                .into_iter()
                .find(|argument| !argument.is_null())
                .unwrap_or(Known::Owned(Value::Null)),
        );
    }
    let argument = arguments.first()?.as_ref();
    if let (Function::Length, ValueRef::Blob(blob)) = (function, argument) {
        return Some(Known::Owned(Value::Integer(blob.len() as i64)));
    }
    let Some(text) = text(argument)? else {
        return Some(Known::Owned(Value::Null));
    };
    Some(Known::Owned(match function {
        Function::Lower => Value::Text(text.to_ascii_lowercase()),
        Function::Upper => Value::Text(text.to_ascii_uppercase()),
        // SQLite counts up to the first NUL.
        Function::Length => Value::Integer(text.chars().take_while(|&c| c != '\0').count() as i64),
        Function::Coalesce => return None,
    }))
}
