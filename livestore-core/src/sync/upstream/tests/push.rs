//! When it pushes, and when again.

use super::{Bench, SECOND, is_connect, is_push};
use crate::{
    sync::{BackendError, PageInfo, SyncOptions, UpstreamEffect},
    testing::test,
};

#[test]
fn nothing_is_pushed_before_everything_is_pulled() {
    let mut bench = Bench::new();
    bench.pending = true;
    let connection = bench.connect();
    let live = true;
    assert_eq!(bench.poll(), [UpstreamEffect::Pull { connection, live }]);
    bench
        .upstream
        .pulled(bench.now, 1, PageInfo::MoreKnown { remaining: 1 });
    assert_eq!(bench.poll(), []);
    bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
    assert!(is_push(&bench.poll()));
}

#[test]
fn one_push_is_under_way_at_a_time() {
    let mut bench = Bench::new();
    bench.catch_up();
    assert_eq!(bench.poll(), [], "nothing is pending");
    bench.pending = true;
    assert!(is_push(&bench.poll()));
    assert_eq!(bench.poll(), []);
    bench.upstream.pushed(bench.now);
    assert!(is_push(&bench.poll()));
}

#[test]
fn the_answer_to_an_earlier_push_is_not_taken_for_that_of_the_next() {
    let mut bench = Bench::new();
    let connection = bench.catch_up();
    bench.pending = true;
    let [UpstreamEffect::Push { request, .. }] = bench.poll()[..] else {
        panic!("it pushes");
    };
    assert!(bench.upstream.is_pushing(connection, request));
    bench.upstream.pushed(bench.now);
    assert!(!bench.upstream.is_pushing(connection, request));
    bench.poll();
    assert!(!bench.upstream.is_pushing(connection, request));
}

#[test]
fn ldr_16_a_push_that_failed_is_made_again_after_growing_pauses() {
    let options = SyncOptions::default().ping_interval(SECOND * 3_600);
    let mut bench = Bench::with(options);
    bench.catch_up();
    bench.pending = true;
    assert!(is_push(&bench.poll()));
    let mut pauses = Vec::new();
    for _ in 0..4 {
        let before = bench.now;
        let error = BackendError::failed("busy");
        assert_eq!(bench.upstream.push_failed(bench.now, &error), None);
        assert_eq!(bench.poll(), []);
        assert!(is_push(&bench.wait()));
        pauses.push(bench.now - before);
    }
    for (pause, full) in pauses.iter().zip([1, 2, 4, 8]) {
        assert!(
            *pause <= SECOND * full && *pause >= SECOND * full / 2,
            "{pauses:?}"
        );
    }
    bench.upstream.pushed(bench.now);
    assert!(is_push(&bench.poll()));
    let before = bench.now;
    bench
        .upstream
        .push_failed(bench.now, &BackendError::failed("busy"));
    bench.wait();
    assert!(bench.now - before <= SECOND, "a success starts over");
}

#[test]
fn a_busy_backend_is_left_alone_as_long_as_it_says() {
    let options = SyncOptions::default().ping_interval(SECOND * 3_600);
    let mut bench = Bench::with(options);
    bench.catch_up();
    bench.pending = true;
    assert!(is_push(&bench.poll()));
    let busy = BackendError::Busy {
        retry_after: SECOND * 20,
    };
    let before = bench.now;
    bench.upstream.push_failed(bench.now, &busy);
    let reason = bench.upstream.push_failure().expect("a reason");
    assert!(reason.contains("20 s"), "{reason}");
    assert!(is_push(&bench.wait()));
    assert_eq!(bench.now - before, SECOND * 20);
    bench.upstream.pushed(bench.now);
    assert_eq!(bench.upstream.push_failure(), None);

    bench.fail();
    let before = bench.now;
    bench.upstream.leave_alone(bench.now, SECOND * 20);
    assert!(is_connect(&bench.wait()));
    assert_eq!(bench.now - before, SECOND * 20);
}

#[test]
fn a_push_that_finds_nobody_ends_the_connection() {
    let mut bench = Bench::new();
    bench.catch_up();
    bench.pending = true;
    bench.poll();
    let error = BackendError::offline("no route");
    assert_eq!(
        bench.upstream.push_failed(bench.now, &error),
        Some(UpstreamEffect::Disconnect)
    );
    assert!(is_connect(&bench.wait()));
}

#[test]
fn a_push_without_an_answer_ends_the_connection() {
    let options = SyncOptions::default().ping_interval(SECOND * 3_600);
    let mut bench = Bench::with(options);
    bench.catch_up();
    bench.pending = true;
    assert!(is_push(&bench.poll()));
    assert_eq!(bench.wait(), [UpstreamEffect::Disconnect]);
    assert_eq!(bench.now, SyncOptions::default().timeout);
}

#[test]
fn ldr_14_a_push_the_backend_was_ahead_of_waits_for_the_page_that_says_how() {
    let mut bench = Bench::new();
    bench.catch_up();
    bench.pending = true;
    bench.poll();
    bench.upstream.server_ahead(bench.now);
    assert_eq!(bench.poll(), []);
    bench.now += SECOND;
    bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
    assert!(is_push(&bench.poll()));
}

#[test]
fn ldr_14_if_no_page_says_how_it_connects_again() {
    let mut bench = Bench::new();
    bench.catch_up();
    bench.pending = true;
    bench.poll();
    bench.upstream.server_ahead(bench.now);
    assert_eq!(bench.wait(), [UpstreamEffect::Disconnect]);
    assert!(bench.now <= SECOND * 5);
    assert!(is_connect(&bench.wait()));
}

#[test]
fn ldr_14_without_live_pull_it_pulls_again() {
    let mut bench = Bench::with(SyncOptions::default().live_pull(false));
    let connection = bench.catch_up();
    bench.upstream.pull_ended(bench.now);
    bench.pending = true;
    bench.poll();
    bench.upstream.server_ahead(bench.now);
    let live = false;
    assert_eq!(bench.poll(), [UpstreamEffect::Pull { connection, live }]);
    bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
    assert!(is_push(&bench.poll()));
}

#[test]
fn a_new_connection_starts_without_a_push_under_way() {
    let mut bench = Bench::new();
    bench.catch_up();
    bench.pending = true;
    assert!(is_push(&bench.poll()));
    bench.fail();
    assert!(is_connect(&bench.wait()));
    bench.upstream.connected(bench.now);
    bench.poll();
    bench.upstream.pulled(bench.now, 0, PageInfo::NoMore);
    assert!(is_push(&bench.poll()));
}

#[test]
fn a_push_that_failed_wakes_nobody_while_the_pull_has_more_to_come() {
    let mut bench = Bench::new();
    bench.catch_up();
    bench.pending = true;
    assert!(is_push(&bench.poll()));
    let error = BackendError::failed("it broke");
    assert_eq!(bench.upstream.push_failed(bench.now, &error), None);
    let retry_at = bench.upstream.wake_at(true).unwrap();
    bench.upstream.pulled(bench.now, 1, PageInfo::MoreUnknown);
    bench.now = retry_at;
    assert_eq!(bench.poll(), []);
    let next = bench.upstream.wake_at(true).unwrap();
    assert!(next > bench.now, "it would be woken at once, for nothing");
    bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
    assert!(is_push(&bench.poll()));
}

#[test]
fn a_server_that_wants_to_be_left_alone_for_years_is_asked_again_today() {
    for forever in [SECOND * 86_400, std::time::Duration::MAX] {
        let busy = BackendError::Busy {
            retry_after: forever,
        };
        let mut bench = Bench::new();
        bench.catch_up();
        bench.pending = true;
        assert!(is_push(&bench.poll()));
        bench.upstream.push_failed(bench.now, &busy);
        let pause = bench.now + SECOND * 301;
        // A ping may be due at the same moment.
        while !bench
            .wait()
            .iter()
            .any(|effect| matches!(effect, UpstreamEffect::Push { .. }))
        {
            bench.upstream.answered(bench.now);
            assert!(bench.now < pause, "nothing is pushed any more");
        }
        bench.fail();
        bench.upstream.leave_alone(bench.now, forever);
        let before = bench.now;
        assert!(is_connect(&bench.wait()));
        assert!(bench.now <= before + SECOND * 300);
    }
}
