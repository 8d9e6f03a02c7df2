//! A session's link: what the store wants of its leader, put on the endpoint's lines.

use std::rc::Rc;

use futures::TryFutureExt;
use send_wrapper::SendWrapper;

use super::{super::wire::ToHost, Endpoint};
use crate::{
    event::{EncodedEvent, SeqNum},
    store::{AdapterError, Inbox, LeaderLink, LinkFuture, Wanted, WantedEvents},
    sync::ToLeader,
};

/// A session's way to its leader. The page has one thread.
pub(super) struct Link(pub(super) SendWrapper<Rc<Endpoint>>);

impl LeaderLink for Link {
    fn start(&mut self, inbox: Inbox) {
        *self.0.inbox.borrow_mut() = Some(inbox.clone());
        let early = std::mem::take(&mut *self.0.early.borrow_mut());
        early.into_iter().for_each(|message| inbox.deliver(message));
    }

    fn send(&mut self, message: ToLeader) {
        self.0.mirror.borrow_mut().sent(&message);
        self.0.post(&ToHost::Message(self.0.visit.get(), message));
    }

    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        self.0.question(&self.0.reads, |request| ToHost::Read {
            request,
            after,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
        })
    }

    fn wanted_after(
        &self,
        after: SeqNum,
        limit: usize,
        wanted: &Wanted,
    ) -> LinkFuture<Result<WantedEvents, AdapterError>> {
        self.0.question(&self.0.finds, |request| ToHost::Find {
            request,
            after,
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            wanted: wanted.clone(),
        })
    }

    fn export_log(&self) -> LinkFuture<Result<Vec<u8>, AdapterError>> {
        self.0
            .question(&self.0.jobs, |request| ToHost::Export { request })
    }

    fn export_damaged_log(&self) -> LinkFuture<Result<Option<Vec<u8>>, AdapterError>> {
        let log = self
            .0
            .question(&self.0.jobs, |request| ToHost::ExportDamaged { request });
        Box::pin(log.map_ok(|log| (!log.is_empty()).then_some(log)))
    }

    fn forget_damaged_log(&self) -> LinkFuture<Result<(), AdapterError>> {
        let done = self
            .0
            .question(&self.0.jobs, |request| ToHost::ForgetDamaged { request });
        Box::pin(done.map_ok(drop))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.0.close();
    }
}
