//! The calls, what they are made with, and what a pull answers.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, value::RawValue};

use super::{Transport, WireEvent, option, present};
use crate::sync::PageInfo;

/// What can be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// Read the log.
    Pull,
    /// Append to the log.
    Push,
    /// Are you there? Over HTTP; on a connection it is a frame.
    Ping,
    /// Take another payload for what follows on this connection, live pulls included. An addition of
    /// ours, see [`EXTENSION`](super::EXTENSION). It answers like a push.
    UpdatePayload,
}

const TAGS: [(&str, Transport, Method); 6] = [
    ("SyncWsRpc.Pull", Transport::WebSocket, Method::Pull),
    ("SyncWsRpc.Push", Transport::WebSocket, Method::Push),
    (
        "SyncWsRpc.UpdatePayload",
        Transport::WebSocket,
        Method::UpdatePayload,
    ),
    ("SyncHttpRpc.Pull", Transport::Http, Method::Pull),
    ("SyncHttpRpc.Push", Transport::Http, Method::Push),
    ("SyncHttpRpc.Ping", Transport::Http, Method::Ping),
];

impl Method {
    /// Returns the tag of its requests; one that the transport does not have gets an unknown tag.
    pub fn tag(self, transport: Transport) -> &'static str {
        let named =
            |&&(_, of, method): &&(&str, Transport, Method)| of == transport && method == self;
        TAGS.iter()
            .find(named)
            .map_or("SyncRpc.None", |(tag, ..)| tag)
    }

    /// Returns what a request's tag calls for, if it is known.
    pub fn from_tag(tag: &str) -> Option<(Transport, Self)> {
        let named = TAGS.iter().find(|(name, ..)| *name == tag);
        named.map(|(_, transport, method)| (*transport, *method))
    }
}

/// A call with what it is made with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Call {
    /// Read the log.
    Pull(PullPayload),
    /// Append to the log.
    Push(PushPayload),
    /// Are you there?
    Ping(PingPayload),
    /// Take another payload.
    UpdatePayload(PayloadUpdate),
}

impl Call {
    /// Returns what is called.
    pub fn method(&self) -> Method {
        match self {
            Self::Pull(_) => Method::Pull,
            Self::Push(_) => Method::Push,
            Self::Ping(_) => Method::Ping,
            Self::UpdatePayload(_) => Method::UpdatePayload,
        }
    }

    pub(super) fn read(method: Method, payload: &str) -> Result<Self, serde_json::Error> {
        match method {
            Method::Pull => serde_json::from_str(payload).map(Self::Pull),
            Method::Push => serde_json::from_str(payload).map(Self::Push),
            Method::Ping => serde_json::from_str(payload).map(Self::Ping),
            Method::UpdatePayload => serde_json::from_str(payload).map(Self::UpdatePayload),
        }
    }

    pub(super) fn payload(&self) -> Box<RawValue> {
        match self {
            Self::Pull(payload) => serde_json::value::to_raw_value(payload),
            Self::Push(payload) => serde_json::value::to_raw_value(payload),
            Self::Ping(payload) => serde_json::value::to_raw_value(payload),
            Self::UpdatePayload(payload) => serde_json::value::to_raw_value(payload),
        }
        .expect("a payload is made of JSON values")
    }
}

/// What a pull is made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullPayload {
    /// The store.
    pub store_id: String,
    /// What the app gives its backend: a token, for instance.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub payload: Option<Value>,
    /// Whether to stay for what comes later; not asked over HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<bool>,
    /// After which event to start; from the first without.
    #[serde(with = "option")]
    pub cursor: Option<WireCursor>,
}

/// A place in a server's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireCursor {
    /// The log's identity.
    pub backend_id: String,
    /// The number of the event.
    pub event_sequence_number: u64,
}

/// What a push is made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PushPayload {
    /// The store.
    pub store_id: String,
    /// What the app gives its backend: a token, for instance.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub payload: Option<Value>,
    /// The events, in order.
    pub batch: Vec<WireEvent>,
    /// The identity of the log they are to be appended to, once the client has heard of it.
    #[serde(with = "option")]
    pub backend_id: Option<String>,
}

/// What a ping over HTTP is made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PingPayload {
    /// The store.
    pub store_id: String,
    /// What the app gives its backend: a token, for instance.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub payload: Option<Value>,
}

/// What [`Method::UpdatePayload`] is made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayloadUpdate {
    /// The store.
    pub store_id: String,
    /// What the app gives its backend from now on.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub payload: Option<Value>,
}

/// A piece of a server's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PullResponse {
    /// The events, in order.
    pub batch: Vec<PulledItem>,
    /// Whether more is there.
    #[serde(serialize_with = "write_info", deserialize_with = "read_info")]
    pub page_info: PageInfo,
    /// The log's identity.
    pub backend_id: String,
}

impl PullResponse {
    /// Returns it as text, for [`encode_chunk`](super::encode_chunk).
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("a page is made of JSON values")
    }
}

/// An event and what the server attached to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PulledItem {
    /// The event.
    pub event_encoded: WireEvent,
    /// What is attached.
    #[serde(with = "option")]
    pub metadata: Option<SyncMetadata>,
}

/// What a server attaches to an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "_tag", rename = "SyncMessage.SyncMetadata")]
#[serde(rename_all = "camelCase")]
pub struct SyncMetadata {
    /// When it took the event, by its clock, in ISO 8601.
    pub created_at: String,
}

/// The keys that page infos have between them.
#[derive(Serialize, Deserialize)]
struct FlatInfo {
    #[serde(rename = "_tag")]
    tag: Tag,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<u64>,
}

#[derive(Serialize, Deserialize)]
enum Tag {
    NoMore,
    MoreUnknown,
    MoreKnown,
}

fn write_info<S: Serializer>(info: &PageInfo, serializer: S) -> Result<S::Ok, S::Error> {
    let (tag, remaining) = match *info {
        PageInfo::NoMore => (Tag::NoMore, None),
        PageInfo::MoreUnknown => (Tag::MoreUnknown, None),
        PageInfo::MoreKnown { remaining } => (Tag::MoreKnown, Some(remaining)),
    };
    FlatInfo { tag, remaining }.serialize(serializer)
}

fn read_info<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PageInfo, D::Error> {
    let FlatInfo { tag, remaining } = FlatInfo::deserialize(deserializer)?;
    Ok(match (tag, remaining) {
        (Tag::NoMore, _) => PageInfo::NoMore,
        (Tag::MoreKnown, Some(remaining)) => PageInfo::MoreKnown { remaining },
        (Tag::MoreUnknown | Tag::MoreKnown, _) => PageInfo::MoreUnknown,
    })
}
