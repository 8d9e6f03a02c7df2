//! A storage engine that fails when it is told to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use livestore_core::event::StoreId;
use livestore_server::storage::{
    Appended, EventStore, MemoryStore, Page, PageLimit, StorageError, StorageFuture, StoreInfo,
    StoredEvent,
};

/// What can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fault {
    /// A store is not opened.
    Open,
    /// Events are not read.
    Page,
    /// Events are not stored.
    Append,
    /// Events are stored, and whoever asked for it hears of a failure.
    Answer,
}

/// An engine in memory that fails when it is told to. A clone is the same engine.
#[derive(Clone, Debug)]
pub(crate) struct FaultyStore {
    store: Arc<Mutex<MemoryStore>>,
    plans: Arc<Mutex<HashMap<Fault, Plan>>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Plan {
    /// How often it works before.
    passes: usize,
    /// How often it fails then.
    fails: usize,
}

impl FaultyStore {
    pub(crate) fn new() -> Self {
        Self {
            store: Arc::new(Mutex::new(MemoryStore::new())),
            plans: Arc::default(),
        }
    }

    fn store(&self) -> MemoryStore {
        self.store.lock().expect("nobody panicked").clone()
    }

    /// Loses the events of a store, as a copy does that did not have them yet when it took over.
    pub(crate) async fn lose_all(&self, store: &str) {
        let store = StoreId::new(store).expect("a store id");
        let info = self.store().open(&store).await.expect("it is there");
        let copy = MemoryStore::new();
        let adopted = copy.adopt(&store, &info.backend_id).await;
        adopted.expect("it is empty");
        *self.store.lock().expect("nobody panicked") = copy;
    }

    /// Fails so many times from now on.
    pub(crate) fn fail(&self, fault: Fault, times: usize) {
        self.fail_after(0, fault, times);
    }

    /// Works so many times, then fails so many times.
    pub(crate) fn fail_after(&self, passes: usize, fault: Fault, times: usize) {
        let plan = Plan {
            passes,
            fails: times,
        };
        self.plans
            .lock()
            .expect("nobody panicked")
            .insert(fault, plan);
    }

    /// Works again.
    pub(crate) fn heal(&self) {
        self.plans.lock().expect("nobody panicked").clear();
    }

    /// How often it is still to fail.
    pub(crate) fn left(&self, fault: Fault) -> usize {
        let plans = self.plans.lock().expect("nobody panicked");
        plans.get(&fault).map_or(0, |plan| plan.fails)
    }

    fn pass(&self, fault: Fault) -> Result<(), StorageError> {
        let mut plans = self.plans.lock().expect("nobody panicked");
        let plan = plans.entry(fault).or_default();
        if plan.passes > 0 {
            plan.passes -= 1;
            return Ok(());
        }
        if plan.fails == 0 {
            return Ok(());
        }
        plan.fails -= 1;
        let reason = format!("{fault:?} fails in this test").into();
        Err(StorageError::Unavailable { reason })
    }
}

impl EventStore for FaultyStore {
    fn open<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move {
            self.pass(Fault::Open)?;
            self.store().open(store).await
        })
    }

    fn append<'a>(
        &'a self,
        store: &'a StoreId,
        backend_id: &'a str,
        after: u64,
        events: &'a [StoredEvent],
    ) -> StorageFuture<'a, Appended> {
        Box::pin(async move {
            self.pass(Fault::Append)?;
            let appended = self
                .store()
                .append(store, backend_id, after, events)
                .await?;
            self.pass(Fault::Answer)?;
            Ok(appended)
        })
    }

    fn page<'a>(
        &'a self,
        store: &'a StoreId,
        after: u64,
        limit: PageLimit,
    ) -> StorageFuture<'a, Page> {
        Box::pin(async move {
            // What was read before is on its way by then.
            tokio::task::yield_now().await;
            self.pass(Fault::Page)?;
            self.store().page(store, after, limit).await
        })
    }

    fn stores<'a>(
        &'a self,
        after: Option<&'a StoreId>,
        limit: usize,
    ) -> StorageFuture<'a, Vec<StoreId>> {
        Box::pin(async move { self.store().stores(after, limit).await })
    }

    fn reset<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move { self.store().reset(store).await })
    }

    fn check(&self) -> StorageFuture<'_, ()> {
        Box::pin(async move { self.store().check().await })
    }
}
