//! Pushing to the backend: batches, answers, refusals, failures, starting again.

use std::time::Duration;

use super::{A, Bench, number, remote, returned};
use crate::{
    leader::BackendInput,
    sync::{BackendError, Connection, FromLeader, PageInfo, PushError, SyncOptions},
    testing::test,
};

fn ahead(minimum_expected: u64, provided: u64) -> PushError {
    PushError::ServerAhead {
        minimum_expected,
        provided,
    }
}

#[test]
fn ldr_01_what_the_backend_has_taken_is_final() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (events, said) = bench.commit(A, &["a", "b"]);
    let accepted = FromLeader::Accepted {
        upto: events[1].place(),
        floor: number("e0"),
    };
    assert_eq!(said.to(A), [&accepted]);
    assert_eq!(said.pushed().unwrap(), ["1 a", "2 b"]);
    let said = bench.pushed(Ok(()));
    let floor = number("e2");
    assert_eq!(said.to(A), [&FromLeader::Synced { floor }]);
    assert_eq!((bench.pending(), bench.backend_head()), (0, 2));
    let said = bench.page(&returned(&events), PageInfo::NoMore);
    assert!(said.to(A).is_empty(), "the pulled copies are no news");
    assert_eq!(bench.log(), ["e1 a", "e2 b"]);
}

#[test]
fn pulled_copies_confirm_a_push_whose_answer_is_late() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (events, _) = bench.commit(A, &["a", "~note", "b"]);
    let said = bench.page(&returned(&events), PageInfo::NoMore);
    let floor = number("e2");
    assert_eq!(said.to(A), [&FromLeader::Synced { floor }]);
    assert_eq!(said.pushed(), None);
    let said = bench.pushed(Ok(()));
    assert!(said.to(A).is_empty());
    assert_eq!(bench.log(), ["e1 a", "e1.1 note", "e2 b"]);
}

#[test]
fn client_only_events_never_go_to_the_backend() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (_, said) = bench.commit(A, &["~x"]);
    assert_eq!((said.pushed(), bench.pending()), (None, 0));
    let (_, said) = bench.commit(A, &["~y", "a", "~z", "b"]);
    assert_eq!(said.pushed().unwrap(), ["1 a", "2 b"]);
}

#[test]
fn a_push_has_at_most_the_size_that_was_chosen_and_the_next_follows_its_answer() {
    let mut bench = Bench::with(Some(SyncOptions::default().push_batch(2)));
    bench.session(A);
    bench.go_online();
    let (_, said) = bench.commit(A, &["1", "2", "3"]);
    assert_eq!(said.pushed().unwrap(), ["1 1", "2 2"]);
    let (_, said) = bench.commit(A, &["4"]);
    assert_eq!(said.pushed(), None);
    assert_eq!(bench.pushed(Ok(())).pushed().unwrap(), ["3 3", "4 4"]);
}

#[test]
fn ldr_14_a_push_the_backend_was_ahead_of_is_made_again_once_the_pull_says_by_what() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["ours"]);
    let said = bench.pushed(Err(ahead(1, 0)));
    assert_eq!(said.pushed(), None);
    let (_, said) = bench.commit(A, &["later"]);
    assert_eq!(said.pushed(), None);
    let said = bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(said.pushed().unwrap(), ["2 ours", "3 later"]);
}

#[test]
fn ldr_14_a_push_is_made_again_at_once_when_the_pull_was_faster_than_the_refusal() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["ours"]);
    let said = bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(said.pushed(), None, "one push at a time");
    let said = bench.pushed(Err(ahead(1, 0)));
    assert_eq!(said.pushed().unwrap(), ["2 ours"]);
}

#[test]
fn ldr_14_a_backend_that_never_says_by_what_it_is_ahead_is_asked_again() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["ours"]);
    bench.pushed(Err(ahead(1, 0)));
    let said = bench.wait();
    assert!(said.disconnects());
    assert!(bench.now <= Duration::from_secs(5));
    bench.wait();
    let connection = bench.connection;
    let said = bench.backend(BackendInput::Connected { connection });
    assert_eq!(said.pull_cursor(), Some(0));
    let said = bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(said.pushed().unwrap(), ["2 ours"]);
}

#[test]
fn ldr_14_without_live_pull_a_refused_push_starts_another_pull() {
    let mut bench = Bench::with(Some(SyncOptions::default().live_pull(false)));
    bench.session(A);
    bench.go_online();
    let connection = bench.connection;
    bench.backend(BackendInput::PullEnded { connection });
    bench.commit(A, &["ours"]);
    let said = bench.pushed(Err(ahead(1, 0)));
    assert_eq!(said.pull_cursor(), Some(0));
    let said = bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(said.pushed().unwrap(), ["2 ours"]);
}

#[test]
fn ldr_16_pushes_that_fail_are_made_again_without_live_pull() {
    let options = SyncOptions::default().live_pull(false).push_batch(2);
    let mut bench = Bench::with(Some(options));
    bench.session(A);
    bench.go_online();
    let connection = bench.connection;
    bench.backend(BackendInput::PullEnded { connection });
    let (_, said) = bench.commit(A, &["1", "2", "3", "4"]);
    assert_eq!(said.pushed().unwrap(), ["1 1", "2 2"]);
    for _ in 0..2 {
        let said = bench.pushed(Err(BackendError::failed("it broke").into()));
        assert_eq!((said.pushed(), said.disconnects()), (None, false));
        assert_eq!(bench.wait().pushed().unwrap(), ["1 1", "2 2"]);
    }
    assert!(bench.now <= Duration::from_secs(7));
    assert_eq!(bench.pushed(Ok(())).pushed().unwrap(), ["3 3", "4 4"]);
    bench.pushed(Ok(()));
    assert_eq!((bench.pending(), bench.log().len()), (0, 4));
}

#[test]
fn a_push_that_finds_nobody_leads_to_another_connection() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["a"]);
    let said = bench.pushed(Err(BackendError::offline("no route").into()));
    assert!(said.disconnects());
    assert!(matches!(
        bench.connection_status(),
        Connection::Reconnecting { attempt: 1, .. }
    ));
}

#[test]
fn a_push_without_an_answer_leads_to_another_connection() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["a"]);
    let connection = bench.connection;
    while bench.connection == connection {
        bench.wait();
    }
    assert!(bench.now >= SyncOptions::default().timeout);
    assert_eq!(bench.log(), ["e1 a"]);
}

#[test]
fn a_push_the_backend_took_is_not_made_again_when_its_answer_was_lost() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (events, _) = bench.commit(A, &["a"]);
    let connection = bench.connection;
    bench.backend(BackendInput::Failed {
        connection,
        error: BackendError::offline("the line broke"),
    });
    bench.wait();
    let connection = bench.connection;
    bench.backend(BackendInput::Connected { connection });
    let said = bench.page(&returned(&events), PageInfo::NoMore);
    assert_eq!((said.pushed(), bench.pending()), (None, 0));
    assert_eq!(bench.log(), ["e1 a"]);
}

#[test]
fn item_17_what_was_pending_when_the_store_was_closed_is_pushed_once_after_it_is_opened() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["a", "~note", "b"]);
    let mut bench = bench.reopened();
    let said = bench.go_online();
    assert_eq!(said.pushed().unwrap(), ["1 a", "2 b"]);
    assert_eq!(bench.pushed(Ok(())).pushed(), None);
    assert_eq!(bench.pending(), 0);
    let mut bench = bench.reopened();
    assert_eq!(bench.go_online().pushed(), None);
}

#[test]
fn item_05_a_push_confirmed_to_nobody_before_a_restart_is_confirmed_by_the_pull() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (events, _) = bench.commit(A, &["a"]);
    let mut bench = bench.reopened();
    bench.connect();
    let said = bench.page(&returned(&events), PageInfo::NoMore);
    assert_eq!(said.pushed(), None);
    assert_eq!((bench.log(), bench.pending()), (vec!["e1 a".into()], 0));
}

#[test]
fn the_generation_outlives_a_restart() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["ours"]);
    bench.connect();
    bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    let bench = bench.reopened();
    assert_eq!(bench.leader.processor.generation(), 1);
}
