//! Browsers that tests take turns with: to start one costs more than most tests.
//!
//! A browser waits for the next test only while another test runs, so the last test ends them all and nothing is left
//! to clean up when the process ends.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::{Driver, Session};
use crate::Failure;

/// How many browsers may run at once: each wants a processor core and some hundred megabytes. Some tests take two.
static BROWSERS: Semaphore = Semaphore::const_new(2);

static POOL: Mutex<Pool> = Mutex::new(Pool {
    turns: 0,
    idle: Vec::new(),
    driver: None,
});

#[derive(Debug)]
struct Pool {
    turns: usize,
    // Before the driver: browsers end first.
    idle: Vec<Session>,
    driver: Option<Arc<Driver>>,
}

/// One test's turn with a browser.
///
/// It should end with [`Turn::give_back`] or [`Turn::end_browser`]; when it is just dropped, the browser is killed.
#[derive(Debug)]
pub struct Turn {
    session: Option<Session>,
    over: bool,
    driver: Arc<Driver>,
    _permit: SemaphorePermit<'static>,
}

/// Waits until so many more browsers may run.
pub(super) async fn permits(count: u32) -> SemaphorePermit<'static> {
    BROWSERS
        .acquire_many(count)
        .await
        .expect("the semaphore is never closed")
}

/// Waits until a browser is free, or may be started.
pub async fn take_turn() -> Result<Turn, Failure> {
    let permit = permits(1).await;
    let (idle, driver) = {
        let mut pool = pool();
        let driver = match &pool.driver {
            Some(driver) => Arc::clone(driver),
            None => Arc::clone(pool.driver.insert(Arc::new(Driver::start()?))),
        };
        pool.turns += 1;
        (pool.idle.pop(), driver)
    };
    // From here on, dropping the turn puts everything right.
    let mut turn = Turn {
        session: idle,
        over: false,
        driver,
        _permit: permit,
    };
    if turn.session.is_none() {
        turn.session = Some(turn.driver.open().await?);
    }
    Ok(turn)
}

impl Turn {
    /// Returns the browser.
    pub fn session(&self) -> &Session {
        self.session.as_ref().expect("only a turn's end takes it")
    }

    /// Leaves the browser to the next test, which expects it as new.
    pub async fn give_back(mut self) -> Result<(), Failure> {
        pool().idle.extend(self.session.take());
        self.leave().end().await
    }

    /// Ends the browser.
    pub async fn end_browser(mut self) -> Result<(), Failure> {
        let mut rest = self.leave();
        rest.sessions.extend(self.session.take());
        rest.end().await
    }

    fn leave(&mut self) -> Rest {
        self.over = true;
        let mut pool = pool();
        pool.turns -= 1;
        if pool.turns == 0 {
            Rest {
                sessions: mem::take(&mut pool.idle),
                _driver: pool.driver.take(),
            }
        } else {
            Rest {
                sessions: Vec::new(),
                _driver: None,
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.over {
            drop(self.session.take());
            drop(self.leave());
        }
    }
}

/// What nobody needs any more.
#[derive(Debug)]
struct Rest {
    // Before the driver: browsers end first.
    sessions: Vec<Session>,
    _driver: Option<Arc<Driver>>,
}

impl Rest {
    async fn end(mut self) -> Result<(), Failure> {
        for session in self.sessions.drain(..) {
            session.quit().await?;
        }
        Ok(())
    }
}

/// The pool is sound after every statement, so a panic elsewhere doesn't spoil it.
fn pool() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}
