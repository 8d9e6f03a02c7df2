//! The envelope: what is known of an event besides its arguments.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{ClientId, EncodedArgs, EventId, EventScope, SeqNum, SessionId};

/// A place in a client's log together with the event that stands there.
///
/// A rebase may put another event at the same number; a place tells the two apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The number, generation included.
    pub seq: SeqNum,
    /// The event.
    pub id: EventId,
}

impl Place {
    /// Before the first event.
    pub const ROOT: Place = Place {
        seq: SeqNum::ROOT,
        id: EventId::REMOTE,
    };
}

/// An event as it stands in a log: numbered, attributed, encoded.
///
/// A clone is five reference counts; nothing is copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Tells it from every other event of this client, whatever number it gets;
    /// [`EventId::REMOTE`] for an event of another client.
    pub id: EventId,
}

impl EncodedEvent {
    /// Returns how far the event travels, as its number tells.
    pub fn scope(&self) -> EventScope {
        if self.seq.client == 0 {
            EventScope::Synced
        } else {
            EventScope::ClientOnly
        }
    }

    /// Returns where it stands, for finding it again.
    pub fn place(&self) -> Place {
        Place {
            seq: self.seq,
            id: self.id,
        }
    }

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
