//! What the backend sends: pages, gaps, duplicates, failures in the middle, late news.

use super::{A, Bench, more, remote, returned};
use crate::{
    leader::{BackendInput, BackendRequest, Input},
    sync::{BackendError, Connection, FromLeader, PageInfo, SyncOptions, ToLeader},
    testing::test,
};

fn failed(bench: &mut Bench) -> super::Said {
    let connection = bench.connection;
    bench.backend(BackendInput::Failed {
        connection,
        error: BackendError::failed("it broke"),
    })
}

#[test]
fn ldr_03_a_paginated_pull_that_is_not_live_does_not_stall_pushes() {
    let mut bench = Bench::with(Some(SyncOptions::default().live_pull(false)));
    bench.session(A);
    let said = bench.connect();
    assert!(
        said.backend
            .iter()
            .any(|request| matches!(request, BackendRequest::Pull { live: false, .. }))
    );
    bench.page(&[remote(1, "1")], more(2));
    bench.page(&[remote(2, "2")], more(1));
    bench.page(&[remote(3, "3")], PageInfo::NoMore);
    let connection = bench.connection;
    bench.backend(BackendInput::PullEnded { connection });
    let (_, said) = bench.commit(A, &["ours"]);
    assert!(matches!(said.to(A)[..], [FromLeader::Accepted { .. }]));
    assert_eq!(said.pushed().unwrap(), ["4 ours"]);
    assert_eq!(bench.connection_status(), Connection::Connected);
}

#[test]
fn ldr_03_a_push_between_pages_is_taken_and_moves_behind_them() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "1")], more(2));
    let (_, said) = bench.commit(A, &["ours"]);
    assert!(matches!(said.to(A)[..], [FromLeader::Accepted { .. }]));
    assert_eq!(said.pushed(), None, "first everything is pulled");
    bench.page(&[remote(2, "2")], more(1));
    let said = bench.page(&[remote(3, "3")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 1", "e2 2", "e3 3", "e4r1 ours"]);
    assert_eq!(said.pushed().unwrap(), ["4 ours"]);
}

#[test]
fn ldr_04_a_pull_that_fails_between_pages_keeps_no_push_waiting() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "backend-1")], more(1));
    failed(&mut bench);
    let (_, said) = bench.commit(A, &["ours"]);
    assert!(matches!(said.to(A)[..], [FromLeader::Accepted { .. }]));
    assert_eq!(bench.log(), ["e1 backend-1", "e2 ours"]);
}

#[test]
fn ldr_04_after_a_failure_the_pull_goes_on_where_the_log_stands() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["ours"]);
    bench.connect();
    bench.page(&[remote(1, "1")], more(2));
    failed(&mut bench);
    let at = bench.backend_head();
    bench.wait();
    let connection = bench.connection;
    let said = bench.backend(BackendInput::Connected { connection });
    assert_eq!(said.pull_cursor(), Some(at));
    let rest: Vec<_> = (at + 1..=3).map(|n| remote(n, &n.to_string())).collect();
    bench.page(&rest, PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 1", "e2 2", "e3 3", "e4r1 ours"]);
}

#[test]
fn ldr_05_a_pull_that_is_interrupted_between_pages_keeps_no_push_waiting() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "1")], more(1));
    let said = bench.turn([Input::Session(A, ToLeader::SetOnline { online: false })]);
    assert!(said.disconnects());
    let (_, said) = bench.commit(A, &["ours"]);
    assert!(matches!(said.to(A)[..], [FromLeader::Accepted { .. }]));
    assert_eq!(bench.connection_status(), Connection::Offline);
}

#[test]
fn item_08_a_gap_leads_to_another_pull_from_the_same_place() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "1")], PageInfo::NoMore);
    let said = bench.page(&[remote(3, "3")], PageInfo::NoMore);
    assert!(said.disconnects());
    assert_eq!(bench.log(), ["e1 1"]);
    let Connection::Reconnecting { reason, .. } = bench.connection_status() else {
        panic!("{:?}", bench.connection_status());
    };
    assert!(
        reason.contains("event 3, which follows 2, after 1"),
        "{reason}"
    );
    bench.wait();
    let connection = bench.connection;
    let said = bench.backend(BackendInput::Connected { connection });
    assert_eq!(said.pull_cursor(), Some(1));
    bench.page(&[remote(2, "2"), remote(3, "3")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 1", "e2 2", "e3 3"]);
}

#[test]
fn item_08_a_gap_inside_a_page_takes_nothing_of_it_that_would_leave_a_hole() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "1"), remote(3, "3")], PageInfo::NoMore);
    assert!(bench.log().len() < 2);
    bench.wait();
    bench.connect();
    let rest: Vec<_> = (bench.backend_head() + 1..=3)
        .map(|n| remote(n, &n.to_string()))
        .collect();
    bench.page(&rest, PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 1", "e2 2", "e3 3"]);
}

#[test]
fn item_08_what_comes_twice_is_taken_once() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "1"), remote(2, "2")], PageInfo::NoMore);
    let said = bench.page(&[remote(1, "1"), remote(2, "2")], PageInfo::NoMore);
    assert!(said.to(A).is_empty() && !said.disconnects());
    bench.page(&[remote(2, "2"), remote(3, "3")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 1", "e2 2", "e3 3"]);
}

#[test]
fn the_copies_of_a_push_may_come_in_pages_around_its_answer() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (events, _) = bench.commit(A, &["1", "2", "3", "4"]);
    let copies = returned(&events);
    bench.page(&copies[..2], more(2));
    bench.pushed(Ok(()));
    bench.page(&copies[2..], PageInfo::NoMore);
    let (_, said) = bench.commit(A, &["5"]);
    assert!(matches!(said.to(A)[..], [FromLeader::Accepted { .. }]));
    assert_eq!(said.pushed().unwrap(), ["5 5"]);
    assert_eq!((bench.backend_head(), bench.log().len()), (4, 5));
}

#[test]
fn news_of_a_connection_that_was_given_up_are_ignored() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (events, _) = bench.commit(A, &["a"]);
    let (old, request) = (bench.connection, bench.request);
    failed(&mut bench);
    bench.wait();
    assert_ne!(bench.connection, old);
    let late = bench.paged(&[remote(1, "late")], PageInfo::NoMore);
    let Input::Backend(BackendInput::Page { page, .. }) = late else {
        unreachable!();
    };
    bench.backend(BackendInput::Page {
        connection: old,
        page,
    });
    bench.backend(BackendInput::Pushed {
        connection: old,
        request,
        result: Ok(()),
    });
    bench.backend(BackendInput::Failed {
        connection: old,
        error: BackendError::failed("late"),
    });
    assert_eq!(
        (bench.log(), bench.backend_head()),
        (vec!["e1 a".into()], 0)
    );
    assert!(!matches!(
        bench.connection_status(),
        Connection::Reconnecting { .. }
    ));
    // The push was taken after all: the pull says so.
    let connection = bench.connection;
    bench.backend(BackendInput::Connected { connection });
    bench.page(&returned(&events), PageInfo::NoMore);
    assert_eq!((bench.backend_head(), bench.pending()), (1, 0));
}

#[test]
fn a_pull_without_a_last_page_is_made_again() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "1")], more(1));
    let connection = bench.connection;
    let said = bench.backend(BackendInput::PullEnded { connection });
    assert!(said.disconnects());
    bench.wait();
    assert_eq!(bench.connection, connection + 1);
}
