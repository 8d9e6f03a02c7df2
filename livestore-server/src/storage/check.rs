//! What every engine refuses. What a client may push is decided in `hub`, long before.

use livestore_core::event::StoreId;

use super::{MAX_SEQ_NUM, MAX_STORE_ID, StorageError, StoredEvent};

/// LiveStore's servers have identities of 21 characters, ours of 36.
const MAX_BACKEND_ID: usize = 200;

/// Refuses names that are too long to be a key everywhere.
pub(super) fn store(store: &StoreId) -> Result<(), StorageError> {
    let length = store.as_str().len();
    if length <= MAX_STORE_ID {
        return Ok(());
    }
    Err(StorageError::Refused {
        // The name can be as long as a request.
        store: store.as_str()[..MAX_STORE_ID].into(),
        reason: format!("a name of {length} bytes is too long, {MAX_STORE_ID} can be stored")
            .into(),
    })
}

/// Refuses identities that no server has made.
pub(super) fn backend_id(store: &StoreId, backend_id: &str) -> Result<(), StorageError> {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if (1..=MAX_BACKEND_ID).contains(&backend_id.len()) && backend_id.chars().all(known) {
        return Ok(());
    }
    Err(StorageError::Refused {
        store: store.as_str().into(),
        reason: format!("`{backend_id:.100}` is no identity of a log").into(),
    })
}

/// Says that a store with events keeps its identity.
pub(super) fn is_not_empty(store: &StoreId) -> StorageError {
    StorageError::Refused {
        store: store.as_str().into(),
        reason: "it has events, and so an identity".into(),
    }
}

/// Refuses events that are not a chain behind `after`; returns the head that they make.
pub(super) fn chain(
    store: &StoreId,
    after: u64,
    events: &[StoredEvent],
) -> Result<u64, StorageError> {
    let mut head = after;
    for event in events {
        let number = event.seq_num;
        if event.parent_seq_num != head || number <= head || number > MAX_SEQ_NUM {
            let parent = event.parent_seq_num;
            return Err(StorageError::Refused {
                store: store.as_str().into(),
                reason: format!(
                    "event {number}, which follows {parent}, cannot stand behind {head}"
                )
                .into(),
            });
        }
        head = number;
    }
    Ok(head)
}
