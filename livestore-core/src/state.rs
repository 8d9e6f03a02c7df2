//! The state database: the tables an app queries, derived from the log.
//!
//! Here live the DDL, the materialization of events, the record of which rows they changed, and the
//! roll back of such a record. The state knows which event it reflects (its head) and can always be
//! rebuilt from the log. It decides nothing: which events to apply is told from above.

mod capture;
mod changeset;
mod ddl;
mod determinism;
mod footprint;
mod hash;
mod journal;
mod replay;
mod replica;
mod savepoint;
mod sequence;
mod storage;
mod write;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{
    Connection,
    hooks::{AuthAction, AuthContext, Authorization},
};

pub(crate) use capture::Touched;
#[cfg(test)]
use changeset::Change;
pub(crate) use changeset::{Changeset, RollbackError, RowChange};
pub(crate) use replay::{Reconciled, StateError};
pub use replica::{Refused, Replica, ReplicaError};
pub(crate) use storage::wipe;

use self::{capture::Capture, changeset::Inverse, journal::Journal, sequence::Sequences};
use crate::{
    event::SeqNum,
    query::{self, AccessLog, Footprint, QueryError, Rows, Statement, TableId},
    schema::Schema,
};

/// Statements kept prepared; an app has far fewer distinct ones.
const STATEMENT_CACHE: usize = 256;
/// Footprints kept; texts made on the fly must not grow the cache without end.
const FOOTPRINT_CACHE: usize = 1024;

/// A state database and what is known about it.
pub(crate) struct State {
    connection: Connection,
    schema: Schema,
    capture: Arc<Mutex<Capture>>,
    access: Arc<Mutex<Access>>,
    footprints: HashMap<String, Arc<Footprint>>,
    inverses: Vec<Inverse>,
    sequences: Sequences,
    head: SeqNum,
    journal: Journal,
}

/// What the authorizer allows and notes.
#[derive(Debug, Default)]
struct Access {
    log: AccessLog,
    /// Set while SQL text of the app's own is prepared as a write.
    guarded: bool,
    /// Set while it is looked for what a materializer must not use.
    watches: bool,
    /// The function or table that it must not, if one was found.
    forbidden: Option<String>,
    /// What was found in texts that were looked through.
    looked_through: HashMap<String, Option<String>>,
}

impl State {
    /// Takes over a database that has the tables of the schema and reflects the log up to `head`.
    fn adopt(mut connection: Connection, schema: &Schema, head: SeqNum) -> rusqlite::Result<Self> {
        connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
        let (mut capture, mut access) = (Capture::default(), Access::default());
        for (i, table) in schema.tables().iter().enumerate() {
            let id = TableId(i as u16);
            capture.add_table(id, &table.name);
            access.log.add_table(
                id,
                &table.name,
                table.columns.iter().map(|column| column.name.as_str()),
            );
            if let Some(index) = &table.full_text {
                access
                    .log
                    .add_index(&table.full_text_name(), &table.name, &index.columns);
            }
        }
        let (capture, access) = (Arc::new(Mutex::new(capture)), Arc::new(Mutex::new(access)));
        // Both hooks stay for good: setting an authorizer again expires every prepared statement.
        let hook = Arc::clone(&capture);
        connection.preupdate_hook(Some(move |_, _: &str, table: &str, case: &_| {
            lock(&hook).record(table, case)
        }))?;
        let authorizer = Arc::clone(&access);
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            lock(&authorizer).authorize(&context)
        }))?;

        let inverses = schema.tables().iter().map(Inverse::new).collect();
        Ok(Self {
            connection,
            schema: schema.clone(),
            capture,
            access,
            footprints: HashMap::new(),
            inverses,
            sequences: Sequences::new(schema),
            head,
            journal: Journal::new(head),
        })
    }

    /// Returns the last event the state reflects.
    pub(crate) fn head(&self) -> SeqNum {
        self.head
    }

    /// Returns the schema whose tables it has.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Forgets how to take back events up to a place.
    pub(crate) fn discard_journal_up_to(&mut self, floor: SeqNum) {
        self.journal.discard_up_to(floor);
    }

    /// Takes back what an event changed; its caller's savepoint undoes the half of it.
    fn invert(&self, changeset: &Changeset) -> Result<(), RollbackError> {
        for change in changeset.changes.iter().rev() {
            let inverse = &self.inverses[usize::from(change.table.0)];
            inverse.apply(&self.connection, &change.row)?;
        }
        self.sequences
            .restore(&self.connection, &changeset.sequences)?;
        Ok(())
    }

    /// Runs a query.
    pub(crate) fn query<R>(
        &self,
        statement: &Statement,
        read: impl FnOnce(Rows<'_>) -> Result<R, QueryError>,
    ) -> Result<R, QueryError> {
        query::run(&self.connection, statement, read)
    }

    fn set_head(&mut self, head: SeqNum) -> rusqlite::Result<()> {
        self.connection.prepare_cached(ddl::SET_HEAD)?.execute((
            head.global as i64,
            head.client as i64,
            head.rebase_generation as i64,
        ))?;
        self.head = head;
        Ok(())
    }
}

impl Access {
    fn authorize(&mut self, context: &AuthContext<'_>) -> Authorization {
        let refused = match context.action {
            AuthAction::Read {
                table_name,
                column_name,
            } => {
                self.log.read(table_name, column_name);
                if self.watches && determinism::is_of_the_engine(table_name) {
                    self.forbidden = Some(table_name.to_owned());
                }
                return Authorization::Allow;
            }
            AuthAction::Function { function_name }
                if self.watches && !determinism::is_deterministic(function_name) =>
            {
                self.forbidden = Some(function_name.to_owned());
                return Authorization::Allow;
            }
            _ if !self.guarded => return Authorization::Allow,
            AuthAction::Select | AuthAction::Recursive | AuthAction::Function { .. } => {
                return Authorization::Allow;
            }
            AuthAction::Insert { table_name }
            | AuthAction::Delete { table_name }
            | AuthAction::Update { table_name, .. } => {
                let by_trigger = context
                    .accessor
                    .is_some_and(|trigger| trigger.starts_with(ddl::TRIGGER_PREFIX));
                if by_trigger || self.log.table(table_name).is_some() {
                    return Authorization::Allow;
                }
                table_name.to_owned()
            }
            ref other => format!("{other:?}"),
        };
        self.log.refuse(&refused);
        Authorization::Deny
    }
}

/// Locks; a panic elsewhere leaves these plain values whole.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
