//! The log as this page knows it, where nothing can be stored.
//!
//! Such a log lives in the memory of one tab's worker. When that tab is closed, the one that has the lead
//! next starts its worker with what it has seen, so that the store lives as long as any of its tabs.

use crate::{
    event::{EncodedEvent, SeqNum},
    sync::{FromLeader, Storage, ToLeader, Update},
};

/// A copy of the leader's log; empty while that is stored.
#[derive(Debug, Default)]
pub(super) struct Mirror {
    wanted: bool,
    events: Vec<EncodedEvent>,
    /// What was pushed and not accepted yet.
    pushed: Vec<EncodedEvent>,
}

impl Mirror {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    pub(super) fn events(&self) -> Vec<EncodedEvent> {
        self.events.clone()
    }

    pub(super) fn sent(&mut self, message: &ToLeader) {
        if let (true, ToLeader::Push { events }) = (self.wanted, message) {
            self.pushed.clone_from(events);
        }
    }

    pub(super) fn received(&mut self, message: &FromLeader) {
        match message {
            FromLeader::Status(status) => {
                self.wanted = matches!(status.storage, Storage::Unavailable { .. });
                if !self.wanted {
                    *self = Self::default();
                }
            }
            FromLeader::Update(Update { after, events, .. }) if self.wanted => {
                self.cut(after.seq);
                self.events.extend_from_slice(events);
            }
            FromLeader::Accepted { upto, .. } => {
                let pushed = std::mem::take(&mut self.pushed);
                if pushed.last().is_some_and(|last| last.place() == *upto)
                    && let Some(first) = pushed.first()
                {
                    let first = first.seq;
                    self.events.retain(|event| first.is_after(event.seq));
                    self.events.extend(pushed);
                }
            }
            _ => {}
        }
    }

    fn cut(&mut self, after: SeqNum) {
        let stays = |event: &EncodedEvent| !event.seq.is_after(after);
        while self.events.last().is_some_and(|event| !stays(event)) {
            self.events.pop();
        }
    }
}
