//! What session and leader say to each other.
//!
//! Plain types without I/O: the store (the session's face) and the leader know these and not each
//! other. An adapter carries them, in one thread or between threads.

use crate::event::{EncodedEvent, SeqNum};

/// A session's message to its leader.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ToLeader {
    /// Append these events; they follow what was pushed before.
    Push(Vec<EncodedEvent>),
}

/// A leader's message to a session.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FromLeader {
    /// Everything up to here is in the leader's log, as durable as the adapter makes it.
    Persisted {
        /// The last event of the log.
        head: SeqNum,
    },
    /// The leader could not append and has stopped; what it had not confirmed is not in the log.
    Stopped {
        /// Why.
        reason: String,
    },
}
