//! The envelope: what is known of an event besides its arguments.

use std::sync::Arc;

use super::{ClientId, EncodedArgs, SeqNum, SessionId};

/// An event as it stands in a log: numbered, attributed, encoded.
///
/// A clone is five reference counts; nothing is copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedEvent {
    /// The event's name.
    pub name: Arc<str>,
    /// Its arguments.
    pub args: EncodedArgs,
    /// Where it stands in the log.
    pub seq: SeqNum,
    /// The event it follows; for a synced event the last synced one.
    pub parent: SeqNum,
    /// The client that committed it.
    pub client_id: ClientId,
    /// The session that committed it.
    pub session_id: SessionId,
}

impl EncodedEvent {
    /// Whether both are the same event: same place, author, name and arguments, whatever the
    /// rebase generation.
    pub fn is_same_event(&self, other: &EncodedEvent) -> bool {
        self.seq.same_position(other.seq)
            && self.name == other.name
            && self.client_id == other.client_id
            && self.session_id == other.session_id
            && self.args == other.args
    }
}
