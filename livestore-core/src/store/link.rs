//! How a store is joined to its leader: the traits an adapter implements.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError, Weak},
};

use super::Shared;
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

/// A store's end of the link, lent to whoever sends.
pub(super) struct Link(Mutex<Slot>);

enum Slot {
    Idle(Box<dyn LeaderLink>),
    /// Somebody sends and looks into the outbox again before giving it back.
    Lent,
    Closed,
}

impl Link {
    pub(super) fn new(link: Box<dyn LeaderLink>) -> Self {
        Self(Mutex::new(Slot::Idle(link)))
    }

    /// Tells the link where messages go. The leader may speak before this returns.
    pub(super) fn start(&self, inbox: Inbox) {
        if let Some(mut lent) = self.borrow()
            && let Some(link) = &mut lent.link
        {
            link.start(inbox);
        }
    }

    /// Ends the session with the leader.
    pub(super) fn close(&self) {
        let slot = std::mem::replace(&mut *self.lock(), Slot::Closed);
        drop(slot);
    }

    /// Uses the link without sending; `None` while somebody sends, and once it is closed.
    pub(super) fn with<R>(&self, use_link: impl FnOnce(&dyn LeaderLink) -> R) -> Option<R> {
        match &*self.lock() {
            Slot::Idle(link) => Some(use_link(&**link)),
            Slot::Lent | Slot::Closed => None,
        }
    }

    /// Whether somebody is sending, who gives the link back in a moment.
    pub(super) fn is_lent(&self) -> bool {
        matches!(&*self.lock(), Slot::Lent)
    }

    fn borrow(&self) -> Option<Lent<'_>> {
        let mut slot = self.lock();
        match std::mem::replace(&mut *slot, Slot::Lent) {
            Slot::Idle(link) => Some(Lent {
                owner: self,
                link: Some(link),
            }),
            Slot::Lent => None,
            Slot::Closed => {
                *slot = Slot::Closed;
                None
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The borrowed link; given back on drop, unless it was closed meanwhile.
struct Lent<'a> {
    owner: &'a Link,
    link: Option<Box<dyn LeaderLink>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut slot = self.owner.lock();
        if let (Slot::Lent, Some(link)) = (&*slot, self.link.take()) {
            *slot = Slot::Idle(link);
        }
    }
}

impl Shared {
    /// Hands the outbox to the leader, in order, whichever thread comes first.
    ///
    /// An answer may come while a message is sent, and its listeners may commit: what they add is
    /// sent by the loop that runs already.
    pub(super) fn flush(&self) {
        loop {
            let Some(mut lent) = self.link.borrow() else {
                return;
            };
            self.send_all(&mut lent);
            drop(lent);
            // Whoever found the link lent has left its messages to this loop.
            if self.lock().outbox.is_empty() {
                return;
            }
        }
    }

    fn send_all(&self, lent: &mut Lent<'_>) {
        loop {
            let messages = std::mem::take(&mut self.lock().outbox);
            if messages.is_empty() {
                return;
            }
            if let Some(link) = &mut lent.link {
                messages.into_iter().for_each(|message| link.send(message));
            }
        }
    }
}
