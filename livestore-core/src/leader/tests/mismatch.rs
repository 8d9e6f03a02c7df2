//! A backend whose log is another one: each policy, found out by push and by pull.

use super::{A, B, Bench, page, remote, shown};
use crate::{
    leader::BackendInput,
    sync::{
        BackendError, Connection, FromLeader, OnBackendMismatch, PageInfo, PushError, SyncOptions,
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
    for key in [A, B] {
        let [FromLeader::Reset { unsynced }] = said.to(key)[..] else {
            panic!("{said:?}");
        };
        assert_eq!(shown(unsynced), ["e2 b"], "the app gets what nobody has");
    }
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
