//! What comes to a leader, and what it wants done.

#![cfg_attr(not(feature = "simulation"), allow(unreachable_pub))]

use std::time::Duration;

use crate::{
    event::GlobalEvent,
    sync::{BackendError, Cursor, Outbox, PullPage, PushError, SessionKey, ToLeader},
};

/// Something that has come.
#[derive(Debug)]
pub enum Input {
    /// From a session.
    Session(SessionKey, ToLeader),
    /// From the backend.
    Backend(BackendInput),
    /// The time that was asked for.
    Woken,
}

/// Something that has come from the backend, or from the way to it.
#[derive(Clone, Debug)]
pub enum BackendInput {
    /// The connection is made.
    Connected {
        /// Its number.
        connection: u64,
    },
    /// The connection is not made, or broken.
    Failed {
        /// Its number.
        connection: u64,
        /// Why.
        error: BackendError,
    },
    /// A page of the pull.
    Page {
        /// The connection's number.
        connection: u64,
        /// The page.
        page: PullPage,
    },
    /// The pull has ended without an error.
    PullEnded {
        /// The connection's number.
        connection: u64,
    },
    /// What became of a push.
    Pushed {
        /// The connection's number.
        connection: u64,
        /// The push's number.
        request: u64,
        /// What became of it.
        result: Result<(), PushError>,
    },
    /// The backend has answered a ping.
    Answered {
        /// The connection's number.
        connection: u64,
    },
    /// The network may be back, or gone: worth a look.
    NetworkChanged,
}

/// Something the leader wants of the backend.
#[derive(Clone, Debug, PartialEq)]
pub enum BackendRequest {
    /// End the connection there is and make a new one.
    Connect {
        /// The new one's number.
        connection: u64,
    },
    /// End the connection.
    Disconnect,
    /// Pull what follows.
    Pull {
        /// The connection's number.
        connection: u64,
        /// The last event that is here.
        cursor: Option<Cursor>,
        /// Whether to stay for what comes later.
        live: bool,
    },
    /// Push these.
    Push {
        /// The connection's number.
        connection: u64,
        /// The push's number.
        request: u64,
        /// The events.
        batch: Vec<GlobalEvent>,
    },
    /// Ask whether the backend is there.
    Ping {
        /// The connection's number.
        connection: u64,
    },
}

/// What is to be sent after a turn, in this order.
#[derive(Debug, Default)]
pub struct Outputs {
    /// Messages to sessions.
    pub sessions: Outbox,
    /// Wishes to the backend.
    pub backend: Vec<BackendRequest>,
    /// When the leader wants a turn even if nothing comes.
    pub wake_at: Option<Duration>,
}
