//! Tests of the web adapter: tabs of one origin that run the test app (`tests/app`), and what goes on around them.
//!
//! The origin serves the app's two versions under `v1/` and `v2/`; see [`Site`] for the rest. A store lives as long as
//! the test's browser keeps the origin's data.

mod opfs;
mod site;
mod tab;

use std::{collections::BTreeMap, time::Duration};

pub use self::{
    opfs::Part,
    site::Site,
    tab::{Damage, Status, Tab},
};
use crate::{
    Failure,
    browser::{OwnBrowser, Session},
    scenario,
};

/// How long the app may take to start, and a leader to come up, on a busy machine.
pub const BOOT: Duration = Duration::from_secs(60);

/// The tokens that a page shows, and how many events added each.
pub type Entries = BTreeMap<String, i64>;

/// Runs a test in a browser that it shares with others, one after the other.
///
/// Panics when the test fails. The test is named after the function that `body` is written in.
#[track_caller]
pub fn run<F>(body: F)
where
    F: AsyncFnOnce(&Web<'_>) -> Result<(), Failure>,
{
    let outcome = Site::start().and_then(|site| {
        let origin = site.url("");
        scenario::run_at(&scenario::name_of::<F>(), &origin, async |session| {
            body(&Web {
                site: &site,
                session,
            })
            .await
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Runs a test in a browser of its own, which it may kill.
///
/// Panics when the test fails.
#[track_caller]
pub fn run_and_kill(body: impl AsyncFnOnce(&Site, &mut OwnBrowser) -> Result<(), Failure>) {
    let outcome = Site::start().and_then(|site| {
        scenario::block_on(async {
            let mut browser = OwnBrowser::start().await?;
            body(&site, &mut browser).await?;
            browser.quit().await
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// A browser and the site that the app is served from.
#[derive(Clone, Copy, Debug)]
pub struct Web<'a> {
    /// What is served.
    pub site: &'a Site,
    /// The browser.
    pub session: &'a Session,
}

impl<'a> Web<'a> {
    /// Brings site and browser together.
    pub fn new(site: &'a Site, session: &'a Session) -> Self {
        Self { site, session }
    }

    /// Opens a new tab at a path of the site.
    pub async fn open(&self, path: &str) -> Result<Tab, Failure> {
        let driver = self.session.driver();
        let tab = Tab::new(driver, self.session.open_tab().await?);
        tab.goto(&self.site.url(path)).await?;
        Ok(tab)
    }

    /// Opens a new tab with a store, and waits until that is open.
    pub async fn store(&self, path: &str) -> Result<Tab, Failure> {
        let tab = self.open(path).await?;
        tab.until_open().await?;
        Ok(tab)
    }

    /// Has a page open tabs, and returns those.
    pub async fn opened_by(
        &self,
        open: impl Future<Output = Result<(), Failure>>,
    ) -> Result<Vec<Tab>, Failure> {
        let driver = self.session.driver();
        let before = driver.windows().await?;
        open.await?;
        let mut windows = driver.windows().await?;
        windows.retain(|window| !before.contains(window));
        Ok(windows
            .into_iter()
            .map(|window| Tab::new(driver, window))
            .collect())
    }
}
