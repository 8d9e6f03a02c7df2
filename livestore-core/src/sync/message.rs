//! What session and leader say to each other.
//!
//! Messages of one link arrive in order, or the link is gone: then the session is welcomed by the
//! next leader and asks for what follows the place it stands at. Every message that changes the log
//! says where it starts, so a session that missed something finds out and asks again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{LeaderStatus, PushRejection};
use crate::event::{EncodedEvent, EventId, Place, SeqNum};

/// A session's message to its leader.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ToLeader {
    /// Send what follows this place; sent at the start, and whenever the session is not sure.
    Pull {
        /// The last event of the leader's log that the session has.
        after: Place,
        /// The last event that the session cannot take back: the backend has it.
        floor: SeqNum,
        /// Which log they are of; none when the session has nothing of it.
        lineage: Option<u64>,
    },
    /// Append these events; they follow the last place the session has pulled or pushed.
    Push {
        /// Whole commits, in order.
        events: Vec<EncodedEvent>,
    },
    /// Connect to the backend, or keep away from it.
    SetOnline {
        /// Whether to connect.
        online: bool,
    },
    /// What became of [`FromLeader::Unsynced`].
    TookUnsynced {
        /// The number that stands for it.
        upto: u64,
        /// Whether the app has it; else another session may be asked.
        taken: bool,
    },
}

/// A leader's message to a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FromLeader {
    /// A leader is there, perhaps another one than before: pull.
    Welcome,
    /// The log has changed, or this is what was asked for.
    Update(Update),
    /// Events of this client were taken out of the log, or replaced, while the session does not follow it.
    TakenOut {
        /// Those that are gone for good.
        rejected: Vec<Rejected>,
        /// Those in whose place an app's check has put others.
        replaced: Vec<EventId>,
    },
    /// What was pushed is in the log, as durable as the adapter makes it.
    Accepted {
        /// The last event that was pushed.
        upto: Place,
        /// The last event that is final.
        floor: SeqNum,
    },
    /// What was pushed does not follow the log: pull, rebase and push again.
    Refused(PushRejection),
    /// The backend has confirmed more of the log.
    Synced {
        /// The last event that is final.
        floor: SeqNum,
    },
    /// The state that the session started with was damaged: build it anew from the log.
    Rebuild,
    /// How the leader is doing.
    Status(LeaderStatus),
    /// The backend is another one than before, so the log was emptied.
    Reset {
        /// The events that were put aside, so that they are handed to the app once: see `Unsynced`.
        unsynced: Vec<EventId>,
    },
    /// What the log had that no backend has seen, when it was emptied: for the app, by one session.
    Unsynced {
        /// The events.
        events: Vec<EncodedEvent>,
        /// A number that stands for them.
        upto: u64,
    },
    /// The leader has done what [`ToLeader::SetOnline`] asked for, and its status shows it.
    OnlineSet,
    /// The leader has stopped; what it had not accepted is not in the log.
    Stopped {
        /// Why.
        reason: Arc<str>,
    },
    /// A newer version of the app takes the store over: commit no more. What is pending is still taken,
    /// until [`Stopped`](Self::Stopped) follows.
    Outdated,
}

/// A piece of the leader's log: after this place, these events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Which log this is a piece of.
    pub lineage: u64,
    /// The last event that stays; what the session has behind it is taken back.
    pub after: Place,
    /// What follows.
    pub events: Vec<EncodedEvent>,
    /// The events of this client that were taken out of the log for good.
    pub rejected: Vec<Rejected>,
    /// Events that an app's check has put in place of others, under the same ids.
    pub replaced: Vec<EventId>,
    /// The last event that is final.
    pub floor: SeqNum,
    /// The generation in which the leader takes events.
    pub generation: u64,
    /// The end of the leader's log.
    pub head: SeqNum,
    /// Whether the log goes on after these events: then the session pulls again.
    pub more: bool,
    /// Whether this answers a pull; the next news of a log that a session has whole don't.
    pub answer: bool,
}

/// An event that was committed and will not be in the log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rejected {
    /// The event, under the number it had last.
    pub event: EncodedEvent,
    /// Why.
    pub reason: Arc<str>,
}
