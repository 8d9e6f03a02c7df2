//! A store of its own for every run, and the assertions that several scenarios share.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use livestore_core::{
    prelude::*,
    store::{Receipt, Stage},
};

use crate::{
    data,
    failure::{Failure, check},
    schema::{Issue, Todo, schema},
};

const ID: &str = "bench";

/// An open store on a log in memory.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    memory: Memory,
}

impl Fresh {
    /// Opens an empty store.
    pub(crate) async fn open() -> Result<Self, Failure> {
        let memory = Memory::new();
        let store = Store::builder(schema())
            .adapter(memory.clone())
            .open(ID)
            .await?;
        Ok(Self { store, memory })
    }

    /// Opens a store with todos and issues.
    pub(crate) async fn filled(todos: usize, issues: usize) -> Result<Self, Failure> {
        let fresh = Self::open().await?;
        fresh.store.commit(data::todos(0..todos))?;
        let receipt = fresh.store.commit(data::issues(0..issues))?;
        receipt.persisted().await?;
        fresh.check_counts(todos, issues)?;
        Ok(fresh)
    }

    /// Refuses any other number of rows.
    pub(crate) fn check_counts(&self, todos: usize, issues: usize) -> Result<(), Failure> {
        let found = (
            self.store.query(&Todo::query().count())?,
            self.store.query(&Issue::query().count())?,
        );
        check(
            "rows of todos and issues",
            found,
            (todos as u64, issues as u64),
        )
    }

    /// Refuses a commit that is not persisted, and any other number of events in the log.
    pub(crate) fn check_persisted(&self, receipt: &Receipt, events: usize) -> Result<(), Failure> {
        check(
            "the stage of the commit",
            receipt.stage()?,
            Stage::Persisted,
        )?;
        check("events that are pending", self.store.pending_count(), 0)?;
        check("events in the log", self.memory.events(ID).len(), events)
    }
}

/// A live `count(*)` of the todos, and what its listener has heard.
pub(crate) struct LiveCount {
    calls: Arc<AtomicUsize>,
    last: Arc<AtomicU64>,
    _subscription: Subscription,
}

impl LiveCount {
    pub(crate) fn of(store: &Store) -> Result<Self, Failure> {
        let (calls, last) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
        let (called, heard) = (Arc::clone(&calls), Arc::clone(&last));
        let subscription = store.subscribe(Todo::query().count(), move |count| {
            called.fetch_add(1, Ordering::Relaxed);
            heard.store(*count, Ordering::Relaxed);
        })?;
        Ok(Self {
            calls,
            last,
            _subscription: subscription,
        })
    }

    /// Refuses a listener that was not called at the start and once per commit, or that last heard another count.
    pub(crate) fn check(&self, commits: usize, count: usize) -> Result<(), Failure> {
        check(
            "calls of the count's listener",
            self.calls.load(Ordering::Relaxed),
            1 + commits,
        )?;
        check(
            "the count that was heard last",
            self.last.load(Ordering::Relaxed),
            count as u64,
        )
    }
}
