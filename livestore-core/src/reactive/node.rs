//! One live query.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use super::{Subscriber, Watch};
use crate::{
    query::{Footprint, Query, QueryError, Statement},
    state::State,
};

/// A live query whose result type is not known.
pub(crate) trait LiveNode: Send + Sync {
    /// What the query reads.
    fn footprint(&self) -> &Footprint;

    /// Takes note of a change that can concern the query; true when listeners have news to hear.
    fn refresh(&self, state: &State) -> bool;

    /// Calls the listeners that have not heard of the current result.
    fn notify(&self);
}

/// A live query with results of type `T`.
pub(crate) struct Node<T> {
    query: Box<dyn Query<Output = T>>,
    statement: Statement,
    footprint: Arc<Footprint>,
    /// The last result.
    result: Watch<T>,
    stale: AtomicBool,
    runs: AtomicU64,
}

impl<T: PartialEq + 'static> Node<T> {
    /// Runs the query for the first time.
    pub(crate) fn new<Q: Query<Output = T>>(
        query: Q,
        state: &mut State,
    ) -> Result<Self, QueryError> {
        let statement = query.statement();
        let value = state.query(&statement, |rows| query.read(rows))?;
        let footprint = state.footprint(&statement.sql)?;
        Ok(Self {
            query: Box::new(query),
            statement,
            footprint,
            result: Watch::new(value),
            stale: AtomicBool::new(false),
            runs: AtomicU64::new(1),
        })
    }

    /// Returns the last result, which may be stale.
    pub(crate) fn value(&self) -> Arc<T> {
        self.result.get()
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Acquire)
    }

    /// Returns how often the query ran.
    pub(crate) fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }

    pub(crate) fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Runs the query again; true when the result is another one.
    pub(crate) fn run(&self, state: &State) -> Result<bool, QueryError> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let value = state.query(&self.statement, |rows| self.query.read(rows))?;
        self.stale.store(false, Ordering::Release);
        Ok(self.result.set(value))
    }

    /// Adds a listener that has not heard of anything yet, or with `skip_current` of the current result.
    pub(crate) fn subscribe(
        &self,
        callback: impl FnMut(&T) + Send + 'static,
        skip_current: bool,
    ) -> Arc<Subscriber<T>> {
        self.result.subscribe(callback, skip_current)
    }

    pub(crate) fn unsubscribe(&self, subscriber: &Arc<Subscriber<T>>) {
        self.result.unsubscribe(subscriber);
    }

    /// Calls one listener, if it has not heard of the current result.
    pub(crate) fn call(&self, subscriber: &Subscriber<T>) {
        self.result.call(subscriber);
    }
}

impl<T: PartialEq + Send + Sync + 'static> LiveNode for Node<T> {
    fn footprint(&self) -> &Footprint {
        &self.footprint
    }

    fn refresh(&self, state: &State) -> bool {
        // Nobody listens: run when somebody asks.
        if !self.result.is_watched() {
            self.stale.store(true, Ordering::Release);
            return false;
        }
        self.run(state).unwrap_or_else(|error| {
            self.stale.store(true, Ordering::Release);
            tracing::error!(%error, "a live query failed; it keeps its last result until it runs again");
            false
        })
    }

    fn notify(&self) {
        self.result.notify();
    }
}
