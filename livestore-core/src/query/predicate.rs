//! Typed conditions.

use std::{marker::PhantomData, ops};

use super::{Condition, Pattern};

/// A condition on the rows of table `T`.
pub struct Predicate<T> {
    condition: Condition,
    table: PhantomData<fn() -> T>,
}

impl<T> Predicate<T> {
    /// Gives a condition a table; the caller answers for it.
    pub fn new(condition: Condition) -> Self {
        Self {
            condition,
            table: PhantomData,
        }
    }

    /// Holds for every row: a start for conditions that are added one by one.
    pub fn always() -> Self {
        Self::new(Condition::And(Vec::new()))
    }

    /// Both hold.
    pub fn and(self, other: Predicate<T>) -> Self {
        Self::new(self.condition.and(other.condition))
    }

    /// At least one holds.
    pub fn or(self, other: Predicate<T>) -> Self {
        Self::new(self.condition.or(other.condition))
    }

    /// All hold; of none, it holds.
    pub fn all(predicates: impl IntoIterator<Item = Predicate<T>>) -> Self {
        let conditions = predicates.into_iter().map(Self::into_condition).collect();
        Self::new(Condition::And(conditions))
    }

    /// At least one holds; of none, it does not.
    pub fn any(predicates: impl IntoIterator<Item = Predicate<T>>) -> Self {
        let conditions = predicates.into_iter().map(Self::into_condition).collect();
        Self::new(Condition::Or(conditions))
    }

    /// Returns the condition as data.
    pub fn condition(&self) -> &Condition {
        &self.condition
    }

    /// Returns the condition as data.
    pub fn into_condition(self) -> Condition {
        self.condition
    }
}

impl<T> ops::Not for Predicate<T> {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(Condition::Not(Box::new(self.condition)))
    }
}

impl<T> Clone for Predicate<T> {
    fn clone(&self) -> Self {
        Self::new(self.condition.clone())
    }
}

impl<T> std::fmt::Debug for Predicate<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.condition.fmt(f)
    }
}

impl Pattern {
    /// A pattern for a text between two others, taken as it is.
    pub(super) fn containing(before: &str, text: &str, after: &str) -> Self {
        const ESCAPE: char = '\\';
        let mut pattern = String::with_capacity(before.len() + text.len() + after.len());
        pattern.push_str(before);
        for c in text.chars() {
            if matches!(c, '%' | '_' | ESCAPE) {
                pattern.push(ESCAPE);
            }
            pattern.push(c);
        }
        pattern.push_str(after);
        Self::Like {
            pattern,
            escape: Some(ESCAPE),
        }
    }
}
