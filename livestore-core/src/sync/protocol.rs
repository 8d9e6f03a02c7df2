//! LiveStore's wire: what a client and a sync server say to each other, as text.
//!
//! The words are those of LiveStore 0.4 for TypeScript (`@livestore/sync-cf`), so that either side may be
//! its client or server: frames of an RPC protocol, the calls and answers in them, and the query of the
//! URL that a connection is made with. Pure types and their encoding, for both ends; sockets are the
//! adapters' and the server's. A client's half of the conversation is in `client`.
//!
//! What is ours beside LiveStore's words is optional and does not disturb its peers: see [`Refusal`] and
//! [`EXTENSION`].

mod chunk;
#[cfg(feature = "remote")]
pub(crate) mod client;
mod event;
mod exit;
mod failure;
mod from_client;
mod from_server;
mod message;
mod option;
mod query;
mod request_id;

pub use chunk::{Chunks, Limits, Oversize, chunks};
pub use event::WireEvent;
pub use exit::{Cause, Exit};
pub use failure::{EventRefusal, Refusal, RpcError};
pub use from_client::{ClientFrame, Request};
pub use from_server::{ChunkValues, ServerFrame, encode_chunk};
pub use message::{
    Call, Method, PayloadUpdate, PingPayload, PullPayload, PullResponse, PulledItem, PushPayload,
    SyncMetadata, WireCursor,
};
pub use query::{ConnectQuery, InvalidQuery, Transport};
pub use request_id::RequestId;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The version of what we add to LiveStore's wire.
///
/// A client that knows it says so in the URL's query (`livestore-rs=1`), and a server that knows it too
/// says so in every [`Pong`](ServerFrame::Pong) to such a client. Only then is one of these sent:
/// [`ServerFrame::RefreshPayload`] and the call [`Method::UpdatePayload`].
pub const EXTENSION: u32 = 1;

/// The header in which HTTP requests name the store.
pub const STORE_ID_HEADER: &str = "x-livestore-store-id";

/// A text that is none of the wire's.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// A message is not JSON, or a frame lacks what its kind needs.
    #[error("a frame cannot be read: {source}")]
    Frame {
        /// What serde found.
        source: serde_json::Error,
    },
    /// A frame's `_tag` or another part is missing.
    #[error("a `{frame}` frame has no `{key}`")]
    Incomplete {
        /// The frame's tag.
        frame: String,
        /// What is missing.
        key: &'static str,
    },
    /// What is called for is unknown.
    #[error("unknown request tag: {tag}")]
    UnknownCall {
        /// The tag.
        tag: String,
    },
    /// A call's payload cannot be read.
    #[error("the payload of `{tag}` cannot be read: {source}")]
    Payload {
        /// The call's tag.
        tag: String,
        /// What serde found.
        source: serde_json::Error,
    },
}

/// Reads what is there, `null` included: only a missing key is `None`.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Returns the texts of a message's frames: of the one, or of those of a list.
fn frames_of(text: &str) -> Result<Vec<&str>, WireError> {
    if !text.trim_start().starts_with('[') {
        return Ok(vec![text]);
    }
    let frames: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|source| WireError::Frame { source })?;
    Ok(frames.into_iter().map(RawValue::get).collect())
}

#[cfg(test)]
mod tests;
