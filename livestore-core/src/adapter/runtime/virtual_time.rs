//! Time that stands still until it is moved on.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::channel::oneshot;

use super::LocalTask;
use crate::adapter::lock;

/// Time for tests, which stands still until it is moved on: a client waits for minutes before it tries again, and its
/// test for nothing.
///
/// It is the time of the leaders of [`Memory`](crate::adapter::Memory) adapters that were
/// [given](crate::adapter::Memory::time) it: of their waits between attempts, their pings and their deadlines. Clones
/// are the same time.
///
/// ```
/// # futures::executor::block_on(async {
/// # use std::time::Duration;
/// # use livestore_core::{prelude::*, testkit::{Clients, VirtualTime}};
/// # let schema = || Schema::builder().build().unwrap();
/// let time = VirtualTime::new();
/// let mut clients = Clients::in_time(&time);
/// clients.add(schema()).await?;
/// clients.settle().await;
/// time.advance(Duration::from_secs(3600));
/// assert_eq!(time.now(), Duration::from_secs(3600));
/// # Ok::<(), livestore_core::Error>(()) }).unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct VirtualTime {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    now: Duration,
    /// Who waits, and until when.
    sleepers: Vec<(Duration, oneshot::Sender<()>)>,
}

impl VirtualTime {
    /// Starts at zero.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns how far it was moved on so far.
    pub fn now(&self) -> Duration {
        lock(&self.inner).now
    }

    /// Moves it on, and wakes whoever waits for a moment in between; what they do then, they do in their own threads.
    pub fn advance(&self, duration: Duration) {
        let mut due = {
            let mut inner = lock(&self.inner);
            inner.now += duration;
            let now = inner.now;
            inner
                .sleepers
                .extract_if(.., |(until, _)| *until <= now)
                .collect::<Vec<_>>()
        };
        due.sort_by_key(|(until, _)| *until);
        for (_, sleeper) in due {
            // One that has stopped waiting needs no waking.
            let _ = sleeper.send(());
        }
    }

    /// Waits until it is so late.
    pub(super) fn sleep_until(&self, at: Duration) -> LocalTask {
        let (waker, woken) = oneshot::channel();
        {
            let mut inner = lock(&self.inner);
            if at <= inner.now {
                return Box::pin(futures::future::ready(()));
            }
            inner.sleepers.retain(|(_, sleeper)| !sleeper.is_canceled());
            inner.sleepers.push((at, waker));
        }
        Box::pin(async {
            if woken.await.is_err() {
                // The time is gone, and with it whoever could move it on.
                futures::future::pending().await
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;
    use crate::testing::test;

    #[test]
    fn whoever_waits_is_woken_when_the_time_has_come_and_not_before() {
        let time = VirtualTime::new();
        let mut short = time.sleep_until(Duration::from_secs(1));
        let mut long = time.sleep_until(Duration::from_secs(10));
        time.advance(Duration::from_millis(999));
        assert_eq!((&mut short).now_or_never(), None);
        time.advance(Duration::from_millis(1));
        assert_eq!(short.now_or_never(), Some(()));
        assert_eq!((&mut long).now_or_never(), None);
        time.advance(Duration::from_secs(60));
        assert_eq!(long.now_or_never(), Some(()));
        let past = time.sleep_until(Duration::from_secs(5));
        assert_eq!(past.now_or_never(), Some(()));
    }

    #[test]
    fn who_has_stopped_waiting_is_not_kept() {
        let time = VirtualTime::new();
        for _ in 0..1_000 {
            drop(time.sleep_until(Duration::from_secs(1)));
        }
        assert_eq!(lock(&time.inner).sleepers.len(), 1, "the last of them");
    }
}
