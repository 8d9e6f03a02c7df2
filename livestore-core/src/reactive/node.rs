//! One live query.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use web_time::{Duration, Instant};

use super::{
    Subscriber, Watch,
    reads::{self, TableRead},
};
use crate::{
    panic::text_of,
    query::{Condition, Query, QueryError, Statement},
    state::State,
};

/// What became of a query that a change can concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// Listeners have news to hear.
    News,
    /// The result is the same, or nobody listens.
    Nothing,
    /// It could not be run.
    Failed,
}

/// A live query whose result type is not known.
pub(crate) trait LiveNode: Send + Sync {
    /// What the query reads.
    fn reads(&self) -> &[TableRead];

    /// The condition that rows must satisfy to be read, where [`reads`](Self::reads) says that there is one.
    fn filter(&self) -> Option<&Condition>;

    /// Takes note of a change that can concern the query.
    fn refresh(&self, state: &State) -> Refreshed;

    /// Calls the listeners that have not heard of the current result.
    fn notify(&self);

    /// What tools show of the query.
    fn info(&self) -> LiveQueryInfo;
}

/// A live query as tools show it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LiveQueryInfo {
    /// Its name, if it was [given one](crate::query::Query::labeled).
    pub label: Option<String>,
    /// Its SQL text.
    pub sql: String,
    /// How often it has run.
    pub runs: u64,
    /// How long the last run took, decoding included.
    pub last_run: Duration,
    /// How long all runs took together.
    pub all_runs: Duration,
    /// How many listen to it.
    pub listeners: usize,
    /// Whether its result may be old: nobody listens, or its last run failed.
    pub stale: bool,
}

/// A live query with results of type `T`.
pub(crate) struct Node<T> {
    query: Box<dyn Query<Output = T>>,
    statement: Statement,
    reads: Vec<TableRead>,
    /// The last result.
    result: Watch<T>,
    stale: AtomicBool,
    runs: AtomicU64,
    /// Of the last run, and of all.
    nanoseconds: [AtomicU64; 2],
}

impl<T: PartialEq + 'static> Node<T> {
    /// Runs the query for the first time.
    pub(crate) fn new<Q: Query<Output = T>>(
        query: Q,
        state: &mut State,
    ) -> Result<Self, QueryError> {
        let statement = query.statement();
        let start = Instant::now();
        let value = state.query(&statement, |rows| query.read(rows))?;
        let took = nanoseconds_since(start);
        let footprint = state.footprint(&statement.sql)?;
        Ok(Self {
            reads: reads::of(&footprint, query.shape(), state.schema()),
            query: Box::new(query),
            statement,
            result: Watch::new(value),
            stale: AtomicBool::new(false),
            runs: AtomicU64::new(1),
            nanoseconds: [took.into(), took.into()],
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
    ///
    /// A panic of the app's code is an error of this query: the commit that has it run is done, and the other
    /// queries want to run too. Where panics abort there is nothing to catch.
    pub(crate) fn run(&self, state: &State) -> Result<bool, QueryError> {
        let run = AssertUnwindSafe(|| self.run_unguarded(state));
        let outcome = catch_unwind(run).unwrap_or_else(|panic| {
            Err(QueryError::Panicked {
                query: self.query.label().unwrap_or(&self.statement.sql).to_owned(),
                message: text_of(&*panic).to_owned(),
            })
        });
        // Also where a new result was read, but could not be compared.
        self.stale.store(outcome.is_err(), Ordering::Release);
        outcome
    }

    fn run_unguarded(&self, state: &State) -> Result<bool, QueryError> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let start = Instant::now();
        let value = state.query(&self.statement, |rows| self.query.read(rows));
        let took = nanoseconds_since(start);
        self.nanoseconds[0].store(took, Ordering::Relaxed);
        self.nanoseconds[1].fetch_add(took, Ordering::Relaxed);
        Ok(self.result.set(value?))
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
    fn reads(&self) -> &[TableRead] {
        &self.reads
    }

    fn filter(&self) -> Option<&Condition> {
        self.query.shape()?.select().filter.as_ref()
    }

    fn refresh(&self, state: &State) -> Refreshed {
        // Nobody listens: run when somebody asks.
        if !self.result.is_watched() {
            self.stale.store(true, Ordering::Release);
            return Refreshed::Nothing;
        }
        match self.run(state) {
            Ok(true) => Refreshed::News,
            Ok(false) => Refreshed::Nothing,
            Err(error) => {
                tracing::error!(%error, "a live query failed; it keeps its last result until it runs again");
                Refreshed::Failed
            }
        }
    }

    fn notify(&self) {
        self.result.notify();
    }

    fn info(&self) -> LiveQueryInfo {
        let [last, all] = &self.nanoseconds;
        LiveQueryInfo {
            label: self.query.label().map(str::to_owned),
            sql: self.statement.sql.clone(),
            runs: self.runs(),
            last_run: Duration::from_nanos(last.load(Ordering::Relaxed)),
            all_runs: Duration::from_nanos(all.load(Ordering::Relaxed)),
            listeners: self.result.listeners(),
            stale: self.is_stale(),
        }
    }
}

fn nanoseconds_since(start: Instant) -> u64 {
    start.elapsed().as_nanos().try_into().unwrap_or(u64::MAX)
}
