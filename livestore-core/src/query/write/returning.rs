//! Writes that follow from what another write has stored.

use super::{Continuation, IntoWrites, MaterializerFailure, Write, Writes};
use crate::query::{QueryError, Row, Selection, sql::SqlText};

/// A write that gives back columns of the rows it touched, as `R`s.
///
/// Only a materializer writes, so it is there that the rows are of use:
///
/// ```
/// # use livestore_core::prelude::*;
/// # #[derive(Table)]
/// # struct Issue { #[column(primary_key, autoincrement)] id: i64, title: String }
/// # #[derive(Table)]
/// # struct Label { #[column(primary_key)] issue: i64, #[column(primary_key)] name: String }
/// # #[derive(Event, Serialize, Deserialize)]
/// # #[event(name = "v1.IssueOpened")]
/// # struct IssueOpened { title: String, labels: Vec<String> }
/// let schema = Schema::builder()
///     .table::<Issue>()
///     .table::<Label>()
///     .on(|e: &IssueOpened, _| {
///         let labels = e.labels.clone();
///         // SQLite makes the issue's id; the labels need it.
///         Issue::insert().set(Issue::TITLE, &e.title).returning(Issue::ID).then(move |ids| {
///             let label = |name| Label::insert().set(Label::ISSUE, ids[0]).set(Label::NAME, name);
///             labels.iter().map(label).collect::<Vec<_>>()
///         })
///     })
///     .build()?;
/// # Ok::<(), SchemaError>(())
/// ```
pub struct Returning<R> {
    write: Option<Write>,
    read: fn(&Row<'_>) -> Result<R, QueryError>,
}

impl<R: 'static> Returning<R> {
    pub(super) fn new<T, X, Places>(mut write: Option<Write>, columns: X) -> Self
    where
        X: Selection<T, Places, Item = R>,
    {
        if let Some(write) = &mut write {
            let mut terms = Vec::new();
            columns.push_into(&mut terms);
            let own = write.statement.binds.len();
            let mut out = SqlText {
                sql: std::mem::take(&mut write.statement.sql),
                binds: std::mem::take(&mut write.statement.binds),
                ..SqlText::default()
            };
            out.sql.push_str(" RETURNING ");
            out.push_list(&terms, |out, term| term.write(out));
            for row in &mut write.more {
                row.extend_from_slice(&out.binds[own..]);
            }
            write.statement = out.into_statement();
        }
        Self {
            write,
            read: |row| X::read(row, &mut 0),
        }
    }

    /// Says what to write next, once the rows are known; in the order SQLite touched them.
    pub fn then<W: IntoWrites + 'static>(
        self,
        next: impl FnOnce(Vec<R>) -> W + 'static,
    ) -> Option<Write> {
        let read = self.read;
        self.write.map(|write| Write {
            then: Some(Box::new(Next {
                rows: Vec::new(),
                read,
                next,
            })),
            ..write
        })
    }
}

impl<R> std::fmt::Debug for Returning<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Returning").field(&self.write).finish()
    }
}

struct Next<R, F> {
    rows: Vec<R>,
    read: fn(&Row<'_>) -> Result<R, QueryError>,
    next: F,
}

impl<R, F: FnOnce(Vec<R>) -> W, W: IntoWrites> Continuation for Next<R, F> {
    fn take(&mut self, row: &Row<'_>) -> Result<(), QueryError> {
        self.rows.push((self.read)(row)?);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<Writes, MaterializerFailure> {
        let mut writes = Writes::new();
        (self.next)(self.rows).push_into(&mut writes)?;
        Ok(writes)
    }
}
