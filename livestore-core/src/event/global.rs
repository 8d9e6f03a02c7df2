//! An event as the backend and its other clients know it.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ClientId, EncodedArgs, EncodedEvent, EventId, SeqNum, SessionId};

/// A synced event without what is this client's own business: numbers are plain integers.
///
/// Its JSON form is that of LiveStore's wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GlobalEvent {
    /// The event's name.
    #[serde(serialize_with = "write_name", deserialize_with = "read_name")]
    pub name: Arc<str>,
    /// Its arguments.
    #[serde(default = "no_args")]
    pub args: EncodedArgs,
    /// Its number, from 1.
    pub seq_num: u64,
    /// The number of the event it follows; 0 for the first.
    pub parent_seq_num: u64,
    /// The client that committed it.
    pub client_id: ClientId,
    /// The session that committed it.
    pub session_id: SessionId,
}

impl From<&EncodedEvent> for GlobalEvent {
    fn from(event: &EncodedEvent) -> Self {
        Self {
            name: Arc::clone(&event.name),
            args: event.args.clone(),
            seq_num: event.seq.global,
            parent_seq_num: event.parent.global,
            client_id: event.client_id.clone(),
            session_id: event.session_id.clone(),
        }
    }
}

impl From<GlobalEvent> for EncodedEvent {
    fn from(event: GlobalEvent) -> Self {
        Self {
            name: event.name,
            args: event.args,
            seq: SeqNum::synced(event.seq_num),
            parent: SeqNum::synced(event.parent_seq_num),
            client_id: event.client_id,
            session_id: event.session_id,
            id: EventId::REMOTE,
        }
    }
}

/// Events without arguments come without the key.
fn no_args() -> EncodedArgs {
    EncodedArgs::trusted("null")
}

fn write_name<S: Serializer>(name: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name)
}

fn read_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<str>, D::Error> {
    String::deserialize(deserializer).map(Into::into)
}
