//! What both transports do with a request: the checks that need nobody, and its form for the hub.

use livestore_core::{
    event::StoreId,
    sync::protocol::{Call, EventRefusal, PushPayload, Refusal, RequestId, RpcError, WireEvent},
};

use crate::{
    auth::{Client, Denied},
    frames::{Said, stored},
    hub::Push,
    limits::Limits,
};

/// The longest id of a request, which is repeated in every frame of its answer.
const MAX_ID: usize = 1000;

/// Checks that an id is not longer than is allowed.
pub(crate) fn check_id(id: &RequestId) -> Result<(), String> {
    if id.as_json().len() <= MAX_ID {
        return Ok(());
    }
    Err(format!("the id of a request has at most {MAX_ID} bytes"))
}

/// Says whether a message has more frames than so many, without reading them.
pub(crate) fn has_more_frames(message: &str, than: usize) -> bool {
    if !message.trim_start().starts_with('[') {
        return false;
    }
    let (mut depth, mut in_text, mut escaped, mut frames) = (0_usize, false, false, 1);
    for byte in message.bytes() {
        match byte {
            _ if std::mem::take(&mut escaped) => {}
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 1 => {
                frames += 1;
                if frames > than {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// Returns the start of what went wrong: it may repeat what came.
pub(crate) fn words(error: &impl std::fmt::Display) -> String {
    error.to_string().chars().take(300).collect()
}

/// Checks that a call is for the store of the connection and not larger than is allowed.
#[expect(clippy::result_large_err, reason = "one per refused request")]
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

#[cfg(test)]
mod tests {
    use super::has_more_frames;

    #[test]
    fn frames_are_counted_whatever_is_in_them() {
        let frame = r#"{"a":[1,2,3],"b":"\",[{\\","c":{}}"#;
        assert!(!has_more_frames(frame, 1));
        for count in 1..5 {
            let list = format!(" [{}]", vec![frame; count].join(" , "));
            serde_json::from_str::<serde_json::Value>(&list).unwrap();
            assert!(!has_more_frames(&list, count), "{list}");
            assert_eq!(has_more_frames(&list, count - 1), count > 1, "{list}");
        }
    }
}
