//! A query with a name, for tools.

use std::borrow::Cow;

use super::{Query, QueryError, Rows, Shape, Statement};

/// A query with a name; made by [`Query::labeled`].
#[derive(Clone, Debug)]
pub struct Labeled<Q> {
    query: Q,
    label: Cow<'static, str>,
}

impl<Q> Labeled<Q> {
    pub(super) fn new(query: Q, label: Cow<'static, str>) -> Self {
        Self { query, label }
    }
}

impl<Q: Query> Query for Labeled<Q> {
    type Output = Q::Output;

    fn statement(&self) -> Statement {
        self.query.statement()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Q::Output, QueryError> {
        self.query.read(rows)
    }

    fn shape(&self) -> Option<Shape<'_>> {
        self.query.shape()
    }

    fn label(&self) -> Option<&str> {
        Some(&self.label)
    }
}
