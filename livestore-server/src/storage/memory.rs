//! The engine that keeps everything in memory: for tests, demos, and to see what the others cost.

use std::{
    collections::BTreeMap,
    fmt,
    future::ready,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
};

use livestore_core::event::{StoreId, new_id};

use super::{
    Appended, EventStore, Page, PageLimit, StorageError, StorageFuture, StoreInfo, StoredEvent,
    check,
};

/// Keeps the logs in memory; they end with it.
///
/// Clones are the same engine.
#[derive(Clone, Default)]
pub struct MemoryStore {
    stores: Arc<RwLock<BTreeMap<StoreId, Arc<Mutex<Log>>>>>,
}

struct Log {
    info: StoreInfo,
    events: Vec<StoredEvent>,
}

impl MemoryStore {
    /// Makes an engine without any stores.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does something with a store's log, making it if it is not there.
    fn with<T>(
        &self,
        store: &StoreId,
        act: impl FnOnce(&mut Log) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        check::store(store)?;
        let found = {
            let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
            stores.get(store).cloned()
        };
        let log = found.unwrap_or_else(|| {
            let mut stores = self.stores.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(stores.entry(store.clone()).or_default())
        });
        let mut log = lock(&log);
        act(&mut log)
    }
}

/// Locks; nothing panics between two changes that belong together.
fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Log {
    fn default() -> Self {
        Self {
            info: StoreInfo {
                backend_id: new_id().into(),
                head: 0,
            },
            events: Vec::new(),
        }
    }
}

impl Log {
    fn append(
        &mut self,
        store: &StoreId,
        backend_id: &str,
        after: u64,
        events: &[StoredEvent],
    ) -> Result<Appended, StorageError> {
        let head = check::chain(store, after, events)?;
        if *self.info.backend_id != *backend_id {
            return Ok(Appended::OtherLog(self.info.clone()));
        }
        if self.info.head != after {
            return Ok(Appended::Conflict {
                head: self.info.head,
            });
        }
        self.events.extend_from_slice(events);
        self.info.head = head;
        Ok(Appended::Done)
    }

    fn page(&self, after: u64, limit: PageLimit) -> Page {
        let start = self.events.partition_point(|event| event.seq_num <= after);
        let behind = &self.events[start..];
        let mut count = limit.counter();
        let taken = behind
            .iter()
            .take_while(|event| count.takes(event.args_len()));
        Page {
            events: taken.cloned().collect(),
            store: self.info.clone(),
        }
    }
}

impl EventStore for MemoryStore {
    fn open<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move { self.with(store, |log| Ok(log.info.clone())) })
    }

    fn append<'a>(
        &'a self,
        store: &'a StoreId,
        backend_id: &'a str,
        after: u64,
        events: &'a [StoredEvent],
    ) -> StorageFuture<'a, Appended> {
        // Not before it is polled, like every other engine.
        Box::pin(
            async move { self.with(store, |log| log.append(store, backend_id, after, events)) },
        )
    }

    fn page<'a>(
        &'a self,
        store: &'a StoreId,
        after: u64,
        limit: PageLimit,
    ) -> StorageFuture<'a, Page> {
        Box::pin(async move { self.with(store, |log| Ok(log.page(after, limit))) })
    }

    fn stores<'a>(
        &'a self,
        after: Option<&'a StoreId>,
        limit: usize,
    ) -> StorageFuture<'a, Vec<StoreId>> {
        Box::pin(async move {
            let from = after.map_or(Bound::Unbounded, Bound::Excluded);
            let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
            let names = stores.range((from, Bound::Unbounded)).map(|(name, _)| name);
            Ok(names.take(limit).cloned().collect())
        })
    }

    fn reset<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move {
            self.with(store, |log| {
                *log = Log::default();
                Ok(log.info.clone())
            })
        })
    }

    fn adopt<'a>(
        &'a self,
        store: &'a StoreId,
        backend_id: &'a str,
    ) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move {
            check::backend_id(store, backend_id)?;
            self.with(store, |log| {
                if log.info.head > 0 {
                    return Err(check::is_not_empty(store));
                }
                log.info.backend_id = backend_id.into();
                Ok(log.info.clone())
            })
        })
    }

    fn check(&self) -> StorageFuture<'_, ()> {
        Box::pin(ready(Ok(())))
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stores = self.stores.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("MemoryStore")
            .field("stores", &stores.len())
            .finish()
    }
}
