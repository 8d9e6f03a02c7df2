//! A browser of a test's own, which can be killed and started again with the same profile.

use std::{fs, path::PathBuf};

use tokio::sync::SemaphorePermit;

use super::{Driver, Session, pool};
use crate::Failure;

/// What a killed browser leaves in its profile to keep a second one away.
const LOCKS: [&str; 3] = ["SingletonLock", "SingletonSocket", "SingletonCookie"];

/// A browser that nobody else uses, with a profile that outlives it.
#[derive(Debug)]
pub struct OwnBrowser {
    // Before the driver: the browser ends first.
    session: Option<Session>,
    profile: PathBuf,
    driver: Driver,
    _permit: SemaphorePermit<'static>,
}

impl OwnBrowser {
    /// Starts a browser with a fresh profile.
    pub async fn start() -> Result<Self, Failure> {
        Self::start_with(pool::permits(1).await).await
    }

    /// Starts two browsers that have nothing in common.
    pub async fn start_two() -> Result<[Self; 2], Failure> {
        // Both at once: two tests that each wait for a second one would wait for ever.
        let mut permits = pool::permits(2).await;
        let one = permits.split(1).expect("there are two");
        Ok([
            Self::start_with(one).await?,
            Self::start_with(permits).await?,
        ])
    }

    async fn start_with(permit: SemaphorePermit<'static>) -> Result<Self, Failure> {
        let driver = Driver::start()?;
        let profile = driver.new_profile();
        let session = driver.open_profile(&profile).await?;
        Ok(Self {
            session: Some(session),
            profile,
            driver,
            _permit: permit,
        })
    }

    /// Returns the browser.
    pub fn session(&self) -> &Session {
        self.session
            .as_ref()
            .expect("it is only gone while it is being restarted")
    }

    /// Kills the browser with all its processes, and starts it again.
    pub async fn kill_and_restart(&mut self) -> Result<(), Failure> {
        if let Some(session) = self.session.take() {
            session.kill().await?;
        }
        for lock in LOCKS {
            // It need not be there.
            let _ = fs::remove_file(self.profile.join(lock));
        }
        self.session = Some(self.driver.open_profile(&self.profile).await?);
        Ok(())
    }

    /// Ends the browser the polite way.
    pub async fn quit(mut self) -> Result<(), Failure> {
        match self.session.take() {
            Some(session) => session.quit().await,
            None => Ok(()),
        }
    }
}
