//! Time and tasks, as the platform has them.

#[cfg(not(target_arch = "wasm32"))]
mod native;
mod virtual_time;
#[cfg(target_arch = "wasm32")]
mod web;

use std::{future::Future, pin::Pin, time::Duration};

#[cfg(all(feature = "remote", not(target_arch = "wasm32")))]
pub(super) use native::spawn_local;
#[cfg(not(target_arch = "wasm32"))]
pub(super) use native::{breathe, network_changes, sleep, spawn};
use uuid::Uuid;
pub use virtual_time::VirtualTime;
#[cfg(all(feature = "remote", target_arch = "wasm32"))]
pub(super) use web::spawn_local;
#[cfg(target_arch = "wasm32")]
pub(super) use web::{breathe, network_changes, sleep, spawn};
use web_time::Instant;

/// A future that stays on its thread.
pub(super) type LocalTask = Pin<Box<dyn Future<Output = ()>>>;

/// A clock that starts at zero and never goes back.
#[derive(Clone, Debug)]
pub(super) enum Clock {
    /// The machine's, since it was started.
    Real(Instant),
    /// A test's.
    Virtual(VirtualTime),
}

impl Clock {
    pub(super) fn start() -> Self {
        Self::Real(Instant::now())
    }

    pub(super) fn now(&self) -> Duration {
        match self {
            Self::Real(start) => start.elapsed(),
            Self::Virtual(time) => time.now(),
        }
    }

    /// Waits until it is so late.
    pub(super) fn sleep_until(&self, at: Duration) -> LocalTask {
        match self {
            Self::Real(_) => sleep(at.saturating_sub(self.now())),
            Self::Virtual(time) => time.sleep_until(at),
        }
    }
}

/// Returns a number that is another one at every call.
pub(super) fn seed() -> u64 {
    Uuid::now_v7().as_u64_pair().1
}
