//! What goes into one append: the pushes that came while the last one ran.

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{Push, PushDone, PushError, chain::same};
use crate::storage::StoredEvent;

/// A push and whoever waits for its answer.
pub(super) struct Waiting {
    pub(super) push: Push,
    pub(super) answer: oneshot::Sender<Result<PushDone, PushError>>,
    pub(super) room: OwnedSemaphorePermit,
}

impl Waiting {
    pub(super) fn answer(self, result: Result<PushDone, PushError>) {
        drop(self.room);
        // Whoever does not wait any more learns it by a pull.
        let _ = self.answer.send(result);
    }
}

/// The events that will be appended together, and what will be answered once they are.
pub(super) struct Group {
    /// The log's head, were the events in it.
    pub(super) head: u64,
    pub(super) events: Vec<StoredEvent>,
    pub(super) verdicts: Vec<Result<PushDone, PushError>>,
}

impl Group {
    pub(super) fn after(head: u64) -> Self {
        Self {
            head,
            events: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// Adds a push that follows the head.
    pub(super) fn take(&mut self, batch: &[StoredEvent], now: u64) {
        let stamped = |event: &StoredEvent| StoredEvent {
            created_at: now,
            ..event.clone()
        };
        self.events.extend(batch.iter().map(stamped));
        if let Some(last) = batch.last() {
            self.head = last.seq_num;
        }
        self.verdicts.push(Ok(PushDone { head: self.head }));
    }

    /// Says whether all of these events are in the group.
    pub(super) fn has(&self, batch: &[StoredEvent]) -> bool {
        let Some(first) = batch.first() else {
            return true;
        };
        let start = self
            .events
            .partition_point(|event| event.seq_num < first.seq_num);
        let there = &self.events[start..];
        there.len() >= batch.len() && batch.iter().zip(there).all(|(a, b)| same(a, b))
    }
}
