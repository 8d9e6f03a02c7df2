//! How a store is doing.

use std::{fmt, sync::Arc};

use super::{Store, Subscription, live::Watching};

/// What to tell people whose page is of an older version than another one that has the store.
pub(crate) const OUTDATED: &str = "a newer version of this app is open: reload this page";

/// Whether a store works.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreStatus {
    /// It takes commits.
    Running,
    /// A newer version of the app has the store: reading goes on, commits are refused until the page is
    /// loaded again (the program started again).
    Outdated,
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
            Self::Outdated => f.write_str(OUTDATED),
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

    /// Calls a listener with whether the store works, at once and when that changes.
    ///
    /// That the store was shut down is told to nobody: whoever does it knows.
    pub fn subscribe_status(
        &self,
        listener: impl FnMut(&StoreStatus) + Send + 'static,
    ) -> Subscription {
        let subscriber = self.shared.works.subscribe(listener, false);
        self.shared.works.call(&subscriber);
        Subscription::new(Watching {
            shared: self.downgrade(),
            subscriber,
            watch: |shared| &shared.works,
        })
    }
}
