//! A session's link: notes to the leader's thread.

use std::sync::Arc;

use futures::{FutureExt, channel::oneshot};

use super::{Handle, Note};
use crate::{
    event::{EncodedEvent, SeqNum},
    leader::Input,
    store::{AdapterError, Inbox, LeaderLink, LinkFuture, Wanted, WantedEvents},
    sync::{SessionKey, ToLeader},
};

/// The way from a session to the leader's thread.
pub(super) struct Link {
    pub(super) leader: Arc<Handle>,
    pub(super) key: SessionKey,
}

impl LeaderLink for Link {
    fn start(&mut self, inbox: Inbox) {
        self.leader
            .desk
            .add_session(self.key, move |message| inbox.deliver(message));
    }

    fn send(&mut self, message: ToLeader) {
        self.leader
            .send(Note::Input(Input::Session(self.key, message)));
    }

    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        self.ask(|reply| Note::Read {
            after,
            limit,
            reply,
        })
    }

    fn wanted_after(
        &self,
        after: SeqNum,
        limit: usize,
        wanted: &Wanted,
    ) -> LinkFuture<Result<WantedEvents, AdapterError>> {
        let wanted = wanted.clone();
        self.ask(|reply| Note::Find {
            after,
            limit,
            wanted,
            reply,
        })
    }

    fn export_log(&self) -> LinkFuture<Result<Vec<u8>, AdapterError>> {
        self.ask(Note::Export)
    }

    fn export_damaged_log(&self) -> LinkFuture<Result<Option<Vec<u8>>, AdapterError>> {
        self.ask(Note::ExportDamaged)
    }

    fn forget_damaged_log(&self) -> LinkFuture<Result<(), AdapterError>> {
        self.ask(Note::ForgetDamaged)
    }

    fn closed(&self) -> LinkFuture<()> {
        let leader = Arc::downgrade(&self.leader);
        let ended = self.leader.ended.clone();
        Box::pin(async move {
            if leader.upgrade().is_none() {
                // An error means that the thread is gone without a word, which is an end too.
                let _ = ended.await;
            }
        })
    }
}

impl Link {
    /// Sends a note that the leader replies to.
    fn ask<T: Send + 'static>(
        &self,
        note: impl FnOnce(oneshot::Sender<Result<T, AdapterError>>) -> Note,
    ) -> LinkFuture<Result<T, AdapterError>> {
        let (reply, answer) = oneshot::channel();
        self.leader.send(note(reply));
        let gone = || Err(AdapterError::new("the leader is gone"));
        Box::pin(answer.map(move |answer| answer.unwrap_or_else(|_| gone())))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.leader.send(Note::Leave(self.key));
    }
}
