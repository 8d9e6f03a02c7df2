//! Making way for a newer build of the program.
//!
//! A page that is told to leave takes no more commits, hands over what it has pending, and is gone; its
//! store can still be read. Nothing is lost: the leader it leaves ends when everybody has gone, and what
//! is in the log by then is what the newer build goes on with.

use super::{Endpoint, ToHost};
use crate::{
    store::{AdapterError, Inbox, OUTDATED},
    sync::FromLeader,
};

impl Endpoint {
    /// Takes no more commits, and goes when nothing is pending.
    pub(super) fn leave(&self) {
        // A page that only asks for something goes by itself, when it has it.
        if self.build.is_nameless() || self.closed.get() || self.leaving.replace(true) {
            return;
        }
        if self.attached.borrow().is_some() {
            return self.end_outdated();
        }
        self.deliver(FromLeader::Outdated);
        self.leave_if_done();
    }

    pub(super) fn leave_if_done(&self) {
        let is_pending = || self.inbox.borrow().as_ref().is_some_and(Inbox::has_pending);
        if !self.leaving.get() || self.closed.get() || is_pending() {
            return;
        }
        if self.worker.borrow().is_some() {
            // The worker lives in this page, and the others may not be done yet: it says when they are.
            return self.post(&ToHost::Bye);
        }
        self.end_outdated();
    }

    /// Ends the session: it will never have a leader again. What is pending is taken back, and its
    /// receipts say why.
    pub(super) fn end_outdated(&self) {
        if self.closed.get() {
            return;
        }
        self.leaving.set(true);
        self.disconnect();
        match self.attached.borrow_mut().take() {
            // Nobody may be waiting.
            Some(reply) => drop(reply.send(Err(AdapterError::new(OUTDATED)))),
            None => {
                self.deliver(FromLeader::Outdated);
                self.deliver(FromLeader::Stopped {
                    reason: OUTDATED.into(),
                });
            }
        }
    }
}
