//! A backend whose log is another one: each policy, found out by push and by pull.

use super::{A, B, Bench, number, page, remote, shown};
use crate::{
    event::Place,
    leader::{BackendInput, Input},
    sync::{
        BackendError, Connection, FromLeader, OnBackendMismatch, PageInfo, PushError, SyncOptions,
        ToLeader,
    },
    testing::test,
};

fn another() -> BackendError {
    BackendError::BackendIdMismatch {
        expected: "backend".into(),
        received: "another".into(),
    }
}

/// A leader in sync with a backend, `a` confirmed and `b` not yet.
fn bench(policy: OnBackendMismatch) -> Bench {
    let options = SyncOptions::default().on_backend_mismatch(policy);
    let mut bench = Bench::with(Some(options));
    bench.session(A);
    bench.session(B);
    bench.go_online();
    bench.commit(A, &["a"]);
    bench.pushed(Ok(()));
    bench.commit(A, &["b"]);
    assert_eq!((bench.backend_head(), bench.pending()), (1, 1));
    bench
}

fn assert_stopped(bench: &Bench) {
    let Connection::Stopped { reason } = bench.connection_status() else {
        panic!("{:?}", bench.connection_status());
    };
    assert!(reason.contains("another"), "{reason}");
    assert_eq!(bench.log(), ["e1 a", "e2 b"]);
}

#[test]
fn ldr_17_19_a_mismatch_on_push_stops_syncing_and_keeps_the_log() {
    let mut bench = bench(OnBackendMismatch::Shutdown);
    let said = bench.pushed(Err(PushError::Backend(another())));
    assert!(said.disconnects());
    assert_stopped(&bench);
    assert_eq!(bench.wake_at, None);
    let (_, said) = bench.commit(A, &["c"]);
    assert!(matches!(said.to(A)[..], [FromLeader::Accepted { .. }]));
    assert!(said.backend.is_empty(), "commits go on, syncing does not");
}

#[test]
fn ldr_19_a_mismatch_on_pull_stops_syncing_and_keeps_the_log() {
    let mut bench = bench(OnBackendMismatch::Shutdown);
    let connection = bench.connection;
    bench.backend(BackendInput::Failed {
        connection,
        error: another(),
    });
    assert_stopped(&bench);
}

#[test]
fn ldr_19_a_page_of_another_backend_stops_syncing_and_is_not_taken() {
    let mut bench = bench(OnBackendMismatch::Shutdown);
    let connection = bench.connection;
    bench.backend(BackendInput::Page {
        connection,
        page: page(&[remote(2, "theirs")], PageInfo::NoMore, "another"),
    });
    assert_stopped(&bench);
}

fn assert_reset(bench: &mut Bench, said: &super::Said) {
    let [
        FromLeader::Reset { unsynced },
        FromLeader::Unsynced { events, upto },
    ] = said.to(A)[..]
    else {
        panic!("{said:?}");
    };
    assert_eq!(shown(events), ["e2 b"], "the app gets what nobody has");
    assert_eq!(*unsynced, [events[0].id]);
    assert!(
        matches!(said.to(B)[..], [FromLeader::Reset { .. }]),
        "once: {said:?}"
    );
    bench.took(A, *upto, true);
    assert!(bench.log().is_empty());
    assert_eq!(bench.leader.log.sync().backend_id, None);
    assert!(said.disconnects());
}

#[test]
fn ldr_18_a_reset_on_push_empties_the_log_and_hands_out_what_no_backend_has() {
    let mut bench = bench(OnBackendMismatch::Reset);
    let said = bench.pushed(Err(PushError::Backend(another())));
    assert_reset(&mut bench, &said);
}

#[test]
fn ldr_21_a_reset_on_pull_empties_the_log_and_hands_out_what_no_backend_has() {
    let mut bench = bench(OnBackendMismatch::Reset);
    let connection = bench.connection;
    let said = bench.backend(BackendInput::Failed {
        connection,
        error: another(),
    });
    assert_reset(&mut bench, &said);
}

#[test]
fn ldr_21_after_a_reset_the_store_syncs_with_the_other_backend() {
    let mut bench = bench(OnBackendMismatch::Reset);
    let connection = bench.connection;
    bench.backend(BackendInput::Failed {
        connection,
        error: another(),
    });
    bench.session(A);
    let connection = bench.connection;
    let said = bench.backend(BackendInput::Connected { connection });
    assert_eq!(said.pull_cursor(), Some(0));
    bench.backend(BackendInput::Page {
        connection,
        page: page(&[remote(1, "theirs")], PageInfo::NoMore, "another"),
    });
    assert_eq!(bench.log(), ["e1 theirs"]);
    let (_, said) = bench.commit(A, &["ours"]);
    assert_eq!(said.pushed().unwrap(), ["2 ours"]);
}

#[test]
fn item_10_a_push_numbered_before_the_reset_is_refused() {
    let mut bench = bench(OnBackendMismatch::Reset);
    let late = bench.make(&["late"]);
    bench.pushed(Err(PushError::Backend(another())));
    let said = bench.push(A, late);
    assert!(matches!(said.to(A)[..], [FromLeader::Refused(_)]));
    assert!(bench.log().is_empty());
}

#[test]
fn ldr_20_an_ignored_mismatch_keeps_the_log_and_tries_again_later() {
    for on_push in [true, false] {
        let mut bench = bench(OnBackendMismatch::Ignore);
        let connection = bench.connection;
        let said = if on_push {
            bench.pushed(Err(PushError::Backend(another())))
        } else {
            bench.backend(BackendInput::Failed {
                connection,
                error: another(),
            })
        };
        assert!(said.to(A).is_empty(), "{said:?}");
        assert_eq!(bench.log(), ["e1 a", "e2 b"]);
        assert!(matches!(
            bench.connection_status(),
            Connection::Reconnecting { .. }
        ));
        bench.wait();
        assert_eq!(bench.connection, connection + 1);
    }
}

/// Found in a review: the log was emptied first, and whoever heard of it was the only one who knew.
#[test]
fn unsynced_events_wait_for_an_app_that_takes_them_over_restarts() {
    let mut bench = bench(OnBackendMismatch::Reset);
    let said = bench.pushed(Err(PushError::Backend(another())));
    let offered = |said: &super::Said, key| {
        let to = said.to(key);
        to.iter().find_map(|message| match message {
            FromLeader::Unsynced { events, upto } => Some((shown(events), *upto)),
            _ => None,
        })
    };
    let (events, upto) = offered(&said, A).unwrap();
    assert_eq!(events, ["e2 b"]);
    let said = bench.took(A, upto, false);
    assert!(
        offered(&said, B).is_some(),
        "nobody listens there: {said:?}"
    );
    bench.leader.remove_session(B);
    let said = bench.turn([]);
    assert_eq!(said.to(A), Vec::<&FromLeader>::new(), "it said no");

    let mut bench = bench.reopened();
    bench.leader.add_session(A);
    let said = bench.turn([]);
    assert_eq!(offered(&said, A), Some((events, upto)));
    bench.took(A, upto, true);
    let mut bench = bench.reopened();
    bench.leader.add_session(A);
    assert_eq!(offered(&bench.turn([]), A), None);
}

/// Found in a review: places of two logs can be equal, as far as numbers tell.
#[test]
fn a_session_that_was_not_told_of_a_reset_finds_out_when_it_pulls() {
    let mut bench = bench(OnBackendMismatch::Reset);
    bench.pushed(Err(PushError::Backend(another())));
    let mut bench = bench.reopened();
    bench.session(B);
    bench.go_online();
    bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    bench.leader.add_session(A);
    let place = bench.leader.log.last_up_to(number("e1")).unwrap();
    let said = bench.turn([Input::Session(
        A,
        ToLeader::Pull {
            after: place,
            floor: place.seq,
            lineage: Some(0),
        },
    )]);
    let reset = said
        .to(A)
        .into_iter()
        .any(|message| matches!(message, FromLeader::Reset { unsynced } if unsynced.len() == 1));
    let update = said.updates(A)[0];
    assert!(reset, "{said:?}");
    assert_eq!((update.lineage, update.after), (1, Place::ROOT));
}
