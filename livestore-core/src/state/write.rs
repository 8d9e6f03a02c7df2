//! Materializing one event: run its materializer, carry out the writes, record the changes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Changeset, State, lock};
use crate::{
    event::{EncodedEvent, SeqNum},
    panic::text_of,
    query::{self, Write},
    schema::{MaterializeError, MaterializerContext, SchemaError},
};

impl State {
    /// Materializes a piece of the log, all or none.
    ///
    /// There is one savepoint for all: in one for each event, SQLite would copy every page the event
    /// changes.
    pub(super) fn materialize_all(
        &mut self,
        events: &[EncodedEvent],
    ) -> Result<Vec<Changeset>, MaterializeError> {
        let Some(last) = events.last() else {
            return Ok(Vec::new());
        };
        let failed = |source| MaterializeError::State {
            event: last.name.to_string(),
            seq: last.seq,
            source: Box::new(source),
        };
        self.atomically(failed, |state| {
            let changesets = events.iter().map(|event| {
                let seq = event.seq;
                unpanicked(&event.name, seq, || state.materialize(event))
            });
            let changesets = changesets.collect::<Result<Vec<_>, _>>()?;
            state.set_head(last.seq).map_err(failed)?;
            Ok(changesets)
        })
    }

    /// Materializes one event; the caller's savepoint undoes the half of an event that failed.
    ///
    /// An event that the schema doesn't know changes nothing: it stays in the log for a version that
    /// does.
    pub(super) fn materialize(&self, event: &EncodedEvent) -> Result<Changeset, MaterializeError> {
        let Some(def) = self.schema.event(&event.name) else {
            tracing::warn!(event = %event.name, seq = %event.seq, "the schema does not know this event; it is skipped");
            return Ok(Changeset::default());
        };
        let context = MaterializerContext::new(&self.connection, event);
        let writes = (def.materializer)(event, &context);
        context.check()?;
        let writes = writes?;
        if writes.is_empty() {
            return Ok(Changeset::default());
        }
        lock(&self.capture).start();
        for write in &writes {
            self.write(event, write)?;
        }
        lock(&self.capture)
            .finish()
            .map_err(|source| MaterializeError::Failed {
                event: event.name.to_string(),
                seq: event.seq,
                source: source.into(),
            })
    }

    fn write(&self, event: &EncodedEvent, write: &Write) -> Result<(), MaterializeError> {
        match write.table {
            Some(table) if lock(&self.access).log.table(table).is_none() => {
                return Err(undeclared(event, table.to_owned()));
            }
            Some(_) => {}
            None => self.check_raw(event, &write.statement.sql)?,
        }
        self.execute(&write.statement).map_err(|error| match error {
            query::QueryError::Sqlite { sql, source } => MaterializeError::Write {
                event: event.name.to_string(),
                seq: event.seq,
                sql,
                source: Box::new(source),
            },
            other => MaterializeError::Failed {
                event: event.name.to_string(),
                seq: event.seq,
                source: other.into(),
            },
        })
    }

    /// Refuses raw SQL that writes anything but declared tables.
    fn check_raw(&self, event: &EncodedEvent, sql: &str) -> Result<(), MaterializeError> {
        {
            let mut access = lock(&self.access);
            access.log.take();
            access.guarded = true;
        }
        // Not through the cache: SQLite asks the authorizer only while it prepares.
        let prepared = self.connection.prepare(sql).map(drop);
        let mut access = lock(&self.access);
        access.guarded = false;
        match (access.log.take().1, prepared) {
            (Some(refused), _) => Err(undeclared(event, refused)),
            (None, Ok(())) => Ok(()),
            (None, Err(source)) => Err(MaterializeError::Write {
                event: event.name.to_string(),
                seq: event.seq,
                sql: sql.to_owned(),
                source: Box::new(source),
            }),
        }
    }

    fn execute(&self, statement: &query::Statement) -> Result<(), query::QueryError> {
        let sqlite = |source| query::QueryError::Sqlite {
            sql: statement.sql.clone(),
            source,
        };
        let mut prepared = self
            .connection
            .prepare_cached(&statement.sql)
            .map_err(sqlite)?;
        query::bind(&mut prepared, statement)?;
        let mut rows = prepared.raw_query();
        while rows.next().map_err(sqlite)?.is_some() {}
        Ok(())
    }
}

/// Turns a panic of the app's code into an error: where the log is replayed, one event that panics must
/// not keep those behind it out of the state.
///
/// Where panics abort there is nothing to catch.
pub(super) fn unpanicked<R>(
    event: &str,
    seq: SeqNum,
    work: impl FnOnce() -> Result<R, MaterializeError>,
) -> Result<R, MaterializeError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(MaterializeError::Panicked {
            event: event.to_owned(),
            seq,
            message: text_of(&*panic).to_owned(),
        })
    })
}

fn undeclared(event: &EncodedEvent, table: String) -> MaterializeError {
    SchemaError::UndeclaredTable {
        event: event.name.to_string(),
        table,
    }
    .into()
}
