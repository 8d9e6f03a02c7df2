//! How a store is doing.

use std::{fmt, sync::Arc};

use super::Store;

/// Whether a store works.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreStatus {
    /// It takes commits.
    Running,
    /// Its leader failed: reading goes on, commits are refused.
    Stopped {
        /// What failed.
        reason: Arc<str>,
    },
    /// It was shut down.
    Closed,
}

impl fmt::Display for StoreStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => f.write_str("running"),
            Self::Stopped { reason } => write!(f, "stopped: {reason}"),
            Self::Closed => f.write_str("closed"),
        }
    }
}

impl Store {
    /// Returns whether the store works.
    pub fn status(&self) -> StoreStatus {
        if self.shared.lock().closed {
            return StoreStatus::Closed;
        }
        self.shared
            .progress
            .stopped()
            .unwrap_or(StoreStatus::Running)
    }
}
