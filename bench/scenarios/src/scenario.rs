//! One scenario: how it is run, on a store and as its floor, and what comes out.

use std::{future::Future, pin::Pin};

use crate::{
    failure::Failure,
    line::{FLOOR, Line},
    sample::{Figures, Samples},
};

/// Runs before the first that counts, at least.
const WARM_UP_RUNS: usize = 3;
/// How long warming up takes at least, in milliseconds: a browser's optimising compiler works beside the page, and
/// code is several times slower until it is through.
const WARM_UP_TIME: f64 = 700.0;

/// A future that stays on its thread.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Where scenarios run.
pub trait Host {
    /// Returns what the JSON lines call the implementation, such as `livestore-rs native`.
    fn implementation(&self) -> &str;

    /// Returns the time in milliseconds since some moment.
    fn now(&self) -> f64;

    /// Returns whether that moment is when the browser set out for this page.
    fn counts_from_navigation(&self) -> bool {
        false
    }

    /// Lets everything else run that waits for the thread.
    fn rest(&self) -> LocalFuture<'_, ()>;
}

/// One run of a scenario: one sample per metric.
pub type Run = for<'a> fn(&'a dyn Host) -> LocalFuture<'a, Result<Samples, Failure>>;

/// A scenario that can be measured.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    name: &'static str,
    runs: usize,
    store: Run,
    floor: Run,
}

impl Scenario {
    /// Names a scenario, says how many runs count, and what a run does on a store and on the floor below it.
    pub const fn new(name: &'static str, runs: usize, store: Run, floor: Run) -> Self {
        Self {
            name,
            runs,
            store,
            floor,
        }
    }

    /// Returns the name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Warms up, then measures store and floor in turns, so that a busy machine disturbs both alike.
    ///
    /// # Errors
    /// When something failed or was not as the scenario says.
    pub async fn measure(&self, host: &dyn Host) -> Result<Vec<Line>, Failure> {
        let (mut store, mut floor) = (Figures::default(), Figures::default());
        let start = host.now();
        for warm_up in 1.. {
            self.run_both(host).await?;
            if warm_up >= WARM_UP_RUNS && host.now() - start >= WARM_UP_TIME {
                break;
            }
        }
        for _ in 0..self.runs {
            let (of_store, of_floor) = self.run_both(host).await?;
            store.add(of_store);
            floor.add(of_floor);
        }
        let mut lines = store.lines(host.implementation(), self.name);
        lines.extend(floor.lines(host.implementation(), &format!("{FLOOR}{}", self.name)));
        Ok(lines)
    }

    /// Runs store and floor once, for the assertions only.
    ///
    /// # Errors
    /// When something failed or was not as the scenario says.
    pub async fn try_once(&self, host: &dyn Host) -> Result<(), Failure> {
        self.run_both(host).await.map(drop)
    }

    async fn run_both(&self, host: &dyn Host) -> Result<(Samples, Samples), Failure> {
        host.rest().await;
        let store = (self.store)(host).await?;
        host.rest().await;
        let floor = (self.floor)(host).await?;
        Ok((store, floor))
    }
}
