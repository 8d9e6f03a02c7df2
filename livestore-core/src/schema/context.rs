//! What a materializer may know besides its event's arguments.

use std::cell::{Cell, OnceCell};

use rusqlite::Connection;

use super::{MaterializeError, error::blames_the_statement};
use crate::{
    event::{EncodedEvent, EventId, SeqNum},
    query::{self, Query, QueryError},
};

/// The moment a materializer runs in: the event's metadata and the state before its writes.
pub struct MaterializerContext<'a> {
    state: &'a Connection,
    event: &'a EncodedEvent,
    /// The event as every client has it, once somebody asked for it.
    shared: OnceCell<EncodedEvent>,
    /// Returns the function that forbids a text here.
    refuses: &'a dyn Fn(&str) -> Option<String>,
    /// How the database failed at a query, whatever was made of that error.
    trouble: Cell<Option<Box<rusqlite::Error>>>,
}

impl std::fmt::Debug for MaterializerContext<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MaterializerContext")
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

impl<'a> MaterializerContext<'a> {
    pub(crate) fn new(
        state: &'a Connection,
        event: &'a EncodedEvent,
        refuses: &'a dyn Fn(&str) -> Option<String>,
    ) -> Self {
        Self {
            state,
            event,
            shared: OnceCell::new(),
            refuses,
            trouble: Cell::new(None),
        }
    }

    /// Whether what was made of the state can be trusted.
    ///
    /// # Errors
    /// When the database failed at a query: that says nothing of the event.
    pub(crate) fn check(&self) -> Result<(), MaterializeError> {
        match self.trouble.take() {
            None => Ok(()),
            Some(source) => Err(MaterializeError::State {
                event: self.event.name.to_string(),
                seq: self.event.seq,
                source,
            }),
        }
    }

    /// Reads the state as it is before the event.
    ///
    /// # Errors
    /// When the query doesn't run or its rows don't decode, or raw SQL uses a function that depends on the clock
    /// or on chance, or a table of the engine's own. Return the error to refuse the event.
    pub fn query<Q: Query>(&self, query: &Q) -> Result<Q::Output, QueryError> {
        let statement = query.statement();
        // A builder writes none of these.
        if query.shape().is_none()
            && let Some(name) = (self.refuses)(&statement.sql)
        {
            return Err(QueryError::NonDeterministic {
                sql: statement.sql,
                name,
            });
        }
        let result = query::run(self.state, &statement, |rows| query.read(rows));
        if let Err(QueryError::Sqlite { source, .. }) = &result
            && let rusqlite::Error::SqliteFailure(code, message) = source
            && !blames_the_statement(source)
        {
            let failure = rusqlite::Error::SqliteFailure(*code, message.clone());
            self.trouble.set(Some(Box::new(failure)));
        }
        result
    }

    /// Returns the event, as it is the same for every client: without the rebase generation and the id that only its
    /// own client knows.
    pub fn event(&self) -> &EncodedEvent {
        self.shared.get_or_init(|| EncodedEvent {
            seq: shared(self.event.seq),
            parent: shared(self.event.parent),
            id: EventId::REMOTE,
            ..self.event.clone()
        })
    }

    /// Returns the event's sequence number, of rebase generation 0. While the event is not synced a rebase may give it
    /// another one; what the materializer wrote is then taken back, and it runs again.
    pub fn seq(&self) -> SeqNum {
        shared(self.event.seq)
    }

    /// Returns the client that committed the event.
    pub fn client_id(&self) -> &str {
        self.event.client_id.as_str()
    }

    /// Returns the session that committed the event.
    pub fn session_id(&self) -> &str {
        self.event.session_id.as_str()
    }
}

/// Returns a number as those have it who did not rebase the event.
fn shared(seq: SeqNum) -> SeqNum {
    SeqNum {
        rebase_generation: 0,
        ..seq
    }
}
