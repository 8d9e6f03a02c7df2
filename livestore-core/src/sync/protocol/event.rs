//! An event as it travels.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::present;
use crate::event::{EncodedArgs, GlobalEvent};

/// An event whose arguments are kept to the letter.
///
/// A server must give back what it was given: a client whose arguments come back otherwise takes its own
/// event for somebody else's. Two are equal when their arguments are the same value, however written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WireEvent {
    /// The event's name.
    #[serde(deserialize_with = "text")]
    pub name: Arc<str>,
    /// Its arguments; absent is not the same as `null`.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub args: Option<Arc<RawValue>>,
    /// Its number, from 1.
    pub seq_num: u64,
    /// The number of the event it follows; 0 for the first.
    pub parent_seq_num: u64,
    /// The client that committed it.
    #[serde(deserialize_with = "text")]
    pub client_id: Arc<str>,
    /// The session that committed it.
    #[serde(deserialize_with = "text")]
    pub session_id: Arc<str>,
}

impl WireEvent {
    /// Returns the arguments in canonical form, by which they can be compared; none for absent ones.
    fn canonical_args(&self) -> Option<EncodedArgs> {
        self.args.as_ref().map(|args| {
            // JSON that is nested too deep, or has numbers beyond all floats, stays as it is: an event
            // that no materializer can read must not keep those behind it from coming.
            EncodedArgs::parse(args.get()).unwrap_or_else(|_| EncodedArgs::trusted(args.get()))
        })
    }
}

impl PartialEq for WireEvent {
    fn eq(&self, other: &Self) -> bool {
        let same_args = match (&self.args, &other.args) {
            (Some(one), Some(other)) if one.get() == other.get() => true,
            _ => self.canonical_args() == other.canonical_args(),
        };
        self.seq_num == other.seq_num
            && self.parent_seq_num == other.parent_seq_num
            && self.name == other.name
            && self.client_id == other.client_id
            && self.session_id == other.session_id
            && same_args
    }
}

impl From<&GlobalEvent> for WireEvent {
    fn from(event: &GlobalEvent) -> Self {
        let args = RawValue::from_string(event.args.as_str().to_owned())
            .expect("encoded arguments are JSON text");
        Self {
            name: Arc::clone(&event.name),
            args: Some(args.into()),
            seq_num: event.seq_num,
            parent_seq_num: event.parent_seq_num,
            client_id: event.client_id.as_str().into(),
            session_id: event.session_id.as_str().into(),
        }
    }
}

impl From<WireEvent> for GlobalEvent {
    /// Brings the arguments into canonical form; absent ones become `null`.
    fn from(event: WireEvent) -> Self {
        Self {
            args: event
                .canonical_args()
                .unwrap_or_else(|| EncodedArgs::trusted("null")),
            seq_num: event.seq_num,
            parent_seq_num: event.parent_seq_num,
            client_id: (&*event.client_id).into(),
            session_id: (&*event.session_id).into(),
            name: event.name,
        }
    }
}

/// Reads a text that is shared; serde would copy it once more.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    String::deserialize(deserializer).map(Into::into)
}
