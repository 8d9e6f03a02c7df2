//! How a store is joined to its leader: the traits an adapter implements.

use std::{fmt, future::Future, pin::Pin, sync::Weak};

use super::{Shared, Wanted, WantedEvents};
use crate::{
    event::{ClientId, EncodedEvent, Place, SeqNum, SessionId, StoreId},
    schema::Schema,
    sync::{FromLeader, SyncBackend, SyncOptions, ToLeader},
};

/// A future that an adapter returns.
pub type LinkFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where a store's data lives and where its leader runs.
pub trait Adapter: Send + 'static {
    /// Starts or finds the leader of a store and opens a session with it.
    ///
    /// # Errors
    /// When there can be no session; the message says why.
    fn connect(self: Box<Self>, setup: Setup) -> LinkFuture<Result<Session, AdapterError>>;
}

/// What an adapter has to know of the store to be opened.
pub struct Setup {
    /// Its name.
    pub store: StoreId,
    /// Its schema.
    pub schema: Schema,
    /// The backend and how to sync with it, for a leader that is not there yet.
    pub sync: Option<SyncSetup>,
}

/// A backend and how to sync with it.
pub struct SyncSetup {
    /// The backend.
    pub backend: Box<dyn SyncBackend>,
    /// How to sync.
    pub options: SyncOptions,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("store", &self.store)
            .field("sync", &self.sync)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SyncSetup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSetup")
            .field("backend", &self.backend.metadata())
            .field("options", &self.options)
            .finish()
    }
}

/// A session as an adapter opens it.
pub struct Session {
    /// The client.
    pub client_id: ClientId,
    /// The session.
    pub session_id: SessionId,
    /// The state to start with; without one the session replays the log.
    pub image: Option<Image>,
    /// The way to the leader.
    pub leader: Box<dyn LeaderLink>,
}

/// A state as the bytes of a database.
#[derive(Clone)]
pub struct Image {
    /// The database.
    pub bytes: Vec<u8>,
    /// The last event it reflects; nothing up to there moves any more.
    pub place: Place,
    /// Which log it is of.
    pub lineage: u64,
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("bytes", &self.bytes.len())
            .field("place", &self.place)
            .finish()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("session_id", &self.session_id)
            .field("image", &self.image)
            .finish_non_exhaustive()
    }
}

/// A session's way to its leader; dropping it ends the session.
pub trait LeaderLink: Send {
    /// Tells where the leader's messages go; called once, before the first [`send`](Self::send).
    ///
    /// Each leader the session comes to, at the start and when another one takes over, first says
    /// [`FromLeader::Welcome`].
    fn start(&mut self, inbox: Inbox);

    /// Sends a message; messages arrive in order. The answer may come before this returns.
    fn send(&mut self, message: ToLeader);

    /// Reads a page of the leader's log.
    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>>;

    /// Looks through a piece of the leader's log for at most so many events. It may be short, and have none of them.
    ///
    /// Without this, what [`events_after`](Self::events_after) reads is looked through here.
    fn wanted_after(
        &self,
        after: SeqNum,
        limit: usize,
        wanted: &Wanted,
    ) -> LinkFuture<Result<WantedEvents, AdapterError>> {
        let (events, wanted) = (self.events_after(after, limit), wanted.clone());
        Box::pin(async move { Ok(wanted.pick(after, events.await?, limit)) })
    }

    /// Returns the leader's log as the bytes of an SQLite database.
    fn export_log(&self) -> LinkFuture<Result<Vec<u8>, AdapterError>> {
        let error = AdapterError::new("this adapter exports no log");
        Box::pin(std::future::ready(Err(error)))
    }

    /// Returns the damaged file that the log was saved from, if it is kept.
    fn export_damaged_log(&self) -> LinkFuture<Result<Option<Vec<u8>>, AdapterError>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Removes the damaged file that the log was saved from.
    fn forget_damaged_log(&self) -> LinkFuture<Result<(), AdapterError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Waits, once the link is dropped, until a leader that has lost its last session has ended.
    fn closed(&self) -> LinkFuture<()> {
        Box::pin(std::future::ready(()))
    }
}

/// Where a leader's messages to a session are delivered.
#[derive(Clone)]
pub struct Inbox {
    pub(super) shared: Weak<Shared>,
}

impl Inbox {
    /// Delivers a message; of a store that is gone, to nobody.
    pub fn deliver(&self, message: FromLeader) {
        if let Some(shared) = self.shared.upgrade() {
            shared.receive(message);
        }
    }

    /// Returns the store, while it is there.
    pub fn store(&self) -> Option<super::Store> {
        self.shared.upgrade().map(|shared| super::Store { shared })
    }

    /// Whether the session has events that no leader has taken yet.
    pub fn has_pending(&self) -> bool {
        self.shared
            .upgrade()
            .is_some_and(|shared| !shared.lock().session.pending().is_empty())
    }
}

impl fmt::Debug for Inbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inbox")
    }
}

/// An adapter that could not do its part.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AdapterError(String);

impl AdapterError {
    /// Says what failed, in lower case, without a full stop.
    pub fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}
