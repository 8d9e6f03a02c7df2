//! Clients of the sync server over a real network: ours, and LiveStore's for TypeScript.
//!
//! This library is what the tests stand on: a server in this process that can be killed, a network that can be
//! cut, the app that all clients run, and LiveStore's client as a process of its own. The tests are in `tests/`.

mod network;
mod server;
pub mod todos;
mod upstream;

use std::time::{Duration, Instant};

pub use network::Network;
pub use server::Server;
pub use upstream::{Upstream, UpstreamTransport};

/// How long a condition may take to hold on a busy machine. LiveStore's client waits for up to 30 s before it connects
/// again.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a condition holds.
///
/// # Panics
/// When it does not in time; `seen` says what there was instead.
#[track_caller]
pub fn eventually<T: std::fmt::Debug>(
    mut look: impl FnMut() -> T,
    holds: impl Fn(&T) -> bool,
) -> T {
    let start = Instant::now();
    loop {
        let seen = look();
        if holds(&seen) {
            return seen;
        }
        assert!(
            start.elapsed() < PATIENCE,
            "after {PATIENCE:?} there is {seen:?}"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}
