//! The history of a store: its state at any of its moments, and whether the state of now is what a replay gives.

use std::{fmt, future::poll_fn, task::Poll};

use super::Store;
use crate::{
    error::{Error, Result},
    event::{EncodedEvent, SeqNum},
    query::{Query, QueryError},
    schema::Schema,
    state::{State, StateError},
};

/// Events read from the leader at a time.
const PAGE: usize = 1_000;
/// How often the end of the log is read again when it was rebased meanwhile.
const ATTEMPTS: usize = 100;

/// The state of a store at a moment, for reading.
///
/// It stands by itself: nothing that happens to the store changes it.
pub struct Snapshot {
    state: State,
}

/// The state of now is not what a replay of the log gives: a materializer depends on more than its event and the
/// state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a replay up to {head} gives other rows in: {}", tables.join(", "))]
pub struct ReplayMismatch {
    /// The last event.
    pub head: SeqNum,
    /// The tables that differ.
    pub tables: Vec<String>,
}

impl Snapshot {
    /// Opens the bytes that [`Store::export_state`] gave, or nothing if they are of another schema's state.
    ///
    /// # Errors
    /// When the bytes are no database.
    pub fn open(image: &[u8], schema: &Schema) -> Result<Option<Self>, QueryError> {
        match State::from_image(image, schema) {
            Ok(state) => Ok(state.map(|state| Self { state })),
            Err(source) => Err(QueryError::Sqlite {
                sql: "an exported state".into(),
                source,
            }),
        }
    }

    /// Returns the last event it reflects.
    pub fn head(&self) -> SeqNum {
        self.state.head()
    }

    /// Runs a query.
    ///
    /// # Errors
    /// When the SQL doesn't run or a row doesn't decode.
    pub fn query<Q: Query>(&self, query: &Q) -> Result<Q::Output, QueryError> {
        self.state
            .query(&query.statement(), |rows| query.read(rows))
    }

    /// Returns the state as the bytes of an SQLite database.
    ///
    /// # Errors
    /// When SQLite can't write it.
    pub fn export(&mut self) -> Result<Vec<u8>, QueryError> {
        self.state.image().map_err(|source| QueryError::Sqlite {
            sql: "the state".into(),
            source,
        })
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("head", &self.head())
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Returns the state as it was after an event: time travel.
    ///
    /// A number that no event has gives the state after the last one before it; [`SeqNum::ROOT`] the empty one.
    /// What is read is the log as it stands now, so an event that a rebase moved is where it was moved to.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// # #[derive(Table, Clone, Debug, PartialEq)]
    /// # struct Todo { #[column(primary_key)] id: String }
    /// # async fn example(store: Store) -> Result<(), Box<dyn std::error::Error>> {
    /// let before = store.head();
    /// // … commits …
    /// let then = store.state_at(before).await?;
    /// println!("{} todos then", then.query(&Todo::query().count())?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When the log can't be read, or SQLite fails.
    pub async fn state_at(&self, at: SeqNum) -> Result<Snapshot> {
        let mut state = State::open(self.schema()).map_err(|error| self.failed(error.into()))?;
        self.read_history(at, |events| {
            state.replay(&events).map(drop)?;
            state.discard_journal_up_to(state.head());
            Ok(())
        })
        .await?;
        Ok(Snapshot { state })
    }

    /// Replays the log from its first event and compares the state that gives with the one there is, table by
    /// table: for tests of an app, whose materializers must depend on nothing but their event and the state.
    ///
    /// # Errors
    /// When the log can't be read; the inner error says which tables differ.
    pub async fn check_replay(&self) -> Result<Result<(), ReplayMismatch>> {
        loop {
            let replayed = self.state_at(SeqNum::END).await?.state;
            let own = {
                let core = self.shared.lock();
                self.shared.check_readable(&core)?;
                // Somebody has committed meanwhile.
                if core.state.head() != replayed.head() {
                    continue;
                }
                core.state.table_hashes()
            };
            let own = own.map_err(|error| self.failed(error.into()))?;
            let other = replayed.table_hashes();
            let other = other.map_err(|error| self.failed(error.into()))?;
            let tables = self.schema().tables().iter().zip(own.iter().zip(&other));
            let tables: Vec<_> = tables
                .filter(|(_, (own, other))| own != other)
                .map(|(table, _)| table.name.clone())
                .collect();
            let head = replayed.head();
            return Ok(match tables.is_empty() {
                true => Ok(()),
                false => Err(ReplayMismatch { head, tables }),
            });
        }
    }

    /// Reads the log as this session sees it, what it has pending included, up to an event; in pieces.
    pub(crate) async fn read_history(
        &self,
        upto: SeqNum,
        mut take: impl FnMut(Vec<EncodedEvent>) -> std::result::Result<(), StateError>,
    ) -> Result<()> {
        let mut read = SeqNum::ROOT;
        let mut take = |mut events: Vec<EncodedEvent>| {
            events.retain(|event| !event.seq.is_after(upto));
            take(events).map_err(|error| self.failed(error))
        };
        loop {
            // Up to here nothing moves any more, however long reading takes.
            let floor = self.shared.lock().session.floor();
            if !floor.is_after(read) || !upto.is_after(read) {
                break;
            }
            let mut page = self
                .ask_leader(|link| link.events_after(read, PAGE))
                .await?;
            page.retain(|event| !event.seq.is_after(floor));
            let Some(last) = page.last() else {
                break;
            };
            read = last.seq;
            take(page)?;
        }
        for _ in 0..ATTEMPTS {
            let tail = self.ask_leader(|link| link.events_after(read, usize::MAX));
            if let Some(tail) = self.as_this_session_sees_it(read, tail.await?) {
                return take(tail);
            }
            yield_once().await;
        }
        Err(self.log_error("it was rebased again and again while it was read"))
    }

    /// Returns the end of the log with what is pending here behind it; `None` when the session is to be told first
    /// what happened to the log.
    fn as_this_session_sees_it(
        &self,
        read: SeqNum,
        mut tail: Vec<EncodedEvent>,
    ) -> Option<Vec<EncodedEvent>> {
        let core = self.shared.lock();
        let upstream = core.session.upstream();
        if upstream.seq.is_after(read) {
            let at = tail.iter().position(|event| event.place() == upstream)?;
            tail.truncate(at + 1);
        } else if upstream.seq.same_position(read) {
            tail.clear();
        } else {
            return None;
        }
        tail.extend_from_slice(core.session.pending());
        Some(tail)
    }

    fn failed(&self, error: StateError) -> Error {
        self.log_error(error)
    }
}

/// Lets others on this thread go first.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
