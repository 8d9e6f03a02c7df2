//! A pull: a cursor on a store's log that moves as it is read.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::watch;

use super::{
    Published, PullError, StoreError,
    live::{Live, Log},
};
use crate::storage::{EventStore, PageLimit, StorageError, StoreInfo};

/// Where a pull starts.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// After this event.
    pub after: u64,
    /// The log it is a place of.
    pub backend_id: Option<Arc<str>>,
}

/// A piece of the log on its way to a reader.
#[derive(Debug)]
pub struct Batch {
    /// The events.
    pub events: Vec<Arc<Published>>,
    /// How many are known to follow; 0 for those who read along as the log grows.
    pub remaining: u64,
    /// The identity of the log.
    pub backend_id: Arc<str>,
}

/// A cursor on a store's log.
///
/// It holds at most one page of storage, and what is recent it shares with all others. Reading on from a
/// cursor is what makes subscribing atomic: there is no moment at which an event could come twice or not
/// at all.
#[derive(Debug)]
pub struct Reader {
    live: Arc<Live>,
    storage: Arc<dyn EventStore>,
    log: watch::Receiver<Log>,
    backend_id: Arc<str>,
    after: u64,
    /// Up to where the pages belong together: the last of them says that there are no more.
    target: u64,
    page: VecDeque<Arc<Published>>,
    limit: PageLimit,
    started: bool,
}

impl Reader {
    pub(super) fn new(
        live: Arc<Live>,
        storage: Arc<dyn EventStore>,
        info: StoreInfo,
        after: u64,
        limit: PageLimit,
    ) -> Self {
        let log = live.watch();
        Self {
            live,
            storage,
            log,
            backend_id: info.backend_id,
            after,
            target: info.head,
            page: VecDeque::new(),
            limit,
            started: false,
        }
    }

    /// Returns the last event that was read.
    pub fn after(&self) -> u64 {
        self.after
    }

    /// Returns whether everything that was there at the start has been read.
    pub fn is_caught_up(&self) -> bool {
        self.started && self.after >= self.target
    }

    /// Waits for the next events. The first answer comes at once, empty where nothing is left.
    ///
    /// # Errors
    /// When the log was replaced or can't be read; the reader is of no use then.
    pub async fn next(&mut self, chunk: PageLimit) -> Result<Batch, PullError> {
        if self.page.is_empty() {
            loop {
                let head = self.head()?;
                if head > self.after {
                    if self.target <= self.after {
                        self.target = head;
                    }
                    self.fill().await?;
                    break;
                }
                if !self.started {
                    break;
                }
                self.log.changed().await.map_err(|_| StoreError::Closed)?;
            }
        }
        self.started = true;
        Ok(self.cut(chunk))
    }

    fn head(&mut self) -> Result<u64, PullError> {
        match &*self.log.borrow_and_update() {
            Log::Open(info) if info.backend_id == self.backend_id => Ok(info.head),
            Log::Open(_) => Err(PullError::Replaced),
            Log::Failed(error) => Err(StoreError::from(error.clone()).into()),
            Log::Opening | Log::Closed => Err(StoreError::Closed.into()),
        }
    }

    async fn fill(&mut self) -> Result<(), PullError> {
        if let Some(events) = self.live.recent_after(self.after, self.limit) {
            self.page.extend(events);
            return Ok(());
        }
        let page = self
            .storage
            .page(self.live.store(), self.after, self.limit)
            .await
            .map_err(StoreError::from)?;
        if page.store.backend_id != self.backend_id {
            self.live.look();
            return Err(PullError::Replaced);
        }
        if page.events.is_empty() {
            let damaged = StorageError::Damaged {
                store: self.live.store().as_str().into(),
                reason: format!("there is no event after {} below the head", self.after).into(),
            };
            return Err(StoreError::from(damaged).into());
        }
        self.page
            .extend(page.events.into_iter().map(Published::new));
        Ok(())
    }

    /// Takes as many events of the page as fit a chunk; at least one.
    fn cut(&mut self, chunk: PageLimit) -> Batch {
        let mut events = Vec::with_capacity(self.page.len().min(chunk.events));
        let mut bytes = 0;
        while let Some(event) = self.page.front() {
            bytes += event.encoded().len() + 1;
            if !events.is_empty() && (events.len() >= chunk.events || bytes > chunk.bytes) {
                break;
            }
            self.after = event.event().seq_num;
            events.extend(self.page.pop_front());
        }
        Batch {
            events,
            remaining: self.target.saturating_sub(self.after),
            backend_id: Arc::clone(&self.backend_id),
        }
    }
}
