//! Events as JSON lines, for files and for people.

use std::sync::Arc;

use livestore_core::sync::PulledEvent;
use livestore_server::storage::StoredEvent;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// The format's name in the first line of an export.
pub(crate) const FORMAT: &str = "livestore-events";
/// Its version.
pub(crate) const VERSION: u32 = 1;

/// The first line of an export.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    pub(crate) format: String,
    pub(crate) version: u32,
    pub(crate) store: String,
    pub(crate) backend_id: String,
    pub(crate) head: u64,
}

/// An event as a line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Line {
    seq_num: u64,
    parent_seq_num: u64,
    name: String,
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    args: Option<Box<RawValue>>,
    client_id: String,
    session_id: String,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_at: Option<u64>,
}

/// Arguments that are absent and arguments that are `null` are not the same.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

impl From<&StoredEvent> for Line {
    fn from(event: &StoredEvent) -> Self {
        Self {
            seq_num: event.seq_num,
            parent_seq_num: event.parent_seq_num,
            name: event.name.to_string(),
            args: event.args.as_deref().map(ToOwned::to_owned),
            client_id: event.client_id.to_string(),
            session_id: event.session_id.to_string(),
            created_at: Some(event.created_at),
        }
    }
}

impl From<&PulledEvent> for Line {
    fn from(PulledEvent { event, .. }: &PulledEvent) -> Self {
        Self {
            seq_num: event.seq_num,
            parent_seq_num: event.parent_seq_num,
            name: event.name.to_string(),
            args: RawValue::from_string(event.args.as_str().to_owned()).ok(),
            client_id: event.client_id.to_string(),
            session_id: event.session_id.to_string(),
            created_at: None,
        }
    }
}

impl From<Line> for StoredEvent {
    fn from(line: Line) -> Self {
        Self {
            seq_num: line.seq_num,
            parent_seq_num: line.parent_seq_num,
            name: line.name.into(),
            args: line.args.map(Arc::from),
            client_id: line.client_id.into(),
            session_id: line.session_id.into(),
            created_at: line.created_at.unwrap_or(0),
        }
    }
}

impl Line {
    /// Returns the line, for a program or for people.
    pub(crate) fn text(&self, json: bool) -> String {
        if json {
            return serde_json::to_string(self).expect("an event is made of JSON values");
        }
        let args = self.args.as_ref().map_or("", |args| args.get());
        let (client, session) = (&self.client_id, &self.session_id);
        format!(
            "{:>8}  {}  {args}  ({client}/{session})",
            self.seq_num, self.name
        )
    }
}
