//! Conditions as data: trees of comparisons that can be written as SQL, looked into, and
//! [evaluated](super::evaluate) on a row without SQLite.

use super::{ColumnKind, ColumnRef, SelectSpec, Term, Value, sql::SqlText};

/// A condition on a row, without Rust types; [`Predicate`](super::Predicate) is its typed face.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Condition {
    /// Two terms compare so.
    Compare(Term, Comparison, Term),
    /// A term is at least the first and at most the second.
    Between(Term, Term, Term),
    /// A term equals one of the values; of none, never. A statement takes 32,766 values in all.
    In(Term, Vec<Value>),
    /// A term equals one of the rows of another query.
    InSelect(Term, Box<SelectSpec>),
    /// A term's text matches a pattern.
    Like(Term, Pattern),
    /// A term is null.
    IsNull(Term),
    /// A term is not null.
    IsNotNull(Term),
    /// A JSON array has the element; null has none.
    JsonContains(Term, Value),
    /// A full-text index finds the row.
    Matches(Box<super::Search>),
    /// All hold.
    And(Vec<Condition>),
    /// At least one holds.
    Or(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
}

/// How two terms compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Comparison {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `IS`: as `=`, and null is null.
    Is,
    /// `IS NOT`: as `<>`, and null is not a value.
    IsNot,
}

/// A pattern for texts.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// SQL's `LIKE`: `%` any text, `_` any character, ASCII case ignored.
    Like {
        /// The pattern.
        pattern: String,
        /// What makes the character after it an ordinary one.
        escape: Option<char>,
    },
    /// SQLite's `GLOB`: `*` any text, `?` any character, `[…]` one of them, case counts.
    Glob(String),
}

/// A column that a condition ties to some values: for other values it cannot hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Equality<'a> {
    /// The column.
    pub column: &'a ColumnRef,
    /// The values it may have.
    pub values: Vec<&'a Value>,
}

impl Comparison {
    fn sql(self) -> &'static str {
        match self {
            Self::Equal => " = ",
            Self::NotEqual => " <> ",
            Self::Less => " < ",
            Self::LessOrEqual => " <= ",
            Self::Greater => " > ",
            Self::GreaterOrEqual => " >= ",
            Self::Is => " IS ",
            Self::IsNot => " IS NOT ",
        }
    }
}

impl Condition {
    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(mut all), Self::And(more)) => {
                all.extend(more);
                Self::And(all)
            }
            (Self::And(mut all), other) => {
                all.push(other);
                Self::And(all)
            }
            (one, other) => Self::And(vec![one, other]),
        }
    }

    /// At least one holds.
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Or(mut any) => {
                any.push(other);
                Self::Or(any)
            }
            one => Self::Or(vec![one, other]),
        }
    }

    /// Returns the columns that the condition ties to values, each a necessary condition of its own.
    ///
    /// Only values that SQLite stores in such a column as they are count, so that equal means the same
    /// value: a column of `kind_of` text with a text, and so on; floating point numbers never.
    pub fn equalities(
        &self,
        kind_of: &dyn Fn(&ColumnRef) -> Option<ColumnKind>,
    ) -> Vec<Equality<'_>> {
        let mut found = Vec::new();
        self.collect_equalities(kind_of, &mut found);
        found
    }

    fn collect_equalities<'a>(
        &'a self,
        kind_of: &dyn Fn(&ColumnRef) -> Option<ColumnKind>,
        found: &mut Vec<Equality<'a>>,
    ) {
        let (column, values) = match self {
            Self::And(all) => {
                for condition in all {
                    condition.collect_equalities(kind_of, found);
                }
                return;
            }
            Self::Compare(Term::Column(column), Comparison::Equal, Term::Value(value))
            | Self::Compare(Term::Value(value), Comparison::Equal, Term::Column(column)) => {
                (column, vec![value])
            }
            // A null among the values equals nothing.
            Self::In(Term::Column(column), values) => (
                column,
                values
                    .iter()
                    .filter(|value| **value != Value::Null)
                    .collect(),
            ),
            _ => return,
        };
        let kind = kind_of(column);
        if values.iter().all(|value| is_stored_as_is(value, kind)) {
            found.push(Equality { column, values });
        }
    }

    pub(super) fn write(&self, out: &mut SqlText) {
        match self {
            Self::Compare(left, comparison, right) => {
                left.write(out);
                out.sql.push_str(comparison.sql());
                right.write(out);
            }
            Self::Between(term, low, high) => {
                term.write(out);
                out.sql.push_str(" BETWEEN ");
                low.write(out);
                out.sql.push_str(" AND ");
                high.write(out);
            }
            Self::In(_, values) if values.is_empty() => out.sql.push('0'),
            Self::In(term, values) => {
                term.write(out);
                out.sql.push_str(" IN (");
                out.push_list(values, |out, value| out.push_value(value));
                out.sql.push(')');
            }
            Self::InSelect(term, select) => {
                term.write(out);
                out.sql.push_str(" IN (");
                select.write_nested(out);
                out.sql.push(')');
            }
            Self::Like(term, pattern) => {
                term.write(out);
                pattern.write(out);
            }
            Self::IsNull(term) => {
                term.write(out);
                out.sql.push_str(" IS NULL");
            }
            Self::IsNotNull(term) => {
                term.write(out);
                out.sql.push_str(" IS NOT NULL");
            }
            Self::JsonContains(term, element) => {
                out.sql.push_str("EXISTS (SELECT 1 FROM json_each(");
                // A bare name could be taken for one of json_each's own columns.
                let qualified = std::mem::replace(&mut out.qualified, true);
                term.write(out);
                out.qualified = qualified;
                out.sql.push_str(") WHERE json_each.value IS ");
                out.push_value(element);
                out.sql.push(')');
            }
            Self::Matches(search) => search.write_condition(out),
            Self::And(all) if all.is_empty() => out.sql.push('1'),
            Self::Or(any) if any.is_empty() => out.sql.push('0'),
            Self::And(all) => write_joined(all, " AND ", out),
            Self::Or(any) => write_joined(any, " OR ", out),
            Self::Not(condition) => {
                out.sql.push_str("NOT (");
                condition.write(out);
                out.sql.push(')');
            }
        }
    }
}

impl Pattern {
    fn write(&self, out: &mut SqlText) {
        match self {
            Self::Like { pattern, escape } => {
                out.sql.push_str(" LIKE ");
                out.push_value(&Value::Text(pattern.clone()));
                if let Some(escape) = escape {
                    out.sql.push_str(" ESCAPE ");
                    out.push_value(&Value::Text(escape.to_string()));
                }
            }
            Self::Glob(pattern) => {
                out.sql.push_str(" GLOB ");
                out.push_value(&Value::Text(pattern.clone()));
            }
        }
    }
}

/// Conditions in a row nest in SQLite, one level for each, and it takes a thousand levels: many are halved.
fn write_joined(conditions: &[Condition], operator: &str, out: &mut SqlText) {
    const IN_A_ROW: usize = 100;
    out.sql.push('(');
    if conditions.len() > IN_A_ROW {
        let (first, second) = conditions.split_at(conditions.len() / 2);
        write_joined(first, operator, out);
        out.sql.push_str(operator);
        write_joined(second, operator, out);
        out.sql.push(')');
        return;
    }
    for (i, condition) in conditions.iter().enumerate() {
        if i > 0 {
            out.sql.push_str(operator);
        }
        condition.write(out);
    }
    out.sql.push(')');
}

fn is_stored_as_is(value: &Value, kind: Option<ColumnKind>) -> bool {
    matches!(
        (value, kind),
        (Value::Integer(_), Some(ColumnKind::Integer))
            | (Value::Text(_), Some(ColumnKind::Text))
            | (Value::Blob(_), Some(ColumnKind::Blob))
    )
}
