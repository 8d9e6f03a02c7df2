//! What calls fail with.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

/// What a call fails with.
///
/// LiveStore's clients know these three and no other: whatever else a server has to say is an
/// [`Unknown`](Self::Unknown), whose `payload` may say it for programs ([`Refusal`]).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "_tag")]
#[non_exhaustive]
pub enum RpcError {
    /// A push does not follow the log's head.
    #[serde(rename = "ServerAheadError", rename_all = "camelCase")]
    ServerAhead {
        /// The log's head.
        minimum_expected_num: u64,
        /// The parent of the first event pushed.
        provided_num: u64,
    },
    /// The log is another one than the client's was synced with.
    #[serde(rename = "BackendIdMismatchError")]
    BackendIdMismatch {
        /// The server's.
        expected: String,
        /// The client's.
        received: String,
    },
    /// Anything else.
    #[serde(rename = "UnknownError")]
    Unknown {
        /// What happened: `{"name":"Error","message":"…"}` or any other value.
        cause: Value,
        /// A word about it for people.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// What it is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Value>,
    },
}

impl RpcError {
    /// Says in words what went wrong.
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::Unknown {
            cause: error_value(message.into()),
            note: None,
            payload: None,
        }
    }

    /// Returns what a server refuses, if this is a refusal.
    pub fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Unknown {
                payload: Some(payload),
                ..
            } => Refusal::read(payload),
            _ => None,
        }
    }

    /// Returns what is said to people.
    pub fn message(&self) -> String {
        match self {
            Self::ServerAhead {
                minimum_expected_num,
                provided_num,
            } => format!("the server is ahead: {minimum_expected_num}, not {provided_num}"),
            Self::BackendIdMismatch { expected, received } => {
                format!("the server's log is `{expected}`, not `{received}`")
            }
            Self::Unknown { cause, note, .. } => {
                let cause = words(cause);
                match note {
                    Some(note) => format!("{cause} ({note})"),
                    None => cause,
                }
            }
        }
    }
}

impl From<Refusal> for RpcError {
    /// Says it in words too, for clients that don't know refusals.
    fn from(refusal: Refusal) -> Self {
        Self::Unknown {
            cause: error_value(refusal.to_string()),
            note: None,
            payload: serde_json::to_value(&refusal).ok(),
        }
    }
}

/// An error as JavaScript writes one.
pub(super) fn error_value(message: String) -> Value {
    json!({ "name": "Error", "message": message })
}

/// Returns the words of an error, whatever form it has.
pub(super) fn words(error: &Value) -> String {
    let message = error.get("message").and_then(Value::as_str);
    match message.or(error.as_str()) {
        Some(words) => words.to_owned(),
        None => error.to_string(),
    }
}

impl<'de> Deserialize<'de> for RpcError {
    /// An error that this client does not know is an unknown one, with its whole value for a cause.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

// Read by hand: what serde derives for tagged enums is 30 kB of the client's download.
impl From<Value> for RpcError {
    fn from(value: Value) -> Self {
        let number = |key: &str| value.get(key).and_then(Value::as_u64);
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let read = match value.get("_tag").and_then(Value::as_str) {
            Some("ServerAheadError") => number("minimumExpectedNum")
                .zip(number("providedNum"))
                .map(|(minimum_expected_num, provided_num)| Self::ServerAhead {
                    minimum_expected_num,
                    provided_num,
                }),
            Some("BackendIdMismatchError") => text("expected")
                .zip(text("received"))
                .map(|(expected, received)| Self::BackendIdMismatch { expected, received }),
            Some("UnknownError") => value.get("cause").map(|cause| Self::Unknown {
                cause: cause.clone(),
                note: text("note"),
                payload: value.get("payload").cloned(),
            }),
            _ => None,
        };
        read.unwrap_or(Self::Unknown {
            cause: value,
            note: None,
            payload: None,
        })
    }
}

/// What a server will not do, for programs: the `payload` of an [`RpcError::Unknown`].
///
/// It is an addition of ours inside LiveStore's words: its own clients see an `UnknownError` that they
/// can read, and try again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "_tag", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Refusal {
    /// Some events of a push will never be taken; none of it was.
    #[error("the server rejects {} of the events: {}", events.len(), first_reason(events))]
    RejectedEvents {
        /// The events.
        events: Vec<EventRefusal>,
    },
    /// The client's payload does not allow it: a token is missing, wrong or too old.
    #[error("not authorized: {reason}")]
    Unauthorized {
        /// Why.
        reason: String,
    },
    /// The request has more than the server takes at once.
    #[error(
        "the request is too large: at most {max_events} events and {max_bytes} bytes are taken"
    )]
    TooLarge {
        /// How many events a push may have.
        max_events: usize,
        /// How many bytes a request may have.
        max_bytes: usize,
    },
    /// Too much has come lately.
    #[error("too many requests: try again in {retry_after_ms} ms")]
    RateLimited {
        /// How long to wait, in milliseconds.
        retry_after_ms: u64,
    },
}

impl Refusal {
    /// Reads one; `None` for what is none, or one that this version does not know.
    pub fn read(value: &Value) -> Option<Self> {
        let size = |key: &str| usize::try_from(value.get(key)?.as_u64()?).ok();
        let reason = |of: &Value| Some(of.get("reason")?.as_str()?.to_owned());
        match value.get("_tag")?.as_str()? {
            "RejectedEvents" => {
                let events = value.get("events")?.as_array()?.iter();
                let event = |event: &Value| {
                    Some(EventRefusal {
                        seq_num: event.get("seqNum")?.as_u64()?,
                        reason: reason(event)?,
                    })
                };
                let events = events.map(event).collect::<Option<_>>()?;
                Some(Self::RejectedEvents { events })
            }
            "Unauthorized" => Some(Self::Unauthorized {
                reason: reason(value)?,
            }),
            "TooLarge" => Some(Self::TooLarge {
                max_events: size("maxEvents")?,
                max_bytes: size("maxBytes")?,
            }),
            "RateLimited" => Some(Self::RateLimited {
                retry_after_ms: value.get("retryAfterMs")?.as_u64()?,
            }),
            _ => None,
        }
    }
}

/// An event that a server will never take, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRefusal {
    /// Its number in the push.
    pub seq_num: u64,
    /// Why.
    pub reason: String,
}

fn first_reason(events: &[EventRefusal]) -> &str {
    events.first().map_or("", |event| &event.reason)
}
