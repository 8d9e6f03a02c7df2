//! The hub: one sequencer per store in use, and the pulls that follow it.
//!
//! A store's sequencer is a task. It alone appends, so it alone decides what follows what; what it has
//! appended it publishes before it answers. A pull is a cursor on the log: it reads what is recent from
//! memory and the rest from storage, so that no reader, however slow, makes anything grow, and whatever
//! is after its cursor comes once and in order. How events travel to clients is not known here.

mod chain;
mod error;
mod group;
mod live;
mod reader;
mod recent;
mod sequencer;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::StreamExt;
use livestore_core::event::StoreId;

pub use chain::BrokenChain;
pub use error::{PullError, PushError, StoreError};
pub use live::{Push, PushDone, StoreHandle};
pub use reader::{Batch, Reader, Start};
pub use recent::{Published, RecentLimit};

use self::{
    live::{Live, Room},
    sequencer::Sequencer,
};
use crate::{
    metrics::Metrics,
    storage::{EventStore, PageLimit, Poke},
    validate::Validator,
};

/// How a hub uses memory and time.
#[derive(Clone, Debug)]
pub struct HubOptions {
    /// How many stores may be in use at once.
    pub max_active_stores: usize,
    /// After how long without a reader or a push a store's sequencer ends.
    pub idle: Duration,
    /// What a store in use keeps in memory of its log.
    pub recent: RecentLimit,
    /// How much one append may hold.
    pub group: PageLimit,
    /// How much of a log a pull reads from storage at once.
    pub page: PageLimit,
    /// How many bytes of pushes may wait for their appends, in all stores together.
    pub waiting_bytes: usize,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self {
            max_active_stores: 10_000,
            idle: Duration::from_secs(30),
            recent: RecentLimit {
                events: 4096,
                bytes: 1 << 20,
            },
            group: PageLimit {
                events: 8192,
                bytes: 8 << 20,
            },
            page: PageLimit {
                events: 500,
                bytes: 900_000,
            },
            waiting_bytes: 256 << 20,
        }
    }
}

/// The stores in use.
#[derive(Clone, Debug)]
pub struct Hub {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    storage: Arc<dyn EventStore>,
    validator: Option<Arc<dyn Validator>>,
    options: HubOptions,
    metrics: Metrics,
    stores: Mutex<HashMap<StoreId, Arc<Live>>>,
    room: Room,
}

impl Hub {
    /// Makes a hub on a storage engine. It must be called on a tokio runtime: it listens for what other
    /// processes do there.
    pub fn new(
        storage: Arc<dyn EventStore>,
        validator: Option<Arc<dyn Validator>>,
        options: HubOptions,
        metrics: Metrics,
    ) -> Self {
        let room = Room::new(options.waiting_bytes);
        let pokes = storage.pokes();
        let shared = Arc::new(Shared {
            storage,
            validator,
            options,
            metrics,
            stores: Mutex::default(),
            room,
        });
        if let Some(mut pokes) = pokes {
            // Weak, so that the listener ends with the hub.
            let hub = Arc::downgrade(&shared);
            tokio::spawn(async move {
                while let Some(poke) = pokes.next().await {
                    let Some(hub) = hub.upgrade() else { return };
                    hub.poked(&poke);
                }
            });
        }
        Self { shared }
    }

    /// Returns a store, starting its sequencer if it is not in use yet.
    ///
    /// # Errors
    /// When too many stores are in use, or the storage can't open it.
    pub async fn store(&self, store: &StoreId) -> Result<StoreHandle, StoreError> {
        // A sequencer that ends just now closes its store; the next look starts another.
        loop {
            let live = self.shared.live(store)?;
            match live.opened().await {
                Some(Ok(())) => {
                    return Ok(StoreHandle::new(live, self.shared.room.clone()));
                }
                Some(Err(error)) => return Err(error.into()),
                None => tokio::task::yield_now().await,
            }
        }
    }

    /// Starts to read a store's log after a place.
    ///
    /// # Errors
    /// When the place is one of another log, or the store can't be used.
    pub fn read(&self, store: &StoreHandle, start: Start) -> Result<Reader, PullError> {
        store.read(&self.shared.storage, start, self.shared.options.page)
    }

    /// Empties a store and gives it another identity; whoever reads it is sent away and starts anew.
    ///
    /// # Errors
    /// When the storage can't.
    pub async fn reset(&self, store: &StoreId) -> Result<crate::storage::StoreInfo, StoreError> {
        let handle = self.store(store).await?;
        handle.reset().await
    }

    /// Returns how many stores are in use.
    pub fn active_stores(&self) -> usize {
        self.shared.stores().len()
    }

    /// Returns the storage engine.
    pub fn storage(&self) -> &Arc<dyn EventStore> {
        &self.shared.storage
    }
}

impl Shared {
    fn stores(&self) -> MutexGuard<'_, HashMap<StoreId, Arc<Live>>> {
        // The map is whole whatever panicked while it was locked.
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn live(self: &Arc<Self>, store: &StoreId) -> Result<Arc<Live>, StoreError> {
        let mut stores = self.stores();
        if let Some(live) = stores.get(store) {
            return Ok(Arc::clone(live));
        }
        if stores.len() >= self.options.max_active_stores {
            return Err(StoreError::TooManyStores {
                limit: self.options.max_active_stores,
            });
        }
        let (live, commands) = Live::new(store.clone(), self.options.recent);
        let live = Arc::new(live);
        stores.insert(store.clone(), Arc::clone(&live));
        self.metrics.stores.set(stores.len() as i64);
        let sequencer = Sequencer::new(Arc::clone(self), Arc::clone(&live), commands);
        tokio::spawn(sequencer.run());
        Ok(live)
    }

    /// Takes a store out of use if nobody has it any more; `force` when its sequencer can't go on.
    fn retire(&self, live: &Arc<Live>, force: bool) -> bool {
        let mut stores = self.stores();
        // The map and the sequencer have one each. Handles are cloned from handles or under this lock.
        if !force && Arc::strong_count(live) > 2 {
            return false;
        }
        if stores
            .get(live.store())
            .is_some_and(|current| Arc::ptr_eq(current, live))
        {
            stores.remove(live.store());
        }
        self.metrics.stores.set(stores.len() as i64);
        true
    }

    fn poked(&self, poke: &Poke) {
        let stores = self.stores();
        match poke {
            // Whatever head it tells: after a reset it is lower than the one known, or by chance the same.
            Poke::Store { store, .. } => {
                if let Some(live) = stores.get(store) {
                    live.look();
                }
            }
            Poke::All => stores.values().for_each(|live| live.look()),
        }
    }
}
