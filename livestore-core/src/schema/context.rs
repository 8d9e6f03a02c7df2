//! What a materializer may know besides its event's arguments.

use std::cell::Cell;

use rusqlite::Connection;

use super::{MaterializeError, error::blames_the_statement};
use crate::{
    event::{EncodedEvent, SeqNum},
    query::{self, Query, QueryError},
};

/// The moment a materializer runs in: the event's metadata and the state before its writes.
pub struct MaterializerContext<'a> {
    state: &'a Connection,
    event: &'a EncodedEvent,
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
    /// When the query doesn't run or its rows don't decode, or raw SQL calls a function that depends on the clock
    /// or on chance. Return the error to refuse the event.
    pub fn query<Q: Query>(&self, query: &Q) -> Result<Q::Output, QueryError> {
        let statement = query.statement();
        // A builder writes none of these.
        if query.shape().is_none()
            && let Some(function) = (self.refuses)(&statement.sql)
        {
            return Err(QueryError::NonDeterministic {
                sql: statement.sql,
                function,
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

    /// Returns the event as it stands in the log.
    pub fn event(&self) -> &EncodedEvent {
        self.event
    }

    /// Returns the event's sequence number; it may change once while the event is not synced.
    pub fn seq(&self) -> SeqNum {
        self.event.seq
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
