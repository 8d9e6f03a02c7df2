//! Scenarios on stores that are kept: which steps they take, and how often. Every step has a program or page of its own.

use std::time::Duration;

use livestore_bench_scenarios::{
    FLOOR, Figures, Samples, Selection,
    kept::{Boot, MISSING, Pace, Step, Version},
};

use crate::{Sink, failure::Failure};

/// Todos of `boot-N`, and boots that count.
const BOOTS: [(usize, usize); 3] = [(1_000, 15), (10_000, 15), (100_000, 7)];
/// The same of `boot-rebuild-N`.
const REBUILDS: [(usize, usize); 3] = [(1_000, 11), (10_000, 9), (100_000, 5)];
/// Commits of `persist-1000`.
const COMMITS: usize = 1_000;
/// How often they are made.
const COMMIT_RUNS: usize = 11;
/// Runs of each scenario that don't count: files are new to the system, and code to the browser's process.
pub(crate) const WARM_UP_RUNS: usize = 2;
/// How often a leader is given time to store its state.
const SETTLING: usize = 200;

/// Carries out steps, each in a program or page of its own, which is closed when it has told what the step gave.
pub(crate) trait Steps {
    /// What the lines call the implementation.
    const IMPLEMENTATION: &'static str;

    /// Carries out a step on a store in a program of some version, which then stays open for a while.
    async fn step(
        &mut self,
        store: &str,
        version: Version,
        step: Step,
        open: Duration,
    ) -> Result<Samples, Failure>;
}

/// Measures the selected scenarios.
pub(crate) async fn measure(
    steps: &mut impl Steps,
    selection: &Selection,
    lines: Sink<'_>,
) -> Result<(), Failure> {
    for (todos, runs) in BOOTS {
        let name = format!("boot-{todos}");
        if selection.takes(&name) {
            boot(steps, &name, todos, runs, Boot::Stored, lines).await?;
        }
    }
    for (todos, runs) in REBUILDS {
        let name = format!("boot-rebuild-{todos}");
        if selection.takes(&name) {
            boot(steps, &name, todos, runs, Boot::Rebuild, lines).await?;
        }
    }
    for (pace, suffix) in [(Pace::OneByOne, "1by1"), (Pace::AtOnce, "batch")] {
        let name = format!("persist-{COMMITS}-{suffix}");
        if selection.takes(&name) {
            persist(steps, &name, pace, lines).await?;
        }
    }
    Ok(())
}

async fn boot<S: Steps>(
    steps: &mut S,
    name: &str,
    todos: usize,
    runs: usize,
    boot: Boot,
    lines: Sink<'_>,
) -> Result<(), Failure> {
    once(steps, name, Version::This, Step::Fill(todos)).await?;
    if boot == Boot::Stored {
        settle(steps, name, todos).await?;
    }
    let mut pair = Pair::default();
    for run in 0..WARM_UP_RUNS + runs {
        // The first one finds the state of the version that has filled the store.
        let version = match boot {
            Boot::Rebuild if run.is_multiple_of(2) => Version::Next,
            _ => Version::This,
        };
        let store = once(steps, name, version, Step::Boot(todos, boot)).await?;
        let floor = once(steps, name, version, Step::FloorBoot(todos, boot)).await?;
        pair.add(run, store, floor);
    }
    lines(pair.lines::<S>(name));
    Ok(())
}

/// Opens the store until its state is stored to the last event, or to the last page: for that it stays open once more.
/// The floor then finds all todos in it.
async fn settle(steps: &mut impl Steps, name: &str, todos: usize) -> Result<(), Failure> {
    let moment = Duration::from_secs(2);
    for _ in 0..SETTLING {
        let samples = steps
            .step(name, Version::This, Step::Settle(todos), moment)
            .await?;
        if samples.get(MISSING) == Some(0.0) {
            return Ok(());
        }
    }
    Err(Failure::Unsettled)
}

async fn persist<S: Steps>(
    steps: &mut S,
    name: &str,
    pace: Pace,
    lines: Sink<'_>,
) -> Result<(), Failure> {
    let mut pair = Pair::default();
    for run in 0..WARM_UP_RUNS + COMMIT_RUNS {
        let place = format!("{name}-{run}");
        let store = once(steps, &place, Version::This, Step::Commit(COMMITS, pace)).await?;
        once(steps, &place, Version::This, Step::Check(COMMITS)).await?;
        let floor = once(
            steps,
            &place,
            Version::This,
            Step::FloorCommit(COMMITS, pace),
        )
        .await?;
        pair.add(run, store, floor);
    }
    lines(pair.lines::<S>(name));
    Ok(())
}

async fn once(
    steps: &mut impl Steps,
    store: &str,
    version: Version,
    step: Step,
) -> Result<Samples, Failure> {
    steps.step(store, version, step, Duration::ZERO).await
}

/// The figures of a scenario and of its floor.
#[derive(Default)]
pub(crate) struct Pair {
    store: Figures,
    floor: Figures,
}

impl Pair {
    /// Adds a run, if it is none of the first, which don't count.
    pub(crate) fn add(&mut self, run: usize, store: Samples, floor: Samples) {
        if run >= WARM_UP_RUNS {
            self.store.add(store);
            self.floor.add(floor);
        }
    }

    pub(crate) fn lines<S: Steps>(self, name: &str) -> Vec<livestore_bench_scenarios::Line> {
        let mut lines = self.store.lines(S::IMPLEMENTATION, name);
        lines.extend(
            self.floor
                .lines(S::IMPLEMENTATION, &format!("{FLOOR}{name}")),
        );
        lines
    }
}
