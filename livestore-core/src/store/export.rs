//! Taking a store's databases out: the state, the log, and a log that was damaged.

use super::{AdapterError, LeaderLink, LinkFuture, Store};
use crate::{
    error::{Error, Result},
    event::SeqNum,
    eventlog::write_line,
};

/// Events read at a time.
const PAGE: usize = 1_000;

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

    /// Writes the leader's log as lines of JSON, an event a line, page by page;
    /// [`LogArchive`](super::LogArchive) reads them.
    ///
    /// Events that a rebase moves while they are written may be missing or there twice, which reading finds; while
    /// nothing is pending there are none.
    ///
    /// # Errors
    /// When the log can't be read, there is no leader, or writing fails.
    pub async fn export_json_lines(&self, mut to: impl std::io::Write) -> Result<()> {
        let mut read = SeqNum::ROOT;
        loop {
            let page = self
                .ask_leader(|link| link.events_after(read, PAGE))
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            read = last.seq;
            for event in &page {
                write_line(event, &mut to).map_err(|error| self.log_error(error))?;
            }
        }
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

    pub(super) async fn ask_leader<T>(
        &self,
        ask: impl Fn(&dyn LeaderLink) -> LinkFuture<Result<T, AdapterError>>,
    ) -> Result<T> {
        match self.shared.link.when_idle(ask).await {
            Some(answer) => answer.await.map_err(|error| self.log_error(error)),
            None => Err(self.log_error("the store is closed")),
        }
    }

    pub(super) fn log_error(&self, reason: impl std::fmt::Display) -> Error {
        Error::Log {
            store: self.id().to_string(),
            reason: reason.to_string(),
        }
    }
}
