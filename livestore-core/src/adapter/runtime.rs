//! Time and tasks, as the platform has them.

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

use std::{future::Future, pin::Pin, time::Duration};

#[cfg(all(feature = "remote", not(target_arch = "wasm32")))]
pub(super) use native::spawn_local;
#[cfg(not(target_arch = "wasm32"))]
pub(super) use native::{breathe, network_changes, sleep, spawn};
use uuid::Uuid;
#[cfg(all(feature = "remote", target_arch = "wasm32"))]
pub(super) use web::spawn_local;
#[cfg(target_arch = "wasm32")]
pub(super) use web::{breathe, network_changes, sleep, spawn};
use web_time::Instant;

/// A future that stays on its thread.
pub(super) type LocalTask = Pin<Box<dyn Future<Output = ()>>>;

/// A clock that starts at zero and never goes back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(Instant);

impl Clock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn now(self) -> Duration {
        self.0.elapsed()
    }
}

/// Returns a number that is another one at every call.
pub(super) fn seed() -> u64 {
    Uuid::now_v7().as_u64_pair().1
}
