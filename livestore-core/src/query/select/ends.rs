//! What a read can end in instead of its rows: the first one, a count, a yes, one value.

use std::marker::PhantomData;

use super::SelectSpec;
use crate::query::{ColumnType, Projection, Query, QueryError, Row, Rows, Shape, Statement, Term};

fn read_first<R>(
    mut rows: Rows<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<R, QueryError>,
) -> Result<Option<R>, QueryError> {
    match rows.next()? {
        Some(row) => read(&row).map(Some),
        None => Ok(None),
    }
}

macro_rules! end {
    ($(#[$docs:meta])* $name:ident<$parameter:ident>) => {
        $(#[$docs])*
        pub struct $name<$parameter> {
            spec: SelectSpec,
            types: PhantomData<fn() -> $parameter>,
        }

        impl<$parameter> $name<$parameter> {
            pub(super) fn new(spec: SelectSpec) -> Self {
                Self { spec, types: PhantomData }
            }
        }

        impl<$parameter> Clone for $name<$parameter> {
            fn clone(&self) -> Self {
                Self::new(self.spec.clone())
            }
        }

        impl<$parameter> std::fmt::Debug for $name<$parameter> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.spec).finish()
            }
        }
    };
}

end! {
    /// The first row of a [`Select`](super::Select), if any.
    First<P>
}

impl<P: Projection> Query for First<P> {
    type Output = Option<P::Item>;

    fn statement(&self) -> Statement {
        self.spec.first_row()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Self::Output, QueryError> {
        read_first(rows, P::read)
    }

    fn shape(&self) -> Option<Shape<'_>> {
        Some(Shape::First(&self.spec))
    }
}

end! {
    /// The first row of a [`Select`](super::Select), which must be there.
    FirstRequired<P>
}

impl<P: Projection> Query for FirstRequired<P> {
    type Output = P::Item;

    fn statement(&self) -> Statement {
        self.spec.first_row()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Self::Output, QueryError> {
        let sql = rows.sql().to_owned();
        read_first(rows, P::read)?.ok_or(QueryError::NoRow { sql })
    }

    fn shape(&self) -> Option<Shape<'_>> {
        Some(Shape::First(&self.spec))
    }
}

/// The first row of a [`Select`](super::Select), or something else.
pub struct FirstOr<P: Projection> {
    spec: SelectSpec,
    fallback: P::Item,
}

impl<P: Projection> FirstOr<P> {
    pub(super) fn new(spec: SelectSpec, fallback: P::Item) -> Self {
        Self { spec, fallback }
    }
}

impl<P: Projection<Item: Clone>> Clone for FirstOr<P> {
    fn clone(&self) -> Self {
        Self::new(self.spec.clone(), self.fallback.clone())
    }
}

impl<P: Projection> std::fmt::Debug for FirstOr<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("FirstOr").field(&self.spec).finish()
    }
}

impl<P: Projection<Item: Clone + Send + Sync>> Query for FirstOr<P> {
    type Output = P::Item;

    fn statement(&self) -> Statement {
        self.spec.first_row()
    }

    fn read(&self, rows: Rows<'_>) -> Result<Self::Output, QueryError> {
        Ok(read_first(rows, P::read)?.unwrap_or_else(|| self.fallback.clone()))
    }

    fn shape(&self) -> Option<Shape<'_>> {
        Some(Shape::First(&self.spec))
    }
}

/// The number of rows of a [`Select`](super::Select).
#[derive(Clone, Debug)]
pub struct Count {
    spec: SelectSpec,
}

impl Count {
    pub(super) fn new(spec: SelectSpec) -> Self {
        Self { spec }
    }
}

impl Query for Count {
    type Output = u64;

    fn statement(&self) -> Statement {
        self.spec.count()
    }

    fn read(&self, rows: Rows<'_>) -> Result<u64, QueryError> {
        let count = read_first(rows, |row| row.get::<i64>(0))?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }

    fn shape(&self) -> Option<Shape<'_>> {
        Some(Shape::Count(&self.spec))
    }
}

/// Whether a [`Select`](super::Select) has any row.
#[derive(Clone, Debug)]
pub struct Exists {
    spec: SelectSpec,
}

impl Exists {
    pub(super) fn new(spec: SelectSpec) -> Self {
        Self { spec }
    }
}

impl Query for Exists {
    type Output = bool;

    fn statement(&self) -> Statement {
        self.spec.exists()
    }

    fn read(&self, rows: Rows<'_>) -> Result<bool, QueryError> {
        Ok(read_first(rows, |row| row.get(0))?.unwrap_or(false))
    }

    fn shape(&self) -> Option<Shape<'_>> {
        Some(Shape::Exists(&self.spec))
    }
}

/// One value for all rows of a [`Select`](super::Select).
pub struct One<C> {
    spec: SelectSpec,
    term: Term,
    value: PhantomData<fn() -> C>,
}

impl<C> One<C> {
    pub(super) fn new(spec: SelectSpec, term: Term) -> Self {
        Self {
            spec,
            term,
            value: PhantomData,
        }
    }
}

impl<C> Clone for One<C> {
    fn clone(&self) -> Self {
        Self::new(self.spec.clone(), self.term.clone())
    }
}

impl<C> std::fmt::Debug for One<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("One")
            .field(&self.term)
            .field(&self.spec)
            .finish()
    }
}

impl<C: ColumnType> Query for One<C> {
    type Output = C;

    fn statement(&self) -> Statement {
        self.spec.aggregate(&self.term)
    }

    fn read(&self, rows: Rows<'_>) -> Result<C, QueryError> {
        let sql = rows.sql().to_owned();
        // SQLite takes what it likes of a row of each group.
        if let Some(term) = self.spec.ungrouped(&self.term) {
            return Err(QueryError::Ungrouped { sql, term });
        }
        read_first(rows, |row| row.get(0))?.ok_or(QueryError::NoRow { sql })
    }

    fn shape(&self) -> Option<Shape<'_>> {
        Some(Shape::Aggregate(&self.spec, &self.term))
    }
}
