//! Many live queries, of which a commit concerns some.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use livestore_core::prelude::*;

use crate::{
    data,
    failure::{Failure, check},
    fresh::Fresh,
    laps::Laps,
    sample::{Samples, Unit},
    scenario::Host,
    schema::{Issue, Todo, TodoCompleted},
};

/// Rows in each table before the first commit, and live queries of `fanout-rows-1000`.
pub(crate) const ROWS: usize = 1_000;
/// Live counts on each of the two tables.
pub(crate) const COUNTS: usize = 50;
/// Commits of `fanout-100`.
pub(crate) const CREATED: usize = 20;
/// Commits of `fanout-rows-1000`.
pub(crate) const COMPLETED: usize = 10;

/// `fanout-100`: 50 live counts of todos and 50 of issues; 20 commits of one todo.
pub(crate) async fn counts(host: &dyn Host) -> Result<Samples, Failure> {
    let fresh = Fresh::filled(ROWS, ROWS).await?;
    let (todo_calls, issue_calls) = (Calls::default(), Calls::default());
    let mut subscriptions = Vec::new();
    for k in 0..COUNTS {
        let none = no_text(k);
        let todos = Todo::query().filter(Todo::TEXT.ne(none.as_str())).count();
        let issues = Issue::query()
            .filter(Issue::TITLE.ne(none.as_str()))
            .count();
        subscriptions.push(fresh.store.subscribe(todos, todo_calls.listener())?);
        subscriptions.push(fresh.store.subscribe(issues, issue_calls.listener())?);
    }
    check(
        "first calls",
        (todo_calls.take(), issue_calls.take()),
        (COUNTS, COUNTS),
    )?;

    let mut laps = Laps::start(host, CREATED);
    for (done, event) in data::todos(ROWS..ROWS + CREATED).into_iter().enumerate() {
        laps.skip();
        let receipt = fresh.store.commit(event)?;
        laps.lap();
        let calls = (todo_calls.take(), issue_calls.take());
        check("callbacks of todo and issue counts", calls, (COUNTS, 0))?;
        receipt.persisted().await?;
        fresh.check_persisted(&receipt, 2 * ROWS + done + 1)?;
    }
    fresh.check_counts(ROWS + CREATED, ROWS)?;
    Ok(Samples::default().with("", Unit::Milliseconds, laps.percentile(50)))
}

/// `fanout-rows-1000`: a live query per row; 10 commits that change one row each.
pub(crate) async fn rows(host: &dyn Host) -> Result<Samples, Failure> {
    let fresh = Fresh::filled(ROWS, 0).await?;
    let ids: Vec<_> = (0..ROWS).map(data::todo_id).collect();
    let calls = Calls::default();
    let mut subscriptions = Vec::with_capacity(ROWS);
    let start = host.now();
    for id in &ids {
        let row = Todo::query().filter(Todo::ID.eq(id.as_str()));
        subscriptions.push(fresh.store.subscribe(row, calls.listener())?);
    }
    let subscribe = host.now() - start;
    check("first calls", calls.take(), ROWS)?;

    let mut fired = 0;
    let mut laps = Laps::start(host, COMPLETED);
    for (done, id) in completed().into_iter().enumerate() {
        laps.skip();
        let receipt = fresh.store.commit(TodoCompleted { id })?;
        laps.lap();
        fired += calls.take();
        receipt.persisted().await?;
        fresh.check_persisted(&receipt, ROWS + done + 1)?;
    }
    let done = Todo::query().filter(Todo::COMPLETED.eq(true)).count();
    check(
        "rows that are completed",
        fresh.store.query(&done)?,
        COMPLETED as u64,
    )?;
    check(
        "callbacks, at least one per commit",
        fired >= COMPLETED,
        true,
    )?;
    Ok(of_rows(subscribe, laps.percentile(50)).with(
        "callbacks-per-commit",
        Unit::Callbacks,
        fired as f64 / COMPLETED as f64,
    ))
}

/// The times of `fanout-rows-1000`.
pub(crate) fn of_rows(subscribe: f64, commit: f64) -> Samples {
    Samples::default()
        .with("subscribe-1000", Unit::Milliseconds, subscribe)
        .with("commit-1-row", Unit::Milliseconds, commit)
}

/// The todos that get completed: different ones, spread over the table.
pub(crate) fn completed() -> Vec<String> {
    (0..COMPLETED)
        .map(|i| data::todo_id(i * ROWS / COMPLETED))
        .collect()
}

/// A text that no row has.
pub(crate) fn no_text(k: usize) -> String {
    format!("x{k}")
}

/// Counts the calls of listeners.
#[derive(Default)]
struct Calls(Arc<AtomicUsize>);

impl Calls {
    fn listener<T>(&self) -> impl FnMut(&T) + Send + use<T> {
        let calls = Arc::clone(&self.0);
        move |_| {
            calls.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the number of calls since the last look.
    fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }
}
