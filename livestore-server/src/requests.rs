//! What both transports do with a request: the checks that need nobody, and its form for the hub.

use livestore_core::{
    event::StoreId,
    sync::protocol::{Call, EventRefusal, PushPayload, Refusal, RpcError, WireEvent},
};

use crate::{
    auth::{Client, Denied},
    frames::{Said, stored},
    hub::Push,
    limits::Limits,
};

/// Checks that a call is for the store of the connection and not larger than is allowed.
pub(crate) fn check(call: &Call, store: &StoreId, limits: &Limits) -> Result<(), RpcError> {
    let named = match call {
        Call::Pull(pull) => &pull.store_id,
        Call::Push(push) => &push.store_id,
        Call::Ping(ping) => &ping.store_id,
        Call::UpdatePayload(update) => &update.store_id,
        _ => return Ok(()),
    };
    if named != store.as_str() {
        return Err(RpcError::unknown(format!(
            "the request is for another store than `{store}`, which this connection serves"
        )));
    }
    let Call::Push(push) = call else {
        return Ok(());
    };
    if push.batch.len() > limits.batch_events {
        return Err(Refusal::TooLarge {
            max_events: limits.batch_events,
            max_bytes: limits.message_bytes,
        }
        .into());
    }
    let too_large = push
        .batch
        .iter()
        .filter(|event| size(event) > limits.event_bytes);
    let events: Vec<_> = too_large
        .map(|event| EventRefusal {
            seq_num: event.seq_num,
            reason: format!(
                "the event has {} bytes, and at most {} are taken",
                size(event),
                limits.event_bytes
            ),
        })
        .collect();
    if events.is_empty() {
        return Ok(());
    }
    Err(Refusal::RejectedEvents { events }.into())
}

fn size(event: &WireEvent) -> usize {
    let args = event.args.as_ref().map_or(0, |args| args.get().len());
    args + event.name.len() + event.client_id.len() + event.session_id.len()
}

/// Returns a push as the hub takes it.
pub(crate) fn push(push: PushPayload, client: Client) -> Push {
    Push {
        batch: push.batch.into_iter().map(stored).collect(),
        backend_id: push.backend_id.map(Into::into),
        client,
    }
}

/// Returns what somebody hears who may not do what they want.
pub(crate) fn denied(denied: &Denied) -> Said {
    match denied {
        Denied::Unavailable { reason } => Said::ComeAgain(reason.to_string()),
        denied => Said::Error(
            Refusal::Unauthorized {
                reason: denied.to_string(),
            }
            .into(),
        ),
    }
}
