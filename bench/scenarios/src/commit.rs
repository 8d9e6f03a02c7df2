//! Committing: one event at a time, or many at once.

use livestore_core::event::IntoEvents;

use crate::{
    data,
    failure::{Failure, check},
    fresh::{Fresh, LiveCount},
    laps::Laps,
    sample::{Samples, Unit},
    scenario::Host,
};

/// Events of `commit-1by1`.
pub(crate) const EVENTS: usize = 1_000;
/// Events of `commit-1by1-paced`.
pub(crate) const PACED: usize = 300;

/// `commit-1by1`: one live count, a loop of 1,000 commits of one event.
pub(crate) async fn one_by_one(host: &dyn Host) -> Result<Samples, Failure> {
    let fresh = Fresh::open().await?;
    let count = LiveCount::of(&fresh.store)?;
    let events = data::todos(0..EVENTS);
    let mut receipt = None;

    let mut laps = Laps::start(host, EVENTS);
    for event in events {
        receipt = Some(fresh.store.commit(event)?);
        laps.lap();
    }
    if let Some(receipt) = &receipt {
        receipt.persisted().await?;
    }
    let drain = laps.elapsed();

    count.check(EVENTS, EVENTS)?;
    fresh.check_counts(EVENTS, 0)?;
    if let Some(receipt) = &receipt {
        fresh.check_persisted(receipt, EVENTS)?;
    }
    Ok(of_loop(&laps, drain))
}

/// The figures of a loop of [`EVENTS`] commits.
pub(crate) fn of_loop(laps: &Laps<'_>, drain: f64) -> Samples {
    let per_second = EVENTS as f64 / (laps.total() / 1_000.0);
    Samples::default()
        .with("throughput", Unit::PerSecond, per_second)
        .with("p50", Unit::Milliseconds, laps.percentile(50))
        .with("p99", Unit::Milliseconds, laps.percentile(99))
        .with("drain", Unit::Milliseconds, drain)
}

/// `commit-1by1-paced`: one live count, 300 commits, each persisted before the next.
pub(crate) async fn paced(host: &dyn Host) -> Result<Samples, Failure> {
    let fresh = Fresh::open().await?;
    let count = LiveCount::of(&fresh.store)?;
    let events = data::todos(0..PACED);

    let mut laps = Laps::start(host, PACED);
    for (done, event) in events.into_iter().enumerate() {
        laps.skip();
        let receipt = fresh.store.commit(event)?;
        laps.lap();
        receipt.persisted().await?;
        if done + 1 == PACED {
            fresh.check_persisted(&receipt, PACED)?;
        }
    }

    count.check(PACED, PACED)?;
    fresh.check_counts(PACED, 0)?;
    Ok(of_calls(&laps))
}

/// The figures of single commits.
pub(crate) fn of_calls(laps: &Laps<'_>) -> Samples {
    Samples::default()
        .with("p50", Unit::Milliseconds, laps.percentile(50))
        .with("p99", Unit::Milliseconds, laps.percentile(99))
}

/// `commit-batch-N`: one live count, one commit of N todos.
pub(crate) async fn batch_of_todos(host: &dyn Host, events: usize) -> Result<Samples, Failure> {
    let fresh = Fresh::open().await?;
    let count = LiveCount::of(&fresh.store)?;
    let samples = batch(host, &fresh, data::todos(0..events), events).await?;
    count.check(1, events)?;
    fresh.check_counts(events, 0)?;
    Ok(samples)
}

/// `commit-batch-N-issues`: no subscription, one commit of N issues.
pub(crate) async fn batch_of_issues(host: &dyn Host, events: usize) -> Result<Samples, Failure> {
    let fresh = Fresh::open().await?;
    let samples = batch(host, &fresh, data::issues(0..events), events).await?;
    fresh.check_counts(0, events)?;
    Ok(samples)
}

async fn batch(
    host: &dyn Host,
    fresh: &Fresh,
    events: impl IntoEvents,
    expected: usize,
) -> Result<Samples, Failure> {
    let start = host.now();
    let receipt = fresh.store.commit(events)?;
    let commit = host.now() - start;
    receipt.persisted().await?;
    let drain = host.now() - start;
    fresh.check_persisted(&receipt, expected)?;
    check("the head", receipt.seq().global, expected as u64)?;
    Ok(of_batch(commit, drain))
}

/// The figures of one large commit.
pub(crate) fn of_batch(commit: f64, drain: f64) -> Samples {
    Samples::default()
        .with("commit", Unit::Milliseconds, commit)
        .with("drain", Unit::Milliseconds, drain)
}
