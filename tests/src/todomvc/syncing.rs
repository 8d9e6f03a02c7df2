//! TodoMVC in several browsers, with its server or without.

use std::panic::Location;

use super::{BOOT, TodoMvc};
use crate::{
    Deployed, Failure,
    browser::{OwnBrowser, Session},
    built_app, scenario,
    server::Server,
    wait,
};

/// Runs a test with a deployed app, which can be killed, and two browsers that have nothing in common.
///
/// Panics when the test fails.
#[track_caller]
pub fn run_deployed(
    body: impl AsyncFnOnce(&mut Deployed, &Session, &Session) -> Result<(), Failure>,
) {
    let outcome = built_app("todomvc").and_then(|folder| {
        let mut server = Deployed::start(&folder)?;
        scenario::block_on(async {
            let [one, other] = OwnBrowser::start_two().await?;
            body(&mut server, one.session(), other.session()).await?;
            one.quit().await?;
            other.quit().await
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Runs a test with an app that is served without a sync server.
///
/// Panics when the test fails, or when the page logs errors that are not about the server that is not there.
#[track_caller]
pub fn run_alone<F>(body: F)
where
    F: AsyncFnOnce(&TodoMvc) -> Result<(), Failure>,
{
    let outcome = built_app("todomvc").and_then(|folder| {
        let server = Server::start(&folder)?;
        let origin = server.url("");
        scenario::run_at(&scenario::name_of::<F>(), &origin, async |session| {
            let app = TodoMvc::open_here(session, &origin).await?;
            body(&app).await?;
            let mut errors = session.console_errors().await?;
            errors.retain(|error| !error.contains("/sync?"));
            match errors.is_empty() {
                true => Ok(()),
                false => Err(Failure::Console(errors)),
            }
        })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

impl TodoMvc {
    /// Opens the app in a new tab of a browser.
    pub async fn open(session: &Session, address: &str) -> Result<Self, Failure> {
        session.open_tab().await?;
        Self::open_here(session, address).await
    }

    /// Opens the app in a browser's current tab.
    pub(super) async fn open_here(session: &Session, address: &str) -> Result<Self, Failure> {
        let app = Self {
            driver: session.driver().clone(),
            window: session.driver().window().await?,
        };
        app.goto(address).await?;
        Ok(app)
    }

    /// Goes to an address, and waits until the app has started there.
    pub async fn goto(&self, address: &str) -> Result<(), Failure> {
        self.driver.goto(address).await?;
        self.until_started().await
    }

    /// Returns the page's whole address.
    pub async fn link(&self) -> Result<String, Failure> {
        Ok(self.driver.current_url().await?.to_string())
    }

    /// Waits until the page says this of syncing.
    #[track_caller]
    pub fn until_sync_state(&self, words: &str) -> impl Future<Output = Result<(), Failure>> {
        let at = Location::caller();
        async move {
            let text = "return document.querySelector('.sync')?.textContent ?? '';";
            let look = async || self.script::<String>(text, vec![]).await;
            let expected = format!("{words:?} of syncing");
            // A client that was offline waits before it tries again.
            wait::until(at, BOOT, &expected, look, |seen| seen == words).await?;
            Ok(())
        }
    }
}
