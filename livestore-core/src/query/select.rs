//! The builder for reads.

mod ends;
mod extent;
mod groups;
mod spec;
mod text;

use std::marker::PhantomData;

pub use ends::{Count, Exists, First, FirstOr, FirstRequired, One};
pub use spec::{ColumnNames, JoinSpec, SelectSpec, Source};

use super::{
    AllColumns, Column, ColumnType, Expr, Includes, Joinable, Number, On, Order, Part, PartOf,
    Picked, Predicate, Projection, Query, QueryError, Rows, Selection, Shape, Statement, TableRow,
};

/// A read from a table or from joined ones; gives a `Vec` in the order asked for.
///
/// `S` is the table, or after joins a tuple of tables; `P` is what is taken of each row.
///
/// ```
/// # use livestore_core::prelude::*;
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # struct User { #[column(primary_key)] id: i64, name: String }
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # struct Issue { #[column(primary_key)] id: i64, title: String, creator: Option<i64>, points: i64 }
/// # fn example(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
/// // Whole rows, some columns, one column.
/// let big: Vec<Issue> = store.query(&Issue::query().filter(Issue::POINTS.gt(5)))?;
/// let some: Vec<(i64, String)> = store.query(&Issue::query().select((Issue::ID, Issue::TITLE)))?;
/// let titles: Vec<String> = store.query(&Issue::query().select(Issue::TITLE).distinct())?;
/// // Joined: an issue may have no creator.
/// let both: Vec<(Issue, Option<User>)> =
///     store.query(&Issue::query().left_join(Issue::CREATOR.on(User::ID)).order_by(User::NAME.asc()))?;
/// // Grouped.
/// let points: Vec<(String, i64)> = store.query(
///     &Issue::query()
///         .join(Issue::CREATOR.on(User::ID))
///         .group_by(User::NAME)
///         .having(Issue::POINTS.sum().gt(10))
///         .select((User::NAME, Issue::POINTS.sum())),
/// )?;
/// # let _ = (big, some, titles, both, points);
/// # Ok(())
/// # }
/// ```
pub struct Select<S, P = AllColumns<S>> {
    spec: SelectSpec,
    types: PhantomData<fn() -> (S, P)>,
}

impl<S, P> Clone for Select<S, P> {
    fn clone(&self) -> Self {
        Self::from_spec(self.spec.clone())
    }
}

impl<S, P> std::fmt::Debug for Select<S, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.spec.rows().fmt(f)
    }
}

impl<S, P> Select<S, P> {
    pub(super) fn from_spec(spec: SelectSpec) -> Self {
        Self {
            spec,
            types: PhantomData,
        }
    }

    /// Returns the query as data.
    pub fn spec(&self) -> &SelectSpec {
        &self.spec
    }

    /// Returns the query as data.
    pub fn into_spec(self) -> SelectSpec {
        self.spec
    }

    #[inline]
    fn with(mut self, change: impl FnOnce(&mut SelectSpec)) -> Self {
        change(&mut self.spec);
        self
    }

    /// Keeps the rows for which the predicate holds; called again, for which all hold.
    pub fn filter<T, Place>(self, predicate: Predicate<T>) -> Self
    where
        S: Includes<T, Place>,
    {
        self.with(|spec| spec.add_filter(predicate.into_condition()))
    }

    /// Keeps the rows for which the predicate holds, if there is one: for filters that are optional.
    pub fn filter_some<T, Place>(self, predicate: Option<Predicate<T>>) -> Self
    where
        S: Includes<T, Place>,
    {
        match predicate {
            Some(predicate) => self.filter(predicate),
            None => self,
        }
    }

    /// Sorts by a column or expression; called again, by further ones among equals.
    pub fn order_by<T, Place>(self, order: Order<T>) -> Self
    where
        S: Includes<T, Place>,
    {
        self.with(|spec| spec.order.push(order.order))
    }

    /// Gives at most so many rows.
    pub fn limit(self, rows: u64) -> Self {
        self.with(|spec| spec.limit = Some(rows))
    }

    /// Leaves out so many rows first.
    pub fn offset(self, rows: u64) -> Self {
        self.with(|spec| spec.offset = Some(rows))
    }

    /// Gives equal rows once; a sum or another value is made of rows that differ in what is selected or in what
    /// it takes.
    pub fn distinct(self) -> Self {
        self.with(|spec| spec.distinct = true)
    }

    /// Makes one row of all that have equal values here; called again, of all whose values are equal there
    /// too. Aggregates in [`select`](Self::select) and [`having`](Self::having) are of one such group; a value of
    /// all groups ([`sum`](Self::sum), [`aggregate`](Self::aggregate), …) can take only what they are grouped by.
    pub fn group_by<X, Places>(self, by: X) -> Self
    where
        X: Selection<S, Places>,
    {
        self.with(|spec| by.push_into(&mut spec.group_by))
    }

    /// Keeps the groups for which the predicate holds; called again, for which all hold.
    pub fn having<T, Place>(self, predicate: Predicate<T>) -> Self
    where
        S: Includes<T, Place>,
    {
        self.with(|spec| spec.add_having(predicate.into_condition()))
    }

    /// Takes some columns or expressions of each row: one gives plain values, a tuple gives tuples.
    pub fn select<X, Places>(mut self, columns: X) -> Select<S, Picked<X, S, Places>>
    where
        X: Selection<S, Places>,
    {
        let mut terms = Vec::new();
        columns.push_into(&mut terms);
        self.spec.columns = Some(terms);
        Select::from_spec(self.spec)
    }

    /// Takes the columns of a struct that derives [`FromRow`](super::FromRow) with `#[row(table = …)]`.
    pub fn select_as<R: PartOf<S>>(mut self) -> Select<S, Part<S, R>> {
        self.spec.columns = Some(R::columns());
        Select::from_spec(self.spec)
    }

    /// Counts the rows, up to the limit if one is set.
    pub fn count(self) -> Count {
        Count::new(self.spec)
    }

    /// Asks whether there is any row.
    pub fn exists(self) -> Exists {
        Exists::new(self.spec)
    }

    /// Adds up a column of all rows; 0 of none.
    pub fn sum<T: TableRow, C: Number, Place>(self, column: Column<T, C>) -> One<C::Sum>
    where
        S: Includes<T, Place>,
    {
        One::new(self.spec, column.sum().into_term())
    }

    /// Takes the least value of a column.
    pub fn min<T: TableRow, C: ColumnType, Place>(self, column: Column<T, C>) -> One<Option<C>>
    where
        S: Includes<T, Place>,
    {
        One::new(self.spec, column.min().into_term())
    }

    /// Takes the greatest value of a column.
    pub fn max<T: TableRow, C: ColumnType, Place>(self, column: Column<T, C>) -> One<Option<C>>
    where
        S: Includes<T, Place>,
    {
        One::new(self.spec, column.max().into_term())
    }

    /// Takes the mean of a column of all rows.
    pub fn avg<T: TableRow, C: Number, Place>(self, column: Column<T, C>) -> One<Option<f64>>
    where
        S: Includes<T, Place>,
    {
        One::new(self.spec, column.avg().into_term())
    }

    /// Takes one value for all rows: an expression of aggregates.
    pub fn aggregate<T, C: ColumnType, Place>(self, expression: Expr<T, C>) -> One<C>
    where
        S: Includes<T, Place>,
    {
        One::new(self.spec, expression.into_term())
    }
}

impl<S: Joinable> Select<S> {
    /// Joins another table: gives every pair of rows whose columns are equal.
    pub fn join<T, U: TableRow, Place>(mut self, on: On<T, U>) -> Select<S::With<U>>
    where
        S: Includes<T, Place>,
    {
        self.spec.add_join::<U>(false, on.columns);
        Select::from_spec(self.spec)
    }

    /// Joins another table: as [`join`](Self::join), and a row that has no pair is given once, with `None`.
    pub fn left_join<T, U: TableRow, Place>(mut self, on: On<T, U>) -> Select<S::With<Option<U>>>
    where
        S: Includes<T, Place>,
    {
        self.spec.add_join::<U>(true, on.columns);
        Select::from_spec(self.spec)
    }
}

impl<S: 'static, P: Projection> Select<S, P> {
    /// Takes the first row, `None` if there is none.
    pub fn first(self) -> First<P> {
        First::new(self.spec)
    }

    /// Takes the first row; that there is none is an error.
    pub fn first_required(self) -> FirstRequired<P> {
        FirstRequired::new(self.spec)
    }

    /// Takes the first row, or this if there is none.
    pub fn first_or(self, fallback: P::Item) -> FirstOr<P>
    where
        P::Item: Clone + Send + Sync,
    {
        FirstOr::new(self.spec, fallback)
    }
}

impl<S: 'static, P: Projection> Query for Select<S, P> {
    type Output = Vec<P::Item>;

    fn statement(&self) -> Statement {
        self.spec.rows()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Self::Output, QueryError> {
        rows.collect(P::read)
    }

    fn shape(&self) -> Option<Shape<'_>> {
        Some(Shape::Rows(&self.spec))
    }
}
