//! Materializing one event: run its materializer, carry out the writes, record the changes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Changeset, State, lock};
use crate::{
    event::{EncodedEvent, SeqNum},
    panic::text_of,
    query::{self, Continuation, MaterializerFailure, Rows, Value, Write, Writes},
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
        let Some((def, today)) = self.schema.upcast(event)? else {
            return Ok(Changeset::default());
        };
        let refuses = |sql: &str| self.forbidden_in(sql);
        let context = MaterializerContext::new(&self.connection, event, &refuses);
        let writes = (def.materializer)(&today, &context);
        context.check()?;
        let writes = writes?;
        if writes.is_empty() {
            return Ok(Changeset::default());
        }
        let failed = |source| MaterializeError::State {
            event: event.name.to_string(),
            seq: event.seq,
            source: Box::new(source),
        };
        let counters = self.sequences.read(&self.connection).map_err(failed)?;
        lock(&self.capture).start();
        self.write_all(event, writes)?;
        let mut changeset =
            lock(&self.capture)
                .finish()
                .map_err(|source| MaterializeError::Failed {
                    event: event.name.to_string(),
                    seq: event.seq,
                    source: source.into(),
                })?;
        changeset.sequences = counters;
        Ok(changeset)
    }

    /// Carries out writes, and behind each what follows from the rows it returns.
    fn write_all(&self, event: &EncodedEvent, writes: Writes) -> Result<(), MaterializeError> {
        for write in writes {
            let next = self.write(event, write)?;
            self.write_all(event, next)?;
        }
        Ok(())
    }

    fn write(&self, event: &EncodedEvent, write: Write) -> Result<Writes, MaterializeError> {
        match &write.table {
            Some(table) if lock(&self.access).log.table(table).is_none() => {
                return Err(undeclared(event, table.to_string()));
            }
            Some(_) => {}
            None => self.check_raw(event, &write.statement.sql)?,
        }
        let failed = |source: MaterializerFailure| MaterializeError::Failed {
            event: event.name.to_string(),
            seq: event.seq,
            source,
        };
        let mut then = write.then;
        self.execute(&write.statement, &write.more, then.as_deref_mut())
            .map_err(|error| match error {
                query::QueryError::Sqlite { sql, source } => MaterializeError::Write {
                    event: event.name.to_string(),
                    seq: event.seq,
                    sql,
                    source: Box::new(source),
                },
                other => failed(other.into()),
            })?;
        match then {
            Some(then) => then.finish().map_err(failed),
            None => Ok(Writes::new()),
        }
    }

    /// Refuses raw SQL that writes anything but declared tables, or depends on the clock, on chance or on the engine's tables.
    fn check_raw(&self, event: &EncodedEvent, sql: &str) -> Result<(), MaterializeError> {
        if let Some(name) = self.forbidden_in(sql) {
            return Err(MaterializeError::NonDeterministic {
                event: event.name.to_string(),
                seq: event.seq,
                name,
            });
        }
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

    fn execute(
        &self,
        statement: &query::Statement,
        more: &[Vec<Value>],
        mut then: Option<&mut (dyn Continuation + 'static)>,
    ) -> Result<(), query::QueryError> {
        let sql = statement.sql.as_str();
        let mut prepared = self
            .connection
            .prepare_cached(sql)
            .map_err(|source| query::not_prepared(statement, source))?;
        query::bind(&mut prepared, statement)?;
        let mut more = more.iter();
        loop {
            let mut rows = Rows::new(prepared.raw_query(), sql);
            while let Some(row) = rows.next()? {
                if let Some(then) = &mut then {
                    then.take(&row)?;
                }
            }
            drop(rows);
            match more.next() {
                Some(values) => query::bind_values(&mut prepared, sql, values)?,
                None => return Ok(()),
            }
        }
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
