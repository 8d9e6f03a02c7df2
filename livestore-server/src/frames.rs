//! What the server says, made of what the hub has: the bridge from stored events to the wire.

use std::sync::Arc;

use livestore_core::sync::protocol::{
    EventRefusal, PulledItem, Refusal, RequestId, RpcError, SyncMetadata, WireCursor, WireEvent,
    encode_chunk,
};

use crate::{
    hub::{Batch, PullError, PushError, Start, StoreError},
    storage::{StorageError, StoredEvent},
    time::iso8601,
};

/// What a client is to be told, or that it is better told nothing.
///
/// LiveStore's clients give up on a pull that fails and repeat a push that does; whatever may be over in a
/// moment is said by closing the connection, which they take for a reason to come again.
#[derive(Debug)]
pub(crate) enum Said {
    Error(RpcError),
    ComeAgain(String),
}

impl From<PushError> for Said {
    fn from(error: PushError) -> Self {
        match error {
            PushError::ServerAhead { head, provided } => Self::Error(RpcError::ServerAhead {
                minimum_expected_num: head,
                provided_num: provided,
            }),
            PushError::OtherLog { expected, received } => mismatch(&expected, &received),
            PushError::Rejected { events } => {
                let refused = |event: crate::validate::RejectedEvent| EventRefusal {
                    seq_num: event.seq_num,
                    reason: event.reason.to_string(),
                };
                let events = events.into_iter().map(refused).collect();
                Self::Error(Refusal::RejectedEvents { events }.into())
            }
            PushError::BrokenChain(_) | PushError::NotJudged => {
                Self::Error(RpcError::unknown(error.to_string()))
            }
            // Somebody has to see to it, which takes longer than a moment.
            PushError::Store(StoreError::Storage(StorageError::Damaged { .. })) => {
                Self::Error(RpcError::unknown(error.to_string()))
            }
            PushError::Store(error) => error.into(),
        }
    }
}

impl From<PullError> for Said {
    fn from(error: PullError) -> Self {
        match error {
            PullError::OtherLog { expected, received } => mismatch(&expected, &received),
            PullError::Replaced => Self::ComeAgain(error.to_string()),
            PullError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Said {
    fn from(error: StoreError) -> Self {
        match error {
            // It will be refused the next time too.
            StoreError::Storage(StorageError::Refused { .. }) => {
                Self::Error(RpcError::unknown(error.to_string()))
            }
            error => Self::ComeAgain(error.to_string()),
        }
    }
}

fn mismatch(expected: &str, received: &str) -> Said {
    Said::Error(RpcError::BackendIdMismatch {
        expected: expected.to_owned(),
        received: received.to_owned(),
    })
}

impl From<WireCursor> for Start {
    fn from(cursor: WireCursor) -> Self {
        Self {
            after: cursor.event_sequence_number,
            backend_id: Some(cursor.backend_id.into()),
        }
    }
}

/// Takes an event from the wire.
pub(crate) fn stored(event: WireEvent) -> StoredEvent {
    StoredEvent {
        seq_num: event.seq_num,
        parent_seq_num: event.parent_seq_num,
        name: event.name,
        args: event.args,
        client_id: event.client_id,
        session_id: event.session_id,
        created_at: 0,
    }
}

/// Writes an event as an item of a pull's answer.
pub(crate) fn encode_event(event: &StoredEvent) -> String {
    let item = PulledItem {
        event_encoded: WireEvent {
            name: Arc::clone(&event.name),
            args: event.args.clone(),
            seq_num: event.seq_num,
            parent_seq_num: event.parent_seq_num,
            client_id: Arc::clone(&event.client_id),
            session_id: Arc::clone(&event.session_id),
        },
        metadata: Some(SyncMetadata {
            created_at: iso8601(event.created_at),
        }),
    };
    serde_json::to_string(&item).expect("an event is made of JSON values")
}

/// Writes a batch as a chunk of a pull's answer.
pub(crate) fn chunk(request: &RequestId, batch: &Batch) -> String {
    let size: usize = batch
        .events
        .iter()
        .map(|event| event.encoded().len() + 1)
        .sum();
    let mut value = String::with_capacity(size + 128);
    value.push_str(r#"{"batch":["#);
    for (index, event) in batch.events.iter().enumerate() {
        if index > 0 {
            value.push(',');
        }
        value.push_str(event.encoded());
    }
    value.push_str(r#"],"pageInfo":{"_tag":"#);
    match batch.remaining {
        0 => value.push_str(r#""NoMore""#),
        remaining => value.push_str(&format!(r#""MoreKnown","remaining":{remaining}"#)),
    }
    value.push_str(r#"},"backendId":"#);
    value.push_str(&serde_json::Value::from(&*batch.backend_id).to_string());
    value.push('}');
    encode_chunk(request, &[value])
}
