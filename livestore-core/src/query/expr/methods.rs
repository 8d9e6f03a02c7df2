//! The methods that columns and expressions share: comparisons, functions, aggregates.

use crate::query::{Aggregate, Function, Term};

/// The methods of columns and expressions; a macro, so that neither needs a trait in scope.
macro_rules! comparisons {
    () => {
        /// It equals the value, column or expression; `None` is compared as `IS NULL`.
        pub fn eq(self, other: impl $crate::query::Operand<T, C>) -> $crate::query::Predicate<T> {
            match other.into_term() {
                $crate::query::Term::Value($crate::query::Value::Null) => self.is_null(),
                other => self.compare($crate::query::Comparison::Equal, other),
            }
        }

        /// It differs from the value, column or expression; `None` is compared as `IS NOT NULL`.
        ///
        /// As in SQL, null is not different from a value; [`is_not`](Self::is_not) says so.
        pub fn ne(self, other: impl $crate::query::Operand<T, C>) -> $crate::query::Predicate<T> {
            match other.into_term() {
                $crate::query::Term::Value($crate::query::Value::Null) => self.is_not_null(),
                other => self.compare($crate::query::Comparison::NotEqual, other),
            }
        }

        /// As [`eq`](Self::eq), and null is null: SQL's `IS`.
        pub fn is(self, other: impl $crate::query::Operand<T, C>) -> $crate::query::Predicate<T> {
            self.compare($crate::query::Comparison::Is, other.into_term())
        }

        /// As [`ne`](Self::ne), and null differs from every value: SQL's `IS NOT`.
        pub fn is_not(
            self,
            other: impl $crate::query::Operand<T, C>,
        ) -> $crate::query::Predicate<T> {
            self.compare($crate::query::Comparison::IsNot, other.into_term())
        }

        /// It is less than the value, column or expression.
        pub fn lt(self, other: impl $crate::query::Operand<T, C>) -> $crate::query::Predicate<T> {
            self.compare($crate::query::Comparison::Less, other.into_term())
        }

        /// It is at most the value, column or expression.
        pub fn le(self, other: impl $crate::query::Operand<T, C>) -> $crate::query::Predicate<T> {
            self.compare($crate::query::Comparison::LessOrEqual, other.into_term())
        }

        /// It is greater than the value, column or expression.
        pub fn gt(self, other: impl $crate::query::Operand<T, C>) -> $crate::query::Predicate<T> {
            self.compare($crate::query::Comparison::Greater, other.into_term())
        }

        /// It is at least the value, column or expression.
        pub fn ge(self, other: impl $crate::query::Operand<T, C>) -> $crate::query::Predicate<T> {
            self.compare($crate::query::Comparison::GreaterOrEqual, other.into_term())
        }

        /// It is at least the first and at most the second.
        pub fn between(
            self,
            low: impl $crate::query::Operand<T, C>,
            high: impl $crate::query::Operand<T, C>,
        ) -> $crate::query::Predicate<T> {
            $crate::query::Predicate::new($crate::query::Condition::Between(
                self.into_term(),
                low.into_term(),
                high.into_term(),
            ))
        }

        /// It equals one of the values; of none, never. More than 32,766 are an error when the query runs.
        pub fn is_in<V: $crate::query::IntoColumn<C>>(
            self,
            values: impl IntoIterator<Item = V>,
        ) -> $crate::query::Predicate<T> {
            let values = values.into_iter().map(V::into_value).collect();
            $crate::query::Predicate::new($crate::query::Condition::In(self.into_term(), values))
        }

        /// It equals none of the values; of none, always.
        pub fn is_not_in<V: $crate::query::IntoColumn<C>>(
            self,
            values: impl IntoIterator<Item = V>,
        ) -> $crate::query::Predicate<T> {
            !self.is_in(values)
        }

        /// It equals one of the values another query selects.
        pub fn is_in_select<S: $crate::query::Scope, P>(
            self,
            select: $crate::query::Select<S, P>,
        ) -> $crate::query::Predicate<T>
        where
            P: $crate::query::Projection,
            P::Item: $crate::query::SameColumn<C>,
        {
            $crate::query::Predicate::new($crate::query::Condition::InSelect(
                self.into_term(),
                Box::new(select.into_spec()),
            ))
        }

        /// The text matches SQL's `LIKE` pattern: `%` any text, `_` any character, ASCII case ignored.
        pub fn like(self, pattern: impl Into<String>) -> $crate::query::Predicate<T> {
            let pattern = $crate::query::Pattern::Like {
                pattern: pattern.into(),
                escape: None,
            };
            $crate::query::Predicate::new($crate::query::Condition::Like(self.into_term(), pattern))
        }

        /// As [`like`](Self::like), whose case SQLite ignores anyway (for ASCII letters); for those who
        /// look for the other name.
        pub fn ilike(self, pattern: impl Into<String>) -> $crate::query::Predicate<T> {
            self.like(pattern)
        }

        /// The text matches SQLite's `GLOB` pattern, where case counts: `*` any text, `?` any character,
        /// `[…]` one of these.
        pub fn glob(self, pattern: impl Into<String>) -> $crate::query::Predicate<T> {
            let pattern = $crate::query::Pattern::Glob(pattern.into());
            $crate::query::Predicate::new($crate::query::Condition::Like(self.into_term(), pattern))
        }

        /// The text has the other in it, ASCII case ignored.
        pub fn contains(self, text: &str) -> $crate::query::Predicate<T> {
            $crate::query::Predicate::new($crate::query::Condition::Like(
                self.into_term(),
                $crate::query::Pattern::containing("%", text, "%"),
            ))
        }

        /// The text starts with the other, ASCII case ignored.
        pub fn starts_with(self, text: &str) -> $crate::query::Predicate<T> {
            $crate::query::Predicate::new($crate::query::Condition::Like(
                self.into_term(),
                $crate::query::Pattern::containing("", text, "%"),
            ))
        }

        /// The text ends with the other, ASCII case ignored.
        pub fn ends_with(self, text: &str) -> $crate::query::Predicate<T> {
            $crate::query::Predicate::new($crate::query::Condition::Like(
                self.into_term(),
                $crate::query::Pattern::containing("%", text, ""),
            ))
        }

        /// It is null.
        pub fn is_null(self) -> $crate::query::Predicate<T> {
            $crate::query::Predicate::new($crate::query::Condition::IsNull(self.into_term()))
        }

        /// It is not null.
        pub fn is_not_null(self) -> $crate::query::Predicate<T> {
            $crate::query::Predicate::new($crate::query::Condition::IsNotNull(self.into_term()))
        }

        /// Smallest first; nulls before everything, unless told otherwise.
        pub fn asc(self) -> $crate::query::Order<T> {
            $crate::query::Order::new(self.into_term(), $crate::query::Direction::Ascending)
        }

        /// Greatest first; nulls after everything, unless told otherwise.
        pub fn desc(self) -> $crate::query::Order<T> {
            $crate::query::Order::new(self.into_term(), $crate::query::Direction::Descending)
        }

        /// ASCII letters in lower case.
        pub fn lower(self) -> $crate::query::Expr<T, C> {
            $crate::query::Expr::new($crate::query::expr::call(
                $crate::query::Function::Lower,
                self.into_term(),
            ))
        }

        /// ASCII letters in upper case.
        pub fn upper(self) -> $crate::query::Expr<T, C> {
            $crate::query::Expr::new($crate::query::expr::call(
                $crate::query::Function::Upper,
                self.into_term(),
            ))
        }

        /// The number of characters of a text, or bytes of a blob.
        pub fn length(self) -> $crate::query::Expr<T, Option<i64>> {
            $crate::query::Expr::new($crate::query::expr::call(
                $crate::query::Function::Length,
                self.into_term(),
            ))
        }

        /// The number of values that are not null.
        pub fn count(self) -> $crate::query::Expr<T, i64> {
            $crate::query::Expr::new($crate::query::expr::aggregate(
                $crate::query::Aggregate::Count,
                self.into_term(),
            ))
        }

        /// The number of different values that are not null.
        pub fn count_distinct(self) -> $crate::query::Expr<T, i64> {
            $crate::query::Expr::new($crate::query::expr::aggregate(
                $crate::query::Aggregate::CountDistinct,
                self.into_term(),
            ))
        }

        /// The least value; null of none.
        pub fn min(self) -> $crate::query::Expr<T, Option<C>> {
            $crate::query::Expr::new($crate::query::expr::aggregate(
                $crate::query::Aggregate::Min,
                self.into_term(),
            ))
        }

        /// The greatest value; null of none.
        pub fn max(self) -> $crate::query::Expr<T, Option<C>> {
            $crate::query::Expr::new($crate::query::expr::aggregate(
                $crate::query::Aggregate::Max,
                self.into_term(),
            ))
        }

        fn compare(
            self,
            comparison: $crate::query::Comparison,
            other: $crate::query::Term,
        ) -> $crate::query::Predicate<T> {
            $crate::query::Predicate::new($crate::query::Condition::Compare(
                self.into_term(),
                comparison,
                other,
            ))
        }
    };
}

/// What only numbers have.
macro_rules! numbers {
    () => {
        /// The sum; 0 of none.
        ///
        /// Whole numbers whose sum is too large are an error of the query.
        pub fn sum(self) -> $crate::query::Expr<T, C::Sum> {
            let sum =
                $crate::query::expr::aggregate($crate::query::Aggregate::Sum, self.into_term());
            let zero = $crate::query::Term::Value(C::zero());
            $crate::query::Expr::new($crate::query::Term::Call(
                $crate::query::Function::Coalesce,
                vec![sum, zero],
            ))
        }

        /// The mean; null of none.
        pub fn avg(self) -> $crate::query::Expr<T, Option<f64>> {
            $crate::query::Expr::new($crate::query::expr::aggregate(
                $crate::query::Aggregate::Avg,
                self.into_term(),
            ))
        }
    };
}

pub(in crate::query) use {comparisons, numbers};

pub(in crate::query) fn call(function: Function, argument: Term) -> Term {
    Term::Call(function, vec![argument])
}

pub(in crate::query) fn aggregate(aggregate: Aggregate, of: Term) -> Term {
    Term::Aggregate(aggregate, Some(Box::new(of)))
}
