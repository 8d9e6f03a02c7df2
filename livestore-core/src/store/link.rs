//! How a store is joined to its leader: the traits an adapter implements.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError, Weak},
};

use super::{Shared, StoreStatus};
use crate::{
    event::{ClientId, EncodedEvent, SeqNum, SessionId, StoreId},
    schema::Schema,
    state::Touched,
    sync::{FromLeader, ToLeader},
};

/// A future that an adapter returns.
pub type LinkFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a store's data lives and where its leader runs.
pub trait Adapter: Send + 'static {
    /// Starts or finds the leader of a store and opens a session with it.
    ///
    /// # Errors
    /// When there can be no session; the message says why.
    fn connect(
        self: Box<Self>,
        store: StoreId,
        schema: Schema,
    ) -> LinkFuture<'static, Result<Session, AdapterError>>;
}

/// A session as an adapter opens it.
pub struct Session {
    /// The client.
    pub client_id: ClientId,
    /// The session.
    pub session_id: SessionId,
    /// The last event of the leader's log.
    pub head: SeqNum,
    /// The way to the leader.
    pub leader: Box<dyn LeaderLink>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("session_id", &self.session_id)
            .field("head", &self.head)
            .finish_non_exhaustive()
    }
}

/// A session's way to its leader; dropping it ends the session.
pub trait LeaderLink: Send {
    /// Reads a page of the leader's log.
    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<'_, Result<Vec<EncodedEvent>, AdapterError>>;

    /// Tells where the leader's messages go; called once, before the first [`send`](Self::send).
    fn start(&mut self, inbox: Inbox);

    /// Sends a message; messages arrive in order. The answer may come before this returns.
    fn send(&mut self, message: ToLeader);
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

    /// Ends the session with the leader.
    pub(super) fn close(&self) {
        let slot = std::mem::replace(&mut *self.lock(), Slot::Closed);
        drop(slot);
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

    /// Takes a message from the leader.
    fn receive(&self, message: FromLeader) {
        match message {
            FromLeader::Persisted { head } => self.confirm(head),
            FromLeader::Stopped { reason } => {
                tracing::error!(store = %self.id, %reason, "the leader has stopped");
                self.progress.stop(StoreStatus::Stopped {
                    reason: reason.into(),
                });
                self.take_back();
            }
        }
    }

    fn confirm(&self, head: SeqNum) {
        let mut core = self.lock();
        let mut events = 0;
        while core
            .pending
            .front()
            .is_some_and(|first| !first.event.seq.is_after(head))
        {
            core.pending.pop_front();
            events += 1;
        }
        if head.is_after(core.confirmed) {
            core.confirmed = head;
        }
        drop(core);
        self.progress.persisted(events);
    }

    /// Rolls back what the leader will never have: the state equals the log again.
    fn take_back(&self) {
        let changed = {
            let mut core = self.lock();
            let changesets: Vec<_> = core
                .pending
                .drain(..)
                .map(|pending| pending.changeset)
                .collect();
            core.outbox.clear();
            core.head = core.confirmed;
            let head = core.head;
            if let Err(error) = core.state.roll_back(&changesets, head) {
                tracing::error!(store = %self.id, %error, "what the leader did not take stays in the state");
                return;
            }
            let mut touched = Touched::default();
            changesets
                .iter()
                .for_each(|changeset| touched.add(changeset));
            core.refresh(&touched)
        };
        changed.iter().for_each(|node| node.notify());
    }
}
