//! How synchronization is doing, on both hops.

use std::{fmt, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

use crate::{event::SeqNum, eventlog::LogDamage};

/// The leader's connection to the backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Connection {
    /// The store has no backend.
    #[default]
    NoBackend,
    /// Switched off by the app.
    Offline,
    /// On the way.
    Connecting,
    /// The backend answers.
    Connected,
    /// It did not work; another try follows.
    Reconnecting {
        /// How many tries have failed in a row.
        attempt: u32,
        /// How long after this status was made the next try starts.
        next_try_in: Duration,
        /// What failed.
        reason: Arc<str>,
    },
    /// Given up until the store is opened again.
    Stopped {
        /// Why.
        reason: Arc<str>,
    },
}

impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBackend => f.write_str("no sync backend"),
            Self::Offline => f.write_str("offline"),
            Self::Connecting => f.write_str("connecting"),
            Self::Connected => f.write_str("connected"),
            Self::Reconnecting {
                next_try_in,
                reason,
                ..
            } => write!(
                f,
                "reconnecting in {} s: {reason}",
                next_try_in.as_secs_f32().ceil()
            ),
            Self::Stopped { reason } => write!(f, "stopped: {reason}"),
        }
    }
}

/// How far the first pull after the start is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InitialSyncProgress {
    /// Nothing waits for it.
    #[default]
    Done,
    /// The boot waits for it.
    Pulling {
        /// The events pulled so far.
        done: u64,
        /// The events there are, if the backend said.
        total: Option<u64>,
    },
    /// It took longer than the boot was ready to wait, and goes on in the background; or syncing has stopped.
    TimedOut,
}

/// Where the leader keeps the log.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Storage {
    /// In memory, as the adapter was told to.
    #[default]
    Memory,
    /// In files: what is persisted is there after a restart.
    Persistent,
    /// In memory, because nothing can be stored here (a private window, for instance): warn people.
    Unavailable {
        /// What was tried.
        reason: Arc<str>,
    },
}

/// How a leader is doing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LeaderStatus {
    /// The last event the backend has confirmed; `None` without a backend.
    pub backend_head: Option<SeqNum>,
    /// How many synced events the backend has not confirmed.
    pub pending: u64,
    /// The connection to the backend.
    pub connection: Connection,
    /// Why the last push failed, until one is taken; it is tried again.
    pub push_failure: Option<Arc<str>>,
    /// The first pull.
    pub initial_sync: InitialSyncProgress,
    /// Where the log is kept.
    pub storage: Storage,
    /// Damage that the log was saved from.
    pub log_damage: Option<LogDamage>,
}

/// How a store's synchronization is doing, from the session to the backend.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SyncStatus {
    /// The last event of this session.
    pub session_head: SeqNum,
    /// The last event of the leader's log, as far as this session knows.
    pub leader_head: SeqNum,
    /// The last event the backend has confirmed; `None` without a backend.
    pub backend_head: Option<SeqNum>,
    /// How many events of this session the leader has not persisted.
    pub pending_in_session: usize,
    /// How many synced events of this client the backend has not confirmed.
    pub pending_in_leader: u64,
    /// The connection to the backend.
    pub connection: Connection,
    /// Why the backend did not take the last push, until it takes one; it is tried again.
    pub push_failure: Option<Arc<str>>,
    /// Where the leader keeps the log.
    pub storage: Storage,
    /// Damage that the log was saved from, as long as the damaged file is kept: tell people what is lost.
    pub log_damage: Option<LogDamage>,
    /// How many events of the log could not be applied to the state and are skipped.
    pub skipped: u64,
}

impl SyncStatus {
    /// Whether everything committed here is where it is meant to be: in the leader's log, and at the
    /// backend if there is one.
    pub fn is_synced(&self) -> bool {
        self.pending_in_session == 0 && self.pending_in_leader == 0
    }
}
