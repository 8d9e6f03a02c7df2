//! Connecting, backing off, pinging, going offline, giving up.

use std::time::Duration;

use super::{Bench, SECOND, is_connect};
use crate::{
    sync::{BackendError, Connection, PageInfo, SyncOptions, UpstreamEffect},
    testing::test,
};

#[test]
fn it_connects_at_once_and_then_pulls() {
    let mut bench = Bench::new();
    assert_eq!(bench.upstream.status(bench.now), Connection::Connecting);
    let connection = bench.connect();
    assert_eq!(bench.upstream.status(bench.now), Connection::Connected);
    let live = true;
    assert_eq!(bench.poll(), [UpstreamEffect::Pull { connection, live }]);
    assert_eq!(bench.poll(), [], "once");
}

#[test]
fn pauses_grow_between_tries_and_start_over_once_a_connection_has_held() {
    let mut bench = Bench::new();
    bench.connect();
    for full in [1, 2, 4, 8, 16, 30, 30] {
        pause_is_about(&mut bench, SECOND * full);
        bench.upstream.connected(bench.now);
        // A backend that serves pulls and nothing else is no reason to hurry.
        bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
    }
    bench.now += bench.upstream.options().ping_interval;
    pause_is_about(&mut bench, SECOND);
    bench.upstream.connected(bench.now);
    pause_is_about(&mut bench, SECOND * 2);
    bench.upstream.connected(bench.now);
    bench.upstream.pushed(bench.now);
    pause_is_about(&mut bench, SECOND);
}

fn pause_is_about(bench: &mut Bench, full: Duration) {
    let before = bench.now;
    bench.fail();
    assert!(is_connect(&bench.wait()));
    let pause = bench.now - before;
    assert!(pause <= full && pause >= full / 2, "{pause:?} of {full:?}");
}

/// Found in a review: pings were answered, so nobody noticed, and nothing was pushed any more.
#[test]
fn a_pull_that_does_not_go_on_is_given_up() {
    let more = PageInfo::MoreKnown { remaining: 5 };
    for pages in [
        &[][..],
        &[PageInfo::MoreUnknown],
        &[more, more],
        &[PageInfo::NoMore, more],
    ] {
        let mut bench = Bench::new();
        bench.pending = true;
        bench.connect();
        bench.poll();
        for page in pages {
            bench.now += SECOND;
            bench.upstream.pulled(bench.now, 1, *page);
        }
        let last = bench.now;
        loop {
            match bench.wait()[..] {
                [UpstreamEffect::Ping { .. }] => bench.upstream.answered(bench.now),
                [UpstreamEffect::Disconnect] => break,
                ref other => panic!("after {pages:?}: {other:?}"),
            }
        }
        assert_eq!(bench.now, last + SyncOptions::default().timeout);
    }
}

#[test]
fn the_status_says_what_failed_how_often_and_when_the_next_try_is() {
    let mut bench = Bench::new();
    bench.connect();
    bench.fail();
    let Connection::Reconnecting {
        attempt,
        next_try_in,
        reason,
    } = bench.upstream.status(bench.now)
    else {
        panic!("{:?}", bench.upstream.status(bench.now));
    };
    let wake_at = bench.upstream.wake_at(false).unwrap();
    assert_eq!((attempt, next_try_in), (1, wake_at - bench.now));
    assert!(reason.contains("it broke"), "{reason}");
}

#[test]
fn an_attempt_to_connect_that_gets_no_answer_is_given_up() {
    let mut bench = Bench::new();
    assert!(is_connect(&bench.poll()));
    assert_eq!(bench.wait(), [UpstreamEffect::Disconnect]);
    assert_eq!(bench.now, SyncOptions::default().timeout);
    assert!(is_connect(&bench.wait()));
}

#[test]
fn a_quiet_connection_is_tested_and_given_up_without_an_answer() {
    let mut bench = Bench::new();
    let connection = bench.catch_up();
    assert_eq!(bench.wait(), [UpstreamEffect::Ping { connection }]);
    assert_eq!(bench.now, SyncOptions::default().ping_interval);
    assert_eq!(bench.poll(), [], "one ping at a time");
    bench.upstream.answered(bench.now);
    assert_eq!(bench.wait(), [UpstreamEffect::Ping { connection }]);
    assert_eq!(bench.now, SyncOptions::default().ping_interval * 2);
    assert_eq!(bench.wait(), [UpstreamEffect::Disconnect]);
    assert!(is_connect(&bench.wait()));
}

#[test]
fn a_connection_that_speaks_is_not_tested() {
    let mut bench = Bench::new();
    bench.catch_up();
    for _ in 0..10 {
        bench.now += SECOND * 5;
        bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
        assert_eq!(bench.poll(), []);
    }
}

#[test]
fn offline_nothing_is_tried_and_online_it_connects_at_once() {
    let mut bench = Bench::new();
    let first = bench.catch_up();
    assert_eq!(
        bench.upstream.set_online(false),
        Some(UpstreamEffect::Disconnect)
    );
    bench.pending = true;
    assert_eq!(bench.upstream.status(bench.now), Connection::Offline);
    assert_eq!(bench.upstream.wake_at(true), None);
    bench.now += SECOND * 1_000;
    assert_eq!(bench.poll(), []);
    assert!(!bench.upstream.is_current(first));
    assert_eq!(bench.upstream.set_online(true), None);
    assert!(is_connect(&bench.poll()));
}

#[test]
fn going_online_does_not_wait_for_an_earlier_pause() {
    let mut bench = Bench::new();
    bench.connect();
    for _ in 0..6 {
        bench.fail();
        bench.wait();
    }
    bench.upstream.set_online(false);
    bench.upstream.set_online(true);
    assert!(is_connect(&bench.poll()));
}

#[test]
fn switching_to_what_it_is_already_changes_nothing() {
    let mut bench = Bench::new();
    let connection = bench.catch_up();
    assert_eq!(bench.upstream.set_online(true), None);
    assert!(bench.upstream.is_current(connection));
    assert_eq!(bench.poll(), []);
}

#[test]
fn once_stopped_it_stays_so_and_says_why() {
    let mut bench = Bench::new();
    bench.catch_up();
    assert_eq!(bench.upstream.stop("enough"), UpstreamEffect::Disconnect);
    bench.pending = true;
    bench
        .upstream
        .failed(bench.now, &BackendError::failed("late"));
    bench.upstream.set_online(false);
    bench.upstream.set_online(true);
    assert_eq!(bench.poll(), []);
    assert_eq!(bench.upstream.wake_at(true), None);
    let reason = "enough".into();
    assert_eq!(
        bench.upstream.status(bench.now),
        Connection::Stopped { reason }
    );
}

#[test]
fn a_live_pull_that_ends_is_made_again_on_another_connection() {
    let mut bench = Bench::new();
    let connection = bench.catch_up();
    let effect = bench.upstream.pull_ended(bench.now);
    assert_eq!(effect, Some(UpstreamEffect::Disconnect));
    let [UpstreamEffect::Connect { connection: next }] = bench.wait()[..] else {
        panic!("it connects");
    };
    assert!(next > connection);
}

#[test]
fn a_pull_that_is_not_live_ends_and_the_connection_stays() {
    let mut bench = Bench::with(SyncOptions::default().live_pull(false));
    bench.catch_up();
    assert_eq!(bench.upstream.pull_ended(bench.now), None);
    assert_eq!(bench.poll(), []);
    assert_eq!(bench.upstream.status(bench.now), Connection::Connected);
}

#[test]
fn it_always_knows_when_it_will_have_something_to_do() {
    let options = SyncOptions::default().timeout(Duration::from_secs(3));
    let mut bench = Bench::with(options);
    bench.pending = true;
    // Whatever the backend does not do, there is no state without a way out.
    for _ in 0..200 {
        let effects = bench.wait_or_poll();
        if is_connect(&effects) && bench.now.as_secs().is_multiple_of(2) {
            bench.upstream.connected(bench.now);
        }
    }
    assert!(bench.now > SECOND * 100);
}

impl Bench {
    fn wait_or_poll(&mut self) -> Vec<UpstreamEffect> {
        match self.upstream.wake_at(self.pending) {
            Some(_) => self.wait(),
            None => {
                let effects = self.poll();
                assert!(!effects.is_empty(), "{:?}", self.upstream);
                effects
            }
        }
    }
}

#[test]
fn a_network_that_is_back_is_tried_at_once() {
    let mut bench = Bench::new();
    for _ in 0..6 {
        bench.now += SECOND * 60;
        assert!(is_connect(&bench.poll()));
        bench.fail();
    }
    assert_eq!(bench.poll(), []);
    assert_eq!(bench.upstream.network_changed(bench.now), None);
    assert!(is_connect(&bench.poll()));
    // A try that is under way is not disturbed.
    assert_eq!(bench.upstream.network_changed(bench.now), None);
    assert_eq!(bench.poll(), []);
}

#[test]
fn a_connection_is_tested_when_the_network_changes() {
    let mut bench = Bench::new();
    let connection = bench.catch_up();
    let ping = Some(UpstreamEffect::Ping { connection });
    assert_eq!(bench.upstream.network_changed(bench.now), ping);
    assert_eq!(bench.upstream.network_changed(bench.now), None, "once");
    bench.upstream.answered(bench.now);
    assert_eq!(bench.upstream.network_changed(bench.now), ping);
    bench.wait();
    assert!(is_connect(&bench.wait()), "nobody answered");
}

#[test]
fn a_pull_that_does_not_go_on_ends_the_connection() {
    let options = SyncOptions::default().ping_interval(SECOND * 3_600);
    let timeout = options.timeout;
    let mut bench = Bench::with(options);
    bench.connect();
    bench.poll();
    bench.now += SECOND * 20;
    bench.upstream.pulled(bench.now, 100, PageInfo::MoreUnknown);
    let since = bench.now;
    assert_eq!(bench.wait(), [UpstreamEffect::Disconnect]);
    assert_eq!(bench.now, since + timeout);
    let Connection::Reconnecting { reason, .. } = bench.upstream.status(bench.now) else {
        panic!("it tries again");
    };
    assert!(reason.contains("how its log goes on"), "{reason}");
}
