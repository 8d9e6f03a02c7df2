//! Taking a store's databases out: the state, the log, and a log that was damaged.

use std::{future::poll_fn, task::Poll};

use super::{AdapterError, LeaderLink, LinkFuture, Store};
use crate::error::{Error, Result};

impl Store {
    /// Returns this session's state as the bytes of an SQLite database.
    ///
    /// # Errors
    /// When SQLite can't write it, or the store is closed.
    pub fn export_state(&self) -> Result<Vec<u8>> {
        let mut core = self.shared.lock();
        self.shared.check_readable(&core)?;
        core.state.image().map_err(|error| self.log_error(error))
    }

    /// Returns the leader's log as the bytes of an SQLite database.
    ///
    /// # Errors
    /// When the log can't be read, or there is no leader.
    pub async fn export_log(&self) -> Result<Vec<u8>> {
        self.ask_leader(|link| link.export_log()).await
    }

    /// Returns the damaged file that the log was saved from, as it is; `None` if there is none.
    /// [`SyncStatus::log_damage`](crate::sync::SyncStatus::log_damage) says what is lost.
    ///
    /// # Errors
    /// When the file can't be read, or there is no leader.
    pub async fn export_damaged_log(&self) -> Result<Option<Vec<u8>>> {
        self.ask_leader(|link| link.export_damaged_log()).await
    }

    /// Removes the damaged file that the log was saved from; the status says no more of it.
    ///
    /// # Errors
    /// When the file can't be removed, or there is no leader.
    pub async fn forget_damaged_log(&self) -> Result<()> {
        self.ask_leader(|link| link.forget_damaged_log()).await
    }

    async fn ask_leader<T>(
        &self,
        ask: impl Fn(&dyn LeaderLink) -> LinkFuture<Result<T, AdapterError>>,
    ) -> Result<T> {
        loop {
            if let Some(answer) = self.shared.link.with(&ask) {
                return answer.await.map_err(|error| self.log_error(error));
            }
            if !self.shared.link.is_lent() && self.shared.lock().closed {
                return Err(self.log_error("the store is closed"));
            }
            // Another thread is sending, and gives the link back in a moment.
            let mut yielded = false;
            poll_fn(|context| {
                if std::mem::replace(&mut yielded, true) {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
    }

    fn log_error(&self, reason: impl std::fmt::Display) -> Error {
        Error::Log {
            store: self.id().to_string(),
            reason: reason.to_string(),
        }
    }
}
