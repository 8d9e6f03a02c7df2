//! `memory`: what a page takes that holds 10,000 todos in a live list.
//!
//! Every run has a fresh browser; the page is left alone for a while, then every isolate's garbage is collected twice.

mod devtools;

use std::{fs, time::Duration};

use livestore_bench_scenarios::{
    Figures, Samples, Selection, Unit,
    kept::Step,
    protocol::{Report, Task},
};
use livestore_tests::browser::Session;
use tokio::time::sleep;

use self::devtools::Devtools;
use super::{Bench, IMPLEMENTATION, goto, unexpected};
use crate::{Sink, failure::Failure};

/// The scenarios, and how many todos their page holds; without any it is a blank one.
const PAGES: [(&str, Option<usize>); 3] = [
    ("memory.opfs", Some(10_000)),
    ("memory.empty", Some(0)),
    ("memory.blank", None),
];
const RUNS: usize = 5;
const IDLE: Duration = Duration::from_millis(1_500);
const MEBIBYTE: f64 = 1_048_576.0;

/// Measures the selected pages.
pub(super) async fn measure(
    bench: &mut Bench,
    selection: &Selection,
    lines: Sink<'_>,
) -> Result<(), Failure> {
    for (name, todos) in PAGES {
        if selection.takes(name) {
            let mut figures = Figures::default();
            for _ in 0..RUNS {
                figures.add(once(bench, todos).await?);
            }
            lines(figures.lines(IMPLEMENTATION, name));
        }
    }
    Ok(())
}

async fn once(bench: &mut Bench, todos: Option<usize>) -> Result<Samples, Failure> {
    let session = match todos {
        Some(todos) => {
            let step = Step::Hold(todos);
            let session = bench.open(Task::Kept("memory".to_owned(), step)).await?;
            match bench.next_report(&session).await? {
                Report::Samples(_) => session,
                other => return Err(unexpected(other)),
            }
        }
        None => {
            let session = bench.driver.open().await?;
            goto(&session, "about:blank").await?;
            session
        }
    };
    sleep(IDLE).await;
    let mut devtools = Devtools::open(&session.devtools()?).await?;
    let isolates = devtools.attach_to_page().await?;
    let (mut page, mut workers, mut wasm) = (0.0, 0.0, 0.0);
    for isolate in &isolates {
        let heap = devtools.used_heap(isolate).await?;
        match isolate.is_worker {
            true => workers += heap,
            false => page += heap,
        }
        wasm += devtools.wasm_memories(isolate).await?;
    }
    let samples = [
        ("js-main", page),
        ("js-workers", workers),
        ("wasm", wasm),
        ("js-and-wasm", page + workers + wasm),
        ("renderer-pss", renderers(&session)),
    ]
    .into_iter()
    .fold(Samples::default(), |samples, (metric, bytes)| {
        samples.with(metric, Unit::Mebibytes, bytes / MEBIBYTE)
    });
    session.quit().await?;
    Ok(samples)
}

/// The memory of the browser's renderers, shared parts in proportion; nothing where the system does not tell.
fn renderers(session: &Session) -> f64 {
    let is_renderer = |process: &i32| {
        fs::read(format!("/proc/{process}/cmdline"))
            .is_ok_and(|line| line.windows(15).any(|part| part == b"--type=renderer"))
    };
    let kibibytes = |process: i32| {
        let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
        let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        pss.split_whitespace().next()?.parse::<f64>().ok()
    };
    let processes = session.processes().into_iter().filter(is_renderer);
    processes.filter_map(kibibytes).sum::<f64>() * 1_024.0
}
