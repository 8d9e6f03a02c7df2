//! The page on which the benchmarks run in a browser: asks the server what to do, and tells it the figures.
//!
//! The scenarios without a page are in `livestore-bench-scenarios`; here are those that need one.

mod host;
mod kept;
mod ui_rows;

use livestore_bench_scenarios::{
    Failure, Selection, cold,
    protocol::{Report, Task},
    scenarios,
};
use wasm_bindgen_futures::spawn_local;

use crate::host::Browser;

fn main() {
    if kept::run_if_worker() {
        return;
    }
    std::panic::set_hook(Box::new(|panic| {
        let report = Report::Failed(panic.to_string());
        // Nobody is left who could hear that this fails.
        spawn_local(async move { host::report(&report).await.unwrap_or_default() });
    }));
    spawn_local(async {
        let last = run()
            .await
            .unwrap_or_else(|failure| Report::Failed(failure.to_string()));
        if let Err(failure) = host::report(&last).await {
            leptos::logging::error!("{failure}");
        }
    });
}

/// Does what the server asks for, and returns what is to be reported last.
async fn run() -> Result<Report, Failure> {
    host::check_isolation()?;
    match host::task().await? {
        Task::Measure(selection) => measure(&selection).await,
        Task::Cold(start) => cold(&Browser, start).await.map(Report::Samples),
        Task::Kept(store, step) => kept::run(&store, step).await,
    }
}

async fn measure(selection: &Selection) -> Result<Report, Failure> {
    for scenario in scenarios().into_iter().chain([ui_rows::scenario()]) {
        if selection.takes(scenario.name()) {
            let lines = scenario
                .measure(&Browser)
                .await
                .map_err(|failure| Failure::Page(format!("{}: {failure}", scenario.name())))?;
            host::report(&Report::Lines(lines)).await?;
        }
    }
    Ok(Report::Done)
}
