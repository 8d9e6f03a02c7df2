//! The leader's way to the backend in virtual time.

mod connection;
mod initial;
mod push;

use std::time::Duration;

use super::{SyncOptions, Upstream, UpstreamEffect};
use crate::sync::{BackendError, PageInfo};

const SECOND: Duration = Duration::from_secs(1);

/// Time, and what is pending.
struct Bench {
    upstream: Upstream,
    now: Duration,
    pending: bool,
}

impl Bench {
    fn new() -> Self {
        Self::with(SyncOptions::default())
    }

    fn with(options: SyncOptions) -> Self {
        Self {
            upstream: Upstream::new(options, Duration::ZERO, 7),
            now: Duration::ZERO,
            pending: false,
        }
    }

    fn poll(&mut self) -> Vec<UpstreamEffect> {
        self.upstream.poll(self.now, self.pending)
    }

    /// Lets time pass until there is something to do, and does it.
    fn wait(&mut self) -> Vec<UpstreamEffect> {
        let at = self.upstream.wake_at(self.pending);
        let at = at.expect("it wants to be woken");
        assert!(at >= self.now, "time goes forward");
        self.now = at;
        self.poll()
    }

    /// Makes the connection it wants; returns its number.
    fn connect(&mut self) -> u64 {
        let effects = self.poll();
        let [UpstreamEffect::Connect { connection }] = effects[..] else {
            panic!("{effects:?}");
        };
        self.upstream.connected(self.now);
        connection
    }

    /// Connects and pulls everything.
    fn catch_up(&mut self) -> u64 {
        let connection = self.connect();
        let live = self.upstream.options().live_pull;
        assert_eq!(self.poll(), [UpstreamEffect::Pull { connection, live }]);
        self.upstream.pulled(self.now, 0, PageInfo::NoMore);
        connection
    }

    fn fail(&mut self) {
        let error = BackendError::failed("it broke");
        assert_eq!(
            self.upstream.failed(self.now, &error),
            UpstreamEffect::Disconnect
        );
    }
}

fn is_connect(effects: &[UpstreamEffect]) -> bool {
    matches!(effects, [UpstreamEffect::Connect { .. }])
}

fn is_push(effects: &[UpstreamEffect]) -> bool {
    matches!(effects, [UpstreamEffect::Push { .. }])
}
