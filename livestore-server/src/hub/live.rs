//! A store in use, as its sequencer and everybody else see it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use livestore_core::event::StoreId;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};

use super::{
    Published, PullError, PushError, Reader, RecentLimit, Start, StoreError,
    chain::check_chain,
    recent::{Recent, weight},
};
use crate::{
    auth::Client,
    storage::{EventStore, PageLimit, StorageError, StoreInfo, StoredEvent},
};

/// How many pushes may wait for a sequencer; those who bring more wait themselves.
const QUEUE: usize = 1024;

/// Events that somebody wants to be in the log.
#[derive(Debug)]
pub struct Push {
    /// The events.
    pub batch: Vec<StoredEvent>,
    /// The log they were made for, if their author knows it.
    pub backend_id: Option<Arc<str>>,
    /// Who pushes.
    pub client: Client,
}

/// A push that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushDone {
    /// The number of its last event; readers on whose pull it has come know of the push.
    pub head: u64,
}

pub(super) enum Command {
    Push {
        push: Push,
        answer: oneshot::Sender<Result<PushDone, PushError>>,
        /// The room it takes until it is answered.
        room: OwnedSemaphorePermit,
    },
    Reset {
        answer: oneshot::Sender<Result<StoreInfo, StoreError>>,
    },
}

/// What is known of the log.
#[derive(Clone, Debug)]
pub(super) enum Log {
    Opening,
    Open(StoreInfo),
    Failed(StorageError),
    Closed,
}

/// A store in use.
#[derive(Debug)]
pub(super) struct Live {
    store: StoreId,
    commands: mpsc::Sender<Command>,
    log: watch::Sender<Log>,
    recent: Mutex<Recent>,
    look: Notify,
}

impl Live {
    pub(super) fn new(store: StoreId, limit: RecentLimit) -> (Self, mpsc::Receiver<Command>) {
        let (commands, receiver) = mpsc::channel(QUEUE);
        let live = Self {
            store,
            commands,
            log: watch::Sender::new(Log::Opening),
            recent: Mutex::new(Recent::new(limit)),
            look: Notify::new(),
        };
        (live, receiver)
    }

    pub(super) fn store(&self) -> &StoreId {
        &self.store
    }

    /// Waits until the log is open; `None` when its sequencer has ended.
    pub(super) async fn opened(&self) -> Option<Result<(), StorageError>> {
        let mut log = self.log.subscribe();
        let known = log.wait_for(|log| !matches!(log, Log::Opening)).await;
        match &*known.ok()? {
            Log::Open(_) => Some(Ok(())),
            Log::Failed(error) => Some(Err(error.clone())),
            Log::Opening | Log::Closed => None,
        }
    }

    pub(super) fn watch(&self) -> watch::Receiver<Log> {
        self.log.subscribe()
    }

    /// Has the sequencer look whether another process has appended something.
    pub(super) fn look(&self) {
        self.look.notify_one();
    }

    pub(super) async fn asked_to_look(&self) {
        self.look.notified().await;
    }

    /// Makes events part of what readers see.
    pub(super) fn publish(&self, backend_id: &Arc<str>, events: Vec<Arc<Published>>) {
        let Some(head) = events.last().map(|last| last.event().seq_num) else {
            return;
        };
        self.recent().extend(events);
        self.log.send_replace(Log::Open(StoreInfo {
            backend_id: Arc::clone(backend_id),
            head,
        }));
    }

    /// Goes on with a log of which nothing is in memory.
    pub(super) fn restart(&self, info: StoreInfo) {
        self.recent().restart(info.head);
        self.log.send_replace(Log::Open(info));
    }

    pub(super) fn end(&self, log: Log) {
        self.log.send_replace(log);
    }

    pub(super) fn recent_after(
        &self,
        number: u64,
        limit: PageLimit,
    ) -> Option<Vec<Arc<Published>>> {
        self.recent().after(number, limit)
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        // Nothing in there panics half way.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for pushes that wait for their appends, in all stores together; one permit is a KiB.
#[derive(Clone, Debug)]
pub(super) struct Room {
    permits: Arc<Semaphore>,
    total: u32,
}

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        let total = u32::try_from(bytes >> 10).unwrap_or(u32::MAX).max(1);
        Self {
            permits: Arc::new(Semaphore::new(total as usize)),
            total,
        }
    }

    /// Waits for room for so many bytes; a push larger than all there is waits for all of it.
    async fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        let permits = u32::try_from(bytes >> 10).unwrap_or(u32::MAX);
        let permits = permits.clamp(1, self.total);
        let taken = Arc::clone(&self.permits).acquire_many_owned(permits).await;
        taken.map_err(|_| StoreError::Closed)
    }
}

/// A store in use, for those who push and pull. While there is one, its sequencer runs.
#[derive(Clone, Debug)]
pub struct StoreHandle {
    live: Arc<Live>,
    room: Room,
}

impl StoreHandle {
    pub(super) fn new(live: Arc<Live>, room: Room) -> Self {
        Self { live, room }
    }

    /// Returns the store's name.
    pub fn store(&self) -> &StoreId {
        &self.live.store
    }

    /// Returns the store's identity and head as far as they are published.
    pub fn info(&self) -> Option<StoreInfo> {
        match &*self.live.log.borrow() {
            Log::Open(info) => Some(info.clone()),
            _ => None,
        }
    }

    /// Appends events, all or none; once they are durable every reader is told, then the future ends.
    ///
    /// The same push again, its answer having been lost, succeeds. A push that was handed over is
    /// carried out even if the future is dropped.
    ///
    /// # Errors
    /// Why it was not taken.
    pub async fn push(&self, push: Push) -> Result<PushDone, PushError> {
        check_chain(&push.batch)?;
        let room = self.room.take(push.batch.iter().map(weight).sum()).await?;
        let (answer, answered) = oneshot::channel();
        self.live
            .commands
            .send(Command::Push { push, answer, room })
            .await
            .map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn reset(&self) -> Result<StoreInfo, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.live
            .commands
            .send(Command::Reset { answer })
            .await
            .map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) fn read(
        &self,
        storage: &Arc<dyn EventStore>,
        start: Start,
        page: PageLimit,
    ) -> Result<Reader, PullError> {
        let info = self.info().ok_or(StoreError::Closed)?;
        if let Some(received) = start.backend_id
            && received != info.backend_id
        {
            return Err(PullError::OtherLog {
                expected: info.backend_id,
                received,
            });
        }
        if start.after > info.head {
            // Whoever knows that event may have it from another process.
            self.live.look();
        }
        Ok(Reader::new(
            Arc::clone(&self.live),
            Arc::clone(storage),
            info,
            start.after,
            page,
        ))
    }
}
