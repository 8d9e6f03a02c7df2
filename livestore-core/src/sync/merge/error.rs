//! Payloads that break their contract.

use crate::event::{EncodedEvent, EventScope, SeqNum};

/// A payload that cannot be merged; the state is as before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Upstream sent something it must have sent before.
    #[error(
        "incoming events must be greater than the upstream head: expected greater than {expected}, received {received}"
    )]
    NotAfterUpstreamHead {
        /// The upstream head.
        expected: SeqNum,
        /// The first event that came.
        received: SeqNum,
    },
    /// Upstream sent events out of order.
    #[error("incoming events must be ascending: {next} came after {previous}")]
    NotAscending {
        /// An event.
        previous: SeqNum,
        /// The event after it.
        next: SeqNum,
    },
    /// The events pushed are out of order.
    #[error("pushed events must be ascending: {next} came after {previous}")]
    PushNotAscending {
        /// An event.
        previous: SeqNum,
        /// The event after it.
        next: SeqNum,
    },
    /// The node's own list of pending events is no chain.
    #[error("pending event {seq} follows {parent}, but stands after {previous}")]
    PendingBroken {
        /// The event before it.
        previous: SeqNum,
        /// The event.
        seq: SeqNum,
        /// What it says it follows.
        parent: SeqNum,
    },
}

impl MergeError {
    /// Whether upstream is at fault: pulling again from the last confirmed event repairs it.
    pub fn is_upstreams_fault(&self) -> bool {
        matches!(
            self,
            Self::NotAfterUpstreamHead { .. } | Self::NotAscending { .. }
        )
    }
}

/// Checks that upstream's events are in order and behind its head.
pub(super) fn check_ascending(events: &[EncodedEvent], head: SeqNum) -> Result<(), MergeError> {
    if let Some(first) = events.first()
        && !first.seq.is_after(head)
    {
        return Err(MergeError::NotAfterUpstreamHead {
            expected: head,
            received: first.seq,
        });
    }
    match out_of_order(events) {
        Some((previous, next)) => Err(MergeError::NotAscending { previous, next }),
        None => Ok(()),
    }
}

pub(super) fn check_pushed(events: &[EncodedEvent]) -> Result<(), MergeError> {
    match out_of_order(events) {
        Some((previous, next)) => Err(MergeError::PushNotAscending { previous, next }),
        None => Ok(()),
    }
}

/// Checks that every pending event follows the one before it.
pub(super) fn check_pending(pending: &[EncodedEvent]) -> Result<(), MergeError> {
    for pair in pending.windows(2) {
        let (previous, event) = (&pair[0], &pair[1]);
        let follows = match event.scope() {
            EventScope::Synced => SeqNum {
                client: 0,
                ..previous.seq
            },
            EventScope::ClientOnly => previous.seq,
        };
        if !event.seq.is_after(previous.seq) || !event.parent.same_position(follows) {
            return Err(MergeError::PendingBroken {
                previous: previous.seq,
                seq: event.seq,
                parent: event.parent,
            });
        }
    }
    Ok(())
}

fn out_of_order(events: &[EncodedEvent]) -> Option<(SeqNum, SeqNum)> {
    events
        .windows(2)
        .map(|pair| (pair[0].seq, pair[1].seq))
        .find(|(previous, next)| !next.is_after(*previous))
}
