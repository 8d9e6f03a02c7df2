//! The storage engines of the server: how many events a second they take durably and give back.
//!
//! The floors are the statements that it takes, on tables like theirs and without anything around them.

mod engine;
mod floor;

use std::time::Instant;

use livestore_bench_scenarios::{FLOOR, Figures, Samples, Selection, Unit};
use livestore_test_postgres::Cluster;

use self::{engine::Engine, floor::Floor};
use crate::{Sink, failure::Failure};

const IMPLEMENTATION: &str = "livestore-rs server";
/// One store, batch after batch.
const APPEND: &str = "server-append";
/// Many stores at the same time, each event after event.
const STORES: &str = "server-append-100-stores";
/// One store's log, page after page.
const PAGES: &str = "server-pages";
/// Runs that count; one more comes before them.
const RUNS: usize = 7;
/// How many events a run is about, and how many are in a batch or a page.
const EVENTS: u64 = 30_000;
const BATCH: u64 = 100;

/// Measures the selected scenarios.
pub(crate) fn run(selection: &Selection, lines: Sink<'_>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        for name in [APPEND, STORES, PAGES] {
            if !selection.takes(name) {
                continue;
            }
            let mut figures = Figures::default();
            let mut floors = Figures::default();
            // One after the other, so that a noisy moment is one for all of them.
            for run in 0..=RUNS {
                let samples = engines(name).await?;
                let floor = floors_of(name).await?;
                if run > 0 {
                    figures.add(samples);
                    floors.add(floor);
                }
            }
            lines(figures.lines(IMPLEMENTATION, name));
            lines(floors.lines(IMPLEMENTATION, &format!("{FLOOR}{name}")));
        }
        Ok(())
    })
}

async fn engines(scenario: &str) -> Result<Samples, Failure> {
    let cluster = Cluster::shared();
    let mut samples = Samples::default();
    for engine in Engine::all(cluster).await? {
        let rate = match scenario {
            APPEND => engine.append().await?,
            STORES => engine.append_to_stores().await?,
            _ => engine.pages().await?,
        };
        samples.push(engine.name(), Unit::PerSecond, rate);
    }
    Ok(samples)
}

/// There is no floor for many stores: without an engine nobody brings their events together.
async fn floors_of(scenario: &str) -> Result<Samples, Failure> {
    if scenario == STORES {
        return Ok(Samples::default());
    }
    let mut samples = Samples::default();
    for mut floor in Floor::all(Cluster::shared()).await? {
        let rate = if scenario == APPEND {
            floor.append().await?
        } else {
            floor.append().await?;
            floor.pages().await?
        };
        samples.push(floor.name(), Unit::PerSecond, rate);
    }
    Ok(samples)
}

/// How many events a second it was since the start.
fn per_second(events: u64, start: Instant) -> f64 {
    events as f64 / start.elapsed().as_secs_f64()
}

/// The arguments of an event: with the rest of it about 230 bytes.
fn args(number: u64) -> String {
    format!(
        r#"{{"id":"0192f6b4-0000-7000-8000-{number:012}","text":"Buy milk, number {number}, and whatever else there is to buy on the way home from work","completed":false}}"#
    )
}
