//! Whether a push follows the log: the leader's fence.

use serde::{Deserialize, Serialize};

use crate::event::{EncodedEvent, SeqNum};

/// Why a leader did not take a push. The session pulls, rebases and pushes again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PushRejection {
    /// The events of the push are out of order.
    #[error("event {violating} at index {index} of the push does not come after {preceding}")]
    NonMonotonicBatch {
        /// The event before it.
        preceding: SeqNum,
        /// The event.
        violating: SeqNum,
        /// Its place in the push.
        index: usize,
    },
    /// The log has events that the session did not know of.
    #[error("the leader is ahead: the push must start after {minimum_expected}, not at {provided}")]
    LeaderAhead {
        /// The last event the leader has, or is about to have.
        minimum_expected: SeqNum,
        /// The first event pushed.
        provided: SeqNum,
    },
    /// The events were numbered before the leader rebased.
    #[error("the push is of generation {provided}, but the leader is at generation {current}")]
    StaleRebaseGeneration {
        /// The leader's generation.
        current: u64,
        /// The generation of the first event pushed.
        provided: u64,
    },
    /// The events leave a gap.
    #[error(
        "event {provided} with parent {provided_parent} at index {index} of the push leaves a gap: \
         expected {expected} with parent {expected_parent}"
    )]
    NonContiguousBatch {
        /// The number it should have.
        expected: SeqNum,
        /// The number it has.
        provided: SeqNum,
        /// The parent it should have.
        expected_parent: SeqNum,
        /// The parent it has.
        provided_parent: SeqNum,
        /// Its place in the push.
        index: usize,
    },
}

/// Checks that a push follows `head`, event by event.
///
/// # Errors
/// The first thing that is wrong, in the order of the variants.
pub fn validate_push(events: &[EncodedEvent], head: SeqNum) -> Result<(), PushRejection> {
    let Some(first) = events.first() else {
        return Ok(());
    };
    for (i, pair) in events.windows(2).enumerate() {
        let (preceding, violating) = (pair[0].seq, pair[1].seq);
        if !violating.is_after(preceding) {
            return Err(PushRejection::NonMonotonicBatch {
                preceding,
                violating,
                index: i + 1,
            });
        }
    }
    if !first.seq.is_after(head) {
        return Err(PushRejection::LeaderAhead {
            minimum_expected: head,
            provided: first.seq,
        });
    }
    if first.seq.rebase_generation < head.rebase_generation {
        return Err(PushRejection::StaleRebaseGeneration {
            current: head.rebase_generation,
            provided: first.seq.rebase_generation,
        });
    }
    let mut previous = head;
    for (index, event) in events.iter().enumerate() {
        let generation = event.seq.rebase_generation;
        let (expected, expected_parent) = previous.next_in_generation(event.scope(), generation);
        if event.seq != expected || !event.parent.same_position(expected_parent) {
            return Err(PushRejection::NonContiguousBatch {
                expected,
                provided: event.seq,
                expected_parent,
                provided_parent: event.parent,
                index,
            });
        }
        previous = event.seq;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
