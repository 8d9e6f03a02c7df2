//! The page on which the benchmarks run in a browser: asks the server what to do, and tells it the figures.
//!
//! The scenarios without a page are in `livestore-bench-scenarios`; here are those that need one.

mod host;
mod ui_rows;

use livestore_bench_scenarios::{Failure, cold, protocol::Report, protocol::Task, scenarios};
use wasm_bindgen_futures::spawn_local;

use crate::host::Browser;

fn main() {
    std::panic::set_hook(Box::new(|panic| {
        let report = Report::Failed(panic.to_string());
        // Nobody is left who could hear that this fails.
        spawn_local(async move { host::report(&report).await.unwrap_or_default() });
    }));
    spawn_local(async {
        let last = match run().await {
            Ok(()) => Report::Done,
            Err(failure) => Report::Failed(failure.to_string()),
        };
        if let Err(failure) = host::report(&last).await {
            leptos::logging::error!("{failure}");
        }
    });
}

async fn run() -> Result<(), Failure> {
    host::check_isolation()?;
    let selection = match host::task().await? {
        Task::Measure(selection) => selection,
        Task::Cold(start) => {
            let samples = cold(&Browser, start).await?;
            return host::report(&Report::Cold(samples)).await;
        }
    };
    for scenario in scenarios().into_iter().chain([ui_rows::scenario()]) {
        if selection.takes(scenario.name()) {
            let lines = scenario
                .measure(&Browser)
                .await
                .map_err(|failure| Failure::Page(format!("{}: {failure}", scenario.name())))?;
            host::report(&Report::Lines(lines)).await?;
        }
    }
    Ok(())
}
