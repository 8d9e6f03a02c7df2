//! The first pull, which a boot may wait for.

use super::{Bench, SECOND};
use crate::{
    sync::{InitialSyncProgress, PageInfo, SyncOptions},
    testing::test,
};

fn blocking() -> Bench {
    Bench::with(SyncOptions::default().wait_for_initial_sync(SECOND * 5))
}

fn pulling(done: u64, total: Option<u64>) -> InitialSyncProgress {
    InitialSyncProgress::Pulling { done, total }
}

#[test]
fn by_default_nothing_waits() {
    let bench = Bench::new();
    assert_eq!(bench.upstream.initial_sync(), InitialSyncProgress::Done);
}

#[test]
fn item_18_progress_is_told_and_ends_with_the_last_page() {
    let mut bench = blocking();
    assert_eq!(bench.upstream.initial_sync(), pulling(0, None));
    bench.connect();
    bench.poll();
    let remaining = 4;
    bench
        .upstream
        .pulled(bench.now, 2, PageInfo::MoreKnown { remaining });
    assert_eq!(bench.upstream.initial_sync(), pulling(2, Some(6)));
    bench
        .upstream
        .pulled(bench.now, 3, PageInfo::MoreKnown { remaining: 1 });
    assert_eq!(bench.upstream.initial_sync(), pulling(5, Some(6)));
    bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
    assert_eq!(bench.upstream.initial_sync(), InitialSyncProgress::Done);
    bench.now += SECOND * 60;
    bench.poll();
    assert_eq!(bench.upstream.initial_sync(), InitialSyncProgress::Done);
}

#[test]
fn item_18_an_unknown_number_of_events_has_no_total() {
    let mut bench = blocking();
    bench.connect();
    bench.poll();
    bench.upstream.pulled(bench.now, 2, PageInfo::MoreUnknown);
    assert_eq!(bench.upstream.initial_sync(), pulling(2, None));
}

#[test]
fn item_18_after_the_time_is_over_the_boot_goes_on_and_so_does_the_pull() {
    let mut bench = blocking();
    bench.connect();
    bench.poll();
    while bench.upstream.initial_sync() == pulling(0, None) {
        bench.wait();
    }
    assert_eq!(bench.now, SECOND * 5);
    assert_eq!(bench.upstream.initial_sync(), InitialSyncProgress::TimedOut);
    bench.upstream.pulled(bench.now, 1, PageInfo::NoMore);
    assert_eq!(bench.upstream.initial_sync(), InitialSyncProgress::Done);
}

#[test]
fn item_18_the_time_also_passes_without_a_connection_and_offline() {
    for online in [true, false] {
        let mut bench = blocking();
        bench.connect();
        bench.fail();
        bench.upstream.set_online(online);
        while bench.upstream.initial_sync() == pulling(0, None) {
            bench.wait();
        }
        assert_eq!(bench.now, SECOND * 5);
    }
}

#[test]
fn nobody_waits_for_a_pull_that_was_given_up() {
    let mut bench = blocking();
    bench.connect();
    bench.poll();
    bench.upstream.stop("it is another backend");
    assert_eq!(bench.upstream.initial_sync(), InitialSyncProgress::TimedOut);
    assert_eq!(bench.upstream.wake_at(true), None);
}
