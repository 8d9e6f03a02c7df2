//! Events: the facts an app commits, how they are numbered, named and encoded.
//!
//! Here live the [`Event`] trait, the envelope an event travels in, its sequence number, the ids of
//! those who commit, and the canonical encoding of its arguments. What an event *does* to the
//! tables is declared in [`schema`](crate::schema); where it is kept is the eventlog.

mod batch;
mod encoding;
mod envelope;
mod global;
mod id;
mod seq;

use serde::{Serialize, de::DeserializeOwned};

pub use batch::{EventBatch, EventInput, IntoEvents};
pub use encoding::{EncodeEventError, EncodedArgs};
pub use envelope::{EncodedEvent, Place};
pub use global::GlobalEvent;
pub use id::{ClientId, EventId, InvalidStoreId, SessionId, StoreId, new_id};
pub use seq::{ParseSeqNumError, SeqNum};

/// A fact that happened, as an app declares it.
///
/// Derive it (`#[derive(Event)]` with `#[event(name = "v1.TodoCreated")]`). The name is the event's
/// identity in the log and on the wire and never changes; the Rust type may be renamed at will.
/// Arguments are encoded with serde, so a field added later needs a `#[serde(default)]` for old
/// events to decode.
pub trait Event: Serialize + DeserializeOwned + 'static {
    /// The name in the log and on the wire, by convention `v1.PastTense`.
    const NAME: &'static str;
    /// How far the event travels.
    const SCOPE: EventScope = EventScope::Synced;
    /// Why it should not be committed any more: `#[event(deprecated = "…")]` on the type. The first commit is
    /// warned of in the program's log.
    const DEPRECATED: Option<&'static str> = None;
    /// The fields that should not be set any more, by their names in JSON, and why: `#[event(deprecated = "…")]` on
    /// the field.
    const DEPRECATED_FIELDS: &'static [(&'static str, &'static str)] = &[];
}

/// How far an event travels from the session that commits it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventScope {
    /// To every client of the store, through the backend.
    Synced,
    /// To the sessions of the same client only.
    ClientOnly,
}

#[cfg(test)]
mod tests;
