//! What a push must look like by itself, and whether it is one that was taken before.

use livestore_core::event::EncodedArgs;

use crate::storage::{MAX_SEQ_NUM, StoredEvent};

/// A push whose events do not follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the events of the push are no chain: event {seq_num} says it follows {parent}, but it comes behind {previous}"
)]
pub struct BrokenChain {
    /// The event that does not fit.
    pub seq_num: u64,
    /// The event it says it follows.
    pub parent: u64,
    /// The event before it.
    pub previous: u64,
}

/// Checks that numbers ascend and each event follows the one before it. Gaps are the client's business.
pub(super) fn check_chain(batch: &[StoredEvent]) -> Result<(), BrokenChain> {
    let mut previous = batch.first().map_or(0, |first| first.parent_seq_num);
    for event in batch {
        let number = event.seq_num;
        if event.parent_seq_num != previous || number <= previous || number > MAX_SEQ_NUM {
            return Err(BrokenChain {
                seq_num: event.seq_num,
                parent: event.parent_seq_num,
                previous,
            });
        }
        previous = event.seq_num;
    }
    Ok(())
}

/// Says whether two events are the same, but for when the server took them.
pub(super) fn same(a: &StoredEvent, b: &StoredEvent) -> bool {
    a.seq_num == b.seq_num
        && a.parent_seq_num == b.parent_seq_num
        && a.name == b.name
        && a.client_id == b.client_id
        && a.session_id == b.session_id
        && match (&a.args, &b.args) {
            (None, None) => true,
            (Some(a), Some(b)) => a.get() == b.get() || same_json(a.get(), b.get()),
            (None, Some(_)) | (Some(_), None) => false,
        }
}

/// A client that was restarted may write the same arguments with their keys in another order.
fn same_json(a: &str, b: &str) -> bool {
    matches!((EncodedArgs::parse(a), EncodedArgs::parse(b)), (Ok(a), Ok(b)) if a == b)
}
