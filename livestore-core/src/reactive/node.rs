//! One live query.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use super::Subscriber;
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
    /// The last result and its version; an equal result is no new version.
    value: Mutex<(u64, Arc<T>)>,
    stale: AtomicBool,
    runs: AtomicU64,
    subscribers: Mutex<Vec<Arc<Subscriber<T>>>>,
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
            value: Mutex::new((1, Arc::new(value))),
            stale: AtomicBool::new(false),
            runs: AtomicU64::new(1),
            subscribers: Mutex::new(Vec::new()),
        })
    }

    /// Returns the last result, which may be stale.
    pub(crate) fn value(&self) -> Arc<T> {
        Arc::clone(&lock(&self.value).1)
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
        let mut current = lock(&self.value);
        if *current.1 == value {
            return Ok(false);
        }
        *current = (current.0 + 1, Arc::new(value));
        Ok(true)
    }

    /// Adds a listener that has not heard of anything yet, or with `skip_current` of the current result.
    pub(crate) fn subscribe(
        &self,
        callback: impl FnMut(&T) + Send + 'static,
        skip_current: bool,
    ) -> Arc<Subscriber<T>> {
        let seen = if skip_current { lock(&self.value).0 } else { 0 };
        let subscriber = Subscriber::new(callback, seen);
        lock(&self.subscribers).push(Arc::clone(&subscriber));
        subscriber
    }

    pub(crate) fn unsubscribe(&self, subscriber: &Arc<Subscriber<T>>) {
        subscriber.stop();
        lock(&self.subscribers).retain(|other| !Arc::ptr_eq(other, subscriber));
    }

    /// Calls one listener, if it has not heard of the current result.
    pub(crate) fn call(&self, subscriber: &Subscriber<T>) {
        subscriber.call(|| {
            let current = lock(&self.value);
            (current.0, Arc::clone(&current.1))
        });
    }
}

impl<T: PartialEq + Send + Sync + 'static> LiveNode for Node<T> {
    fn footprint(&self) -> &Footprint {
        &self.footprint
    }

    fn refresh(&self, state: &State) -> bool {
        // Nobody listens: run when somebody asks.
        if lock(&self.subscribers).is_empty() {
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
        let subscribers = lock(&self.subscribers).clone();
        for subscriber in subscribers {
            self.call(&subscriber);
        }
    }
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
