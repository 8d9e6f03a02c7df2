//! Steps on stores that are kept in the browser, each in a tab of its own; all in one browser with one profile.

use std::time::Duration;

use livestore_bench_scenarios::{
    Samples, Selection,
    kept::{Step, Version},
    protocol::{NEXT, Report, Task},
};
use livestore_tests::browser::Session;
use tokio::time::sleep;

use super::{Bench, IMPLEMENTATION, unexpected};
use crate::{
    Sink,
    failure::Failure,
    kept::{self, Pair, Steps},
};

const CROSS_TAB: &str = "cross-tab-1000";
const EVENTS: usize = 1_000;
const CROSS_TAB_RUNS: usize = 11;

/// Measures the selected scenarios.
pub(super) async fn measure(
    bench: &mut Bench,
    selection: &Selection,
    lines: Sink<'_>,
) -> Result<(), Failure> {
    let session = bench.driver.open().await?;
    let mut tabs = Tabs { bench, session };
    kept::measure(&mut tabs, selection, lines).await?;
    if selection.takes(CROSS_TAB) {
        tabs.cross_tab(lines).await?;
    }
    tabs.session.quit().await?;
    Ok(())
}

struct Tabs<'a> {
    bench: &'a mut Bench,
    session: Session,
}

impl Steps for Tabs<'_> {
    const IMPLEMENTATION: &'static str = IMPLEMENTATION;

    async fn step(
        &mut self,
        store: &str,
        version: Version,
        step: Step,
        open: Duration,
    ) -> Result<Samples, Failure> {
        self.open(store, version, step).await?;
        let samples = self.samples().await?;
        sleep(open).await;
        self.close().await?;
        Ok(samples)
    }
}

impl Tabs<'_> {
    /// Opens a tab that carries out a step.
    async fn open(&mut self, store: &str, version: Version, step: Step) -> Result<(), Failure> {
        self.bench
            .server
            .set_task(Task::Kept(store.to_owned(), step));
        let mut url = self.bench.server.url();
        if version == Version::Next {
            url.push_str(NEXT.trim_start_matches('/'));
            url.push('/');
        }
        self.session.open_tab().await?;
        super::goto(&self.session, &url).await
    }

    /// Closes the tab that was opened last.
    async fn close(&self) -> Result<(), Failure> {
        super::driven(self.session.driver().close_window().await)
    }

    async fn samples(&mut self) -> Result<Samples, Failure> {
        match self.bench.next_report(&self.session).await? {
            Report::Samples(samples) => Ok(samples),
            other => Err(unexpected(other)),
        }
    }

    /// `cross-tab-1000`: when both tabs have come to rest, the one with the leader commits 1,000 events at once, until it has heard that the other one's live
    /// count has them.
    async fn cross_tab(&mut self, lines: Sink<'_>) -> Result<(), Failure> {
        let mut pair = Pair::default();
        for run in 0..kept::WARM_UP_RUNS + CROSS_TAB_RUNS {
            let store = format!("{CROSS_TAB}-{run}");
            self.open(&store, Version::This, Step::CommitFor(EVENTS))
                .await?;
            match self.bench.next_report(&self.session).await? {
                Report::Ready => {}
                other => return Err(unexpected(other)),
            }
            let committing = super::driven(self.session.driver().window().await)?;
            self.open(&store, Version::This, Step::Watch(EVENTS))
                .await?;
            let mut samples = None;
            let mut watched = false;
            // Either may be faster with its report.
            while samples.is_none() || !watched {
                match self.bench.next_report(&self.session).await? {
                    Report::Samples(more) => samples = Some(more),
                    Report::Done => watched = true,
                    other => return Err(unexpected(other)),
                }
            }
            self.close().await?;
            super::driven(self.session.driver().switch_to_window(committing).await)?;
            self.close().await?;
            let floor = self
                .step(
                    &store,
                    Version::This,
                    Step::FloorCrossTab(EVENTS),
                    Duration::ZERO,
                )
                .await?;
            pair.add(run, samples.unwrap_or_default(), floor);
        }
        lines(pair.lines::<Self>(CROSS_TAB));
        Ok(())
    }
}
