//! How a store syncs: the app's choices.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What to do when the backend's log is another one than the store was synced with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OnBackendMismatch {
    /// Stop syncing and keep everything; the status says why.
    #[default]
    Shutdown,
    /// Hand the events no backend has seen to the app, empty the log and sync with the new backend.
    Reset,
    /// Go on without the backend, and try again now and then.
    Ignore,
}

/// Whether opening a store waits for the backend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum InitialSync {
    /// It does not: the store opens with what is there, and news come later.
    #[default]
    Skip,
    /// Until everything the backend has is here, or the time is over.
    Blocking {
        /// How long to wait at most; then the store opens and syncs in the background.
        timeout: Duration,
    },
}

/// How a store syncs with its backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SyncOptions {
    /// What to do when the backend's log is another one; stopping by default.
    pub on_backend_mismatch: OnBackendMismatch,
    /// Whether opening waits for the backend; it doesn't by default.
    pub initial_sync: InitialSync,
    /// Whether the pull stays open for what comes later; it does by default.
    pub live_pull: bool,
    /// Events in one push to the backend; 100 by default, the most that LiveStore's wire takes.
    pub push_batch: usize,
    /// How long an unanswered push or ping may take; 30 s by default. Then the leader connects again.
    pub timeout: Duration,
    /// How often a quiet connection is tested; 10 s by default.
    pub ping_interval: Duration,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            on_backend_mismatch: OnBackendMismatch::default(),
            initial_sync: InitialSync::default(),
            live_pull: true,
            push_batch: 100,
            timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(10),
        }
    }
}

impl SyncOptions {
    /// Sets what to do when the backend's log is another one.
    pub fn on_backend_mismatch(mut self, policy: OnBackendMismatch) -> Self {
        self.on_backend_mismatch = policy;
        self
    }

    /// Makes opening a store wait for the backend, but not longer than this.
    pub fn wait_for_initial_sync(mut self, timeout: Duration) -> Self {
        self.initial_sync = InitialSync::Blocking { timeout };
        self
    }

    /// Sets whether the pull stays open for what comes later.
    pub fn live_pull(mut self, live: bool) -> Self {
        self.live_pull = live;
        self
    }

    /// Sets how many events go into one push; at least one does.
    pub fn push_batch(mut self, events: usize) -> Self {
        self.push_batch = events.max(1);
        self
    }

    /// Sets how long an unanswered push or ping may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how often a quiet connection is tested.
    pub fn ping_interval(mut self, interval: Duration) -> Self {
        self.ping_interval = interval;
        self
    }
}
