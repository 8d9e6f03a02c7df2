//! The scenarios on a page in headless Chromium.
//!
//! The page asks the server for its task and sends its figures there; nothing looks into the page while it measures.

mod kept;
mod memory;
mod server;
mod tti;

use std::time::Duration;

use livestore_bench_scenarios::{
    COLD, FLOOR, Figures, Samples, Selection, Start,
    protocol::{Report, Task},
};
use livestore_tests::browser::{Driver, Session};
use tokio::{runtime, time::timeout};

use self::server::{Message, PageServer};
use crate::{Sink, bundle, failure::Failure, places};

pub(crate) const IMPLEMENTATION: &str = "livestore-rs chromium";
/// Browsers that are started for cold runs, for store and floor each.
const COLD_RUNS: usize = 5;
/// How long a page may be silent: the longest scenario takes a few seconds on an idle machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// Measures the selected scenarios.
pub(crate) fn run(selection: &Selection, lines: Sink<'_>) -> Result<(), Failure> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut bench = Bench {
            server: PageServer::start(&places::page()?).await?,
            driver: Driver::start()?,
        };
        if selection.takes(COLD) {
            lines(bench.cold(COLD, Start::Store).await?);
            lines(bench.cold(&format!("{FLOOR}{COLD}"), Start::Floor).await?);
        }
        bench.measure(selection, lines).await?;
        kept::measure(&mut bench, selection, lines).await?;
        memory::measure(&mut bench, selection, lines).await?;
        tti::measure(&bench.driver, selection, lines).await
    })?;
    bundle::run(selection, lines)
}

struct Bench {
    server: PageServer,
    driver: Driver,
}

impl Bench {
    async fn measure(&mut self, selection: &Selection, lines: Sink<'_>) -> Result<(), Failure> {
        let session = self.open(Task::Measure(selection.clone())).await?;
        loop {
            match self.next_report(&session).await? {
                Report::Lines(more) => lines(more),
                Report::Done => return Ok(()),
                other => return Err(unexpected(other)),
            }
        }
    }

    /// A fresh browser for each run: one that has seen the page's code keeps what it compiled.
    async fn cold(
        &mut self,
        name: &str,
        start: Start,
    ) -> Result<Vec<livestore_bench_scenarios::Line>, Failure> {
        let mut figures = Figures::default();
        for _ in 0..COLD_RUNS {
            figures.add(self.cold_once(start).await?);
        }
        Ok(figures.lines(IMPLEMENTATION, name))
    }

    async fn cold_once(&mut self, start: Start) -> Result<Samples, Failure> {
        let session = self.open(Task::Cold(start)).await?;
        match self.next_report(&session).await? {
            Report::Samples(samples) => Ok(samples),
            other => Err(unexpected(other)),
        }
    }

    async fn open(&self, task: Task) -> Result<Session, Failure> {
        self.server.set_task(task);
        let session = self.driver.open().await?;
        goto(&session, &self.server.url()).await?;
        Ok(session)
    }

    /// Waits for the page's next report, and does for the page what it asks for meanwhile.
    async fn next_report(&mut self, session: &Session) -> Result<Report, Failure> {
        loop {
            let Ok(message) = timeout(PATIENCE, self.server.next()).await else {
                return Err(Failure::Silent {
                    seconds: PATIENCE.as_secs(),
                    console: session.console_errors().await?,
                });
            };
            match message {
                Message::Report(report) => return Ok(report),
                Message::CollectGarbage(done) => {
                    driven(
                        session
                            .driver()
                            .cdp()
                            .send_raw("HeapProfiler.collectGarbage", serde_json::json!({}))
                            .await,
                    )?;
                    // A page that is gone waits no more.
                    let _ = done.send(());
                }
            }
        }
    }
}

/// Why a page's report ends the benchmarks: it says so itself, or it is not what was asked for.
fn unexpected(report: Report) -> Failure {
    match report {
        Report::Failed(reason) => Failure::Page(reason),
        other => Failure::Page(format!("it was not asked for this: {other:?}")),
    }
}

async fn goto(session: &Session, url: &str) -> Result<(), Failure> {
    driven(session.driver().goto(url).await)
}

fn driven<T>(outcome: Result<T, impl std::fmt::Display>) -> Result<T, Failure> {
    outcome.map_err(|error| Failure::Driver(error.to_string()))
}
