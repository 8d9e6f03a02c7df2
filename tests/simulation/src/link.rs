//! The two ends of a session's link: what the store is given, and what the world reads from it.

use std::{
    future::ready,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{TryFutureExt, channel::oneshot};
use livestore_core::{
    event::{ClientId, EncodedEvent, SeqNum, SessionId},
    store::{Adapter, AdapterError, Image, Inbox, LeaderLink, LinkFuture, Session, Setup},
    sync::{FromLeader, ToLeader},
};

/// Where the answer to a [`Read`] goes; dropped, it says that the leader is gone.
pub(crate) type Answer = oneshot::Sender<Vec<EncodedEvent>>;

/// A wish to read the leader's log.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) after: SeqNum,
    pub(crate) limit: usize,
    pub(crate) answer: Answer,
}

/// A link as the world sees it; clones are the same link.
#[derive(Clone, Default)]
pub(crate) struct Wire(Arc<Mutex<Ends>>);

#[derive(Default)]
struct Ends {
    sent: Vec<ToLeader>,
    reads: Vec<Read>,
    inbox: Option<Inbox>,
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, Ends> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out what the store has sent.
    pub(crate) fn take_sent(&self) -> Vec<ToLeader> {
        std::mem::take(&mut self.lock().sent)
    }

    /// Takes out what the store wants to read of the log.
    pub(crate) fn take_reads(&self) -> Vec<Read> {
        std::mem::take(&mut self.lock().reads)
    }

    /// Gives the store a message.
    pub(crate) fn deliver(&self, message: FromLeader) {
        let inbox = self.lock().inbox.clone();
        if let Some(inbox) = inbox {
            inbox.deliver(message);
        }
    }
}

/// The adapter of a simulated session.
pub(crate) struct SimulatedAdapter {
    pub(crate) wire: Wire,
    pub(crate) client: ClientId,
    pub(crate) session: SessionId,
    pub(crate) image: Option<Image>,
}

impl Adapter for SimulatedAdapter {
    fn connect(self: Box<Self>, _: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        Box::pin(ready(Ok(Session {
            client_id: self.client,
            session_id: self.session,
            image: self.image,
            leader: Box::new(StoreEnd(self.wire)),
        })))
    }
}

struct StoreEnd(Wire);

impl LeaderLink for StoreEnd {
    fn start(&mut self, inbox: Inbox) {
        self.0.lock().inbox = Some(inbox);
    }

    fn send(&mut self, message: ToLeader) {
        self.0.lock().sent.push(message);
    }

    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        let (answer, answered) = oneshot::channel();
        self.0.lock().reads.push(Read {
            after,
            limit,
            answer,
        });
        Box::pin(answered.map_err(|_| AdapterError::new("the leader is gone")))
    }
}
