//! A read as data. [`text`](super::text) writes it as SQL.

use std::sync::Arc;

use crate::query::{Condition, Name, OrderTerm, Search, TableRow, Term};

/// The names of a table's columns.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ColumnNames {
    /// Known when the program was compiled; the second is the list as it stands in SQL, or empty.
    Static(&'static [&'static str], &'static str),
    /// Known at run time.
    Shared(Arc<[Name]>),
}

/// A table that is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// Its name.
    pub table: Name,
    /// Its columns, in order.
    pub columns: ColumnNames,
}

impl Source {
    fn of<T: TableRow>() -> Self {
        Self {
            table: T::TABLE.into(),
            columns: ColumnNames::Static(T::COLUMNS, T::COLUMN_LIST),
        }
    }
}

/// A table that is joined.
#[derive(Clone, Debug, PartialEq)]
pub struct JoinSpec {
    /// Whether rows without a pair stay.
    pub left: bool,
    /// The table.
    pub source: Source,
    /// The terms that are equal.
    pub on: Vec<(Term, Term)>,
}

/// A read as data: what [`Select`](super::Select) collects.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SelectSpec {
    /// The first table.
    pub source: Source,
    /// The joined ones.
    pub joins: Vec<JoinSpec>,
    /// What is taken of each row; `None` for all columns of all tables.
    pub columns: Option<Vec<Term>>,
    /// Whether equal rows are given once.
    pub distinct: bool,
    /// Which rows are taken.
    pub filter: Option<Condition>,
    /// The full-text search they must match.
    pub search: Option<Box<Search>>,
    /// What makes rows one group.
    pub group_by: Vec<Term>,
    /// Which groups are taken.
    pub having: Option<Box<Condition>>,
    /// What rows are sorted by.
    pub order: Vec<OrderTerm>,
    /// At most so many.
    pub limit: Option<u64>,
    /// Without so many first ones.
    pub offset: Option<u64>,
}

impl SelectSpec {
    pub(in crate::query) fn of<T: TableRow>() -> Self {
        Self::new(Source::of::<T>())
    }

    pub(in crate::query) fn new(source: Source) -> Self {
        Self {
            source,
            joins: Vec::new(),
            columns: None,
            distinct: false,
            filter: None,
            search: None,
            group_by: Vec::new(),
            having: None,
            order: Vec::new(),
            limit: None,
            offset: None,
        }
    }

    pub(super) fn add_filter(&mut self, condition: Condition) {
        self.filter = Some(match self.filter.take() {
            Some(filter) => filter.and(condition),
            None => condition,
        });
    }

    pub(super) fn add_having(&mut self, condition: Condition) {
        self.having = Some(Box::new(match self.having.take() {
            Some(having) => having.and(condition),
            None => condition,
        }));
    }

    pub(super) fn add_join<U: TableRow>(&mut self, left: bool, on: Vec<(Term, Term)>) {
        self.joins.push(JoinSpec {
            left,
            source: Source::of::<U>(),
            on,
        });
    }

    /// Whether every row that is read is one row of the one table, taken or not by the filter alone.
    pub fn is_plain(&self) -> bool {
        self.joins.is_empty()
            && self.search.is_none()
            && self.group_by.is_empty()
            && self.having.is_none()
            && !self.distinct
    }
}
