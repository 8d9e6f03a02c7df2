//! Steps on stores that are kept in the browser, one per page.
//!
//! What a step does is in `livestore-bench-scenarios`; here is what takes a browser: two tabs, and the worker in which
//! the floors have their files. What a step has opened stays so until the page is closed.

mod floor;

use livestore_bench_scenarios::{
    Failure,
    kept::{self, Place, Step},
    protocol::Report,
};
use livestore_core::{adapter::web, prelude::*};

use crate::host::{self, Browser};

/// Says that the other tab's live count is there.
const WATCHING: &str = "watching";
/// Says that it has all.
const COMPLETE: &str = "complete";

/// How long tabs come to rest, in milliseconds.
const REST: f64 = 1_500.0;

/// Becomes a leader or a floor's worker, if this is a worker, and says whether it is.
pub(crate) fn run_if_worker() -> bool {
    floor::run_if_worker() || web::run_if_worker(|| host::version().schema())
}

/// Carries out a step and returns what it gave.
pub(crate) async fn run(store: &str, step: Step) -> Result<Report, Failure> {
    let adapter = WebAdapter::persisted();
    let place = Place {
        store,
        version: host::version(),
        adapter: &adapter,
    };
    let samples = match step {
        Step::CommitFor(todos) => {
            let store = place.open().await?;
            let watching = host::hear(WATCHING);
            let complete = host::hear(COMPLETE);
            host::report(&Report::Ready).await?;
            watching.await;
            // What is measured is not the rest of the tabs' start.
            host::pause(REST).await;
            let samples = kept::commit_for(&Browser, &store, todos, complete).await?;
            std::mem::forget(store);
            samples
        }
        Step::Watch(todos) => {
            let store = place.open().await?;
            kept::watch(&store, todos, || host::say(WATCHING)).await?;
            host::say(COMPLETE);
            std::mem::forget(store);
            return Ok(Report::Done);
        }
        Step::FloorBoot(..) | Step::FloorCommit(..) | Step::FloorCrossTab(_) => {
            floor::run(store, step).await?
        }
        step => {
            let open = kept::run(&Browser, place, step).await?;
            let samples = open.samples.clone();
            std::mem::forget(open);
            samples
        }
    };
    Ok(Report::Samples(samples))
}
