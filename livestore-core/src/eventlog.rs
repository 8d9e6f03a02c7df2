//! The eventlog: the append-only record of what happened, on SQLite.
//!
//! It is the only truth; state is derived from it. Here live its tables, their format version with
//! the step that brings an older log forward, appending and reading. What the events mean is not
//! known here.

mod format;

use std::sync::Arc;

use rusqlite::{Connection, Row, TransactionBehavior};

use crate::event::{ClientId, EncodedArgs, EncodedEvent, SeqNum, SessionId};

/// What can go wrong with an eventlog.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventlogError {
    /// A newer version of the library wrote the log.
    #[error("the eventlog has format {found}, but this version reads up to format {supported}")]
    NewerFormat {
        /// The format of the log.
        found: i64,
        /// The newest format known.
        supported: i64,
    },
    /// The database holds something else.
    #[error("the database is no eventlog (application id {found:#x})")]
    Foreign {
        /// What the database says of itself.
        found: i64,
    },
    /// The events don't follow the head of the log.
    #[error("event `{event}` {seq} follows {parent}, but the eventlog ends at {head}")]
    NotContiguous {
        /// The event.
        event: String,
        /// Its sequence number.
        seq: SeqNum,
        /// The event it follows.
        parent: SeqNum,
        /// Where the log ends.
        head: SeqNum,
    },
    /// A stored event cannot be read.
    #[error("event {seq} of the eventlog is damaged: {message}")]
    Damaged {
        /// Its sequence number.
        seq: SeqNum,
        /// What is wrong.
        message: String,
    },
    /// SQLite failed.
    #[error("the eventlog's database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// An append-only log of events.
#[derive(Debug)]
pub(crate) struct Eventlog {
    connection: Connection,
    head: SeqNum,
}

const COLUMNS: &str = "seq_global, seq_client, seq_rebase_generation, \
     parent_global, parent_client, parent_rebase_generation, name, args, client_id, session_id";

impl Eventlog {
    /// Opens the log in a database, creating it in an empty one and bringing an older format forward.
    pub(crate) fn open(mut connection: Connection) -> Result<Self, EventlogError> {
        format::prepare(&mut connection)?;
        let head = connection
            .query_row(
                "SELECT seq_global, seq_client, seq_rebase_generation FROM eventlog \
                 ORDER BY seq_global DESC, seq_client DESC LIMIT 1",
                (),
                |row| read_seq(row, 0),
            )
            .or_else(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => Ok(SeqNum::ROOT),
                error => Err(error),
            })?;
        Ok(Self { connection, head })
    }

    /// Opens a log that lives in memory.
    pub(crate) fn in_memory() -> Result<Self, EventlogError> {
        Self::open(Connection::open_in_memory()?)
    }

    /// Returns the last event's sequence number.
    pub(crate) fn head(&self) -> SeqNum {
        self.head
    }

    /// Appends events in one transaction, all or none.
    pub(crate) fn append(&mut self, events: &[EncodedEvent]) -> Result<(), EventlogError> {
        let mut head = self.head;
        for event in events {
            let follows = if event.seq.client == 0 {
                SeqNum { client: 0, ..head }
            } else {
                head
            };
            if !event.parent.same_position(follows) || !event.seq.is_after(head) {
                return Err(EventlogError::NotContiguous {
                    event: event.name.to_string(),
                    seq: event.seq,
                    parent: event.parent,
                    head,
                });
            }
            head = event.seq;
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO eventlog (seq_global, seq_client, seq_rebase_generation, \
                 parent_global, parent_client, parent_rebase_generation, name, args, client_id, session_id) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            for event in events {
                insert.execute((
                    event.seq.global as i64,
                    event.seq.client as i64,
                    event.seq.rebase_generation as i64,
                    event.parent.global as i64,
                    event.parent.client as i64,
                    event.parent.rebase_generation as i64,
                    &*event.name,
                    event.args.as_str(),
                    event.client_id.as_str(),
                    event.session_id.as_str(),
                ))?;
            }
        }
        transaction.commit()?;
        self.head = head;
        Ok(())
    }

    /// Returns the events after a place in the log, at most `limit`, in order.
    pub(crate) fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM eventlog WHERE (seq_global, seq_client) > (?1, ?2) \
             ORDER BY seq_global, seq_client LIMIT ?3"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = select.query((after.global as i64, after.client as i64, limit))?;
        let mut events = Vec::new();
        let mut name: Arc<str> = Arc::from("");
        while let Some(row) = rows.next()? {
            let event = read_event(row, &name)?;
            name = Arc::clone(&event.name);
            events.push(event);
        }
        Ok(events)
    }
}

/// Reads an event; `last_name` is shared when the name is the same.
fn read_event(row: &Row<'_>, last_name: &Arc<str>) -> Result<EncodedEvent, EventlogError> {
    let seq = read_seq(row, 0)?;
    let text = |column: usize| {
        row.get_ref(column)?
            .as_str()
            .map_err(|error| EventlogError::Damaged {
                seq,
                message: error.to_string(),
            })
    };
    let name = text(6)?;
    Ok(EncodedEvent {
        name: if name == &**last_name {
            Arc::clone(last_name)
        } else {
            name.into()
        },
        args: EncodedArgs::trusted(text(7)?),
        seq,
        parent: read_seq(row, 3)?,
        client_id: ClientId::from(text(8)?),
        session_id: SessionId::from(text(9)?),
    })
}

fn read_seq(row: &Row<'_>, column: usize) -> rusqlite::Result<SeqNum> {
    Ok(SeqNum {
        global: row.get::<_, i64>(column)?.unsigned_abs(),
        client: row.get::<_, i64>(column + 1)?.unsigned_abs(),
        rebase_generation: row.get::<_, i64>(column + 2)?.unsigned_abs(),
    })
}

#[cfg(test)]
mod tests;
