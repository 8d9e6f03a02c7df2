//! The scenarios on this machine, without a browser.

mod kept;
mod soak;

use std::{env, future::ready, process::Command, time::Instant};

use futures::executor::block_on;
use livestore_bench_scenarios::{
    COLD, FLOOR, Figures, Host, LocalFuture, Samples, Selection, Start, cold, scenarios,
};

pub(crate) use self::kept::{STEP, run_step};
use crate::{Sink, failure::Failure};

const IMPLEMENTATION: &str = "livestore-rs native";

/// What this program calls itself with for a cold run.
pub(crate) const COLD_STORE: &str = "cold-store";
/// The same for the floor's cold run.
pub(crate) const COLD_FLOOR: &str = "cold-floor";
/// Programs that are started for cold runs, for store and floor each.
const COLD_RUNS: usize = 10;

struct Native {
    start: Instant,
}

impl Native {
    fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Host for Native {
    fn implementation(&self) -> &str {
        IMPLEMENTATION
    }

    fn now(&self) -> f64 {
        self.start.elapsed().as_nanos() as f64 / 1e6
    }

    fn rest(&self) -> LocalFuture<'_, ()> {
        Box::pin(ready(()))
    }
}

/// Measures the selected scenarios.
pub(crate) fn run(selection: &Selection, lines: Sink<'_>) -> Result<(), Failure> {
    let host = Native::new();
    if selection.takes(COLD) {
        for (name, argument) in [
            (COLD.to_owned(), COLD_STORE),
            (format!("{FLOOR}{COLD}"), COLD_FLOOR),
        ] {
            let mut figures = Figures::default();
            for _ in 0..COLD_RUNS {
                figures.add(start_cold(argument)?);
            }
            lines(figures.lines(host.implementation(), &name));
        }
    }
    for scenario in scenarios()
        .iter()
        .filter(|scenario| selection.takes(scenario.name()))
    {
        lines(
            block_on(scenario.measure(&host)).map_err(|source| Failure::Scenario {
                scenario: scenario.name().to_owned(),
                source,
            })?,
        );
    }
    soak::run(selection, lines)?;
    let mut processes = kept::Processes::new()?;
    block_on(crate::kept::measure(&mut processes, selection, lines))
}

fn start_cold(argument: &str) -> Result<Samples, Failure> {
    let output = Command::new(env::current_exe()?).arg(argument).output()?;
    if !output.status.success() {
        return Err(Failure::Process(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Runs once on a store and prints the samples: what the program started for a cold run does.
pub(crate) fn run_cold_store() -> Result<(), Failure> {
    run_cold(Start::Store)
}

/// The same for the floor.
pub(crate) fn run_cold_floor() -> Result<(), Failure> {
    run_cold(Start::Floor)
}

fn run_cold(start: Start) -> Result<(), Failure> {
    let samples = block_on(cold(&Native::new(), start)).map_err(|source| Failure::Scenario {
        scenario: COLD.to_owned(),
        source,
    })?;
    println!("{}", serde_json::to_string(&samples)?);
    Ok(())
}
