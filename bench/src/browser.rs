//! The scenarios on a page in headless Chromium.
//!
//! The page asks the server for its task and sends its figures there; nothing looks into the page while it measures.

mod server;

use std::time::Duration;

use livestore_bench_scenarios::{
    COLD, FLOOR, Figures, Samples, Selection, Start,
    protocol::{Report, Task},
};
use livestore_tests::browser::{Driver, Session};
use tokio::{runtime, time::timeout};

use self::server::{Message, PageServer};
use crate::{Sink, failure::Failure, places};

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
        bench.measure(selection, lines).await
    })
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
                Report::Failed(reason) => return Err(Failure::Page(reason)),
                other @ Report::Cold(_) => return Err(unexpected(&other)),
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
        let mut told = Samples::default();
        loop {
            match self.next_report(&session).await? {
                Report::Cold(samples) => told = samples,
                Report::Done => return Ok(told),
                Report::Failed(reason) => return Err(Failure::Page(reason)),
                other @ Report::Lines(_) => return Err(unexpected(&other)),
            }
        }
    }

    async fn open(&self, task: Task) -> Result<Session, Failure> {
        self.server.set_task(task);
        let session = self.driver.open().await?;
        session
            .driver()
            .goto(self.server.url())
            .await
            .map_err(|error| Failure::Driver(error.to_string()))?;
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
                    session
                        .driver()
                        .cdp()
                        .send_raw("HeapProfiler.collectGarbage", serde_json::json!({}))
                        .await
                        .map_err(|error| Failure::Driver(error.to_string()))?;
                    // A page that is gone waits no more.
                    let _ = done.send(());
                }
            }
        }
    }
}

fn unexpected(report: &Report) -> Failure {
    Failure::Page(format!("it was not asked for this: {report:?}"))
}
