//! A session's link: notes to the leader's thread.

use std::sync::Arc;

use futures::{FutureExt, channel::oneshot};

use super::{Handle, Note};
use crate::{
    event::{EncodedEvent, SeqNum},
    leader::Input,
    store::{AdapterError, Inbox, LeaderLink, LinkFuture},
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
        let (reply, events) = oneshot::channel();
        self.leader.send(Note::Read {
            after,
            limit,
            reply,
        });
        Box::pin(
            events.map(|events| {
                events.unwrap_or_else(|_| Err(AdapterError::new("the leader is gone")))
            }),
        )
    }

    fn export_log(&self) -> LinkFuture<Result<Vec<u8>, AdapterError>> {
        let (reply, log) = oneshot::channel();
        self.leader.send(Note::Export(reply));
        Box::pin(
            log.map(|log| log.unwrap_or_else(|_| Err(AdapterError::new("the leader is gone")))),
        )
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

impl Drop for Link {
    fn drop(&mut self) {
        self.leader.send(Note::Leave(self.key));
    }
}
