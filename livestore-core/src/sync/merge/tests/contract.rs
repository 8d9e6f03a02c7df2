//! Payloads and states that break their contract (MRG-04 to MRG-07, MRG-16), and empty payloads.

use super::{
    Hop, MergeError, Outcome, advanced, after, local_push, number, own, rebased, remote, state,
    upstream_advance, upstream_rebase,
};
use crate::testing::test;

#[track_caller]
fn assert_upstreams_fault(outcome: Outcome, message: &str) {
    let error = outcome.unwrap_err();
    assert!(error.is_upstreams_fault(), "{error}");
    assert_eq!(error.to_string(), message);
}

#[track_caller]
fn assert_own_fault(outcome: Outcome, message: &str) {
    let error = outcome.unwrap_err();
    assert!(!error.is_upstreams_fault(), "{error}");
    assert_eq!(error.to_string(), message);
}

#[test]
fn mrg_04_incoming_events_ascend_within_a_global_number() {
    assert_upstreams_fault(
        upstream_advance(
            state(&[own("e1", "a")], "e0", "e1"),
            &[remote("e1.1", "x"), own("e1", "a")],
            Hop::Leader,
        ),
        "incoming events must be ascending: e1 came after e1.1",
    );
}

#[test]
fn mrg_05_incoming_events_ascend_by_their_global_number() {
    for hop in [Hop::Leader, Hop::Backend] {
        assert_upstreams_fault(
            upstream_advance(
                state(&[own("e1", "a")], "e0", "e1"),
                &[remote("e2", "x"), own("e1", "a")],
                hop,
            ),
            "incoming events must be ascending: e1 came after e2",
        );
    }
}

#[test]
fn mrg_06_incoming_events_do_not_stand_before_the_upstream_head() {
    for hop in [Hop::Leader, Hop::Backend] {
        let outcome = upstream_advance(state(&[], "e2", "e2"), &[remote("e1", "x")], hop);
        assert_eq!(
            outcome,
            Err(MergeError::NotAfterUpstreamHead {
                expected: number("e2"),
                received: number("e1"),
            })
        );
        assert_upstreams_fault(
            outcome,
            "incoming events must be greater than the upstream head: \
             expected greater than e2, received e1",
        );
    }
}

#[test]
fn mrg_07_incoming_events_do_not_stand_at_the_upstream_head() {
    for (head, received) in [("e1", "e1"), ("e2", "e2"), ("e2r1", "e2"), ("e2", "e2r1")] {
        assert_upstreams_fault(
            upstream_advance(
                state(&[], head, head),
                &[remote(received, "x")],
                Hop::Leader,
            ),
            &format!(
                "incoming events must be greater than the upstream head: \
                 expected greater than {head}, received {received}"
            ),
        );
    }
}

#[test]
fn mrg_16_what_is_confirmed_is_not_confirmed_again() {
    assert_upstreams_fault(
        upstream_advance(
            state(&[own("e3", "a")], "e2", "e3"),
            &[remote("e1", "x"), remote("e3", "y")],
            Hop::Leader,
        ),
        "incoming events must be greater than the upstream head: \
         expected greater than e2, received e1",
    );
}

#[test]
fn the_events_of_a_rebase_stand_behind_the_place_that_stays_and_ascend() {
    let before = || state(&[own("e3", "a")], "e2", "e3");
    assert_upstreams_fault(
        upstream_rebase(before(), "e1", &[remote("e2", "x")], &[remote("e1", "y")]),
        "incoming events must be greater than the upstream head: \
         expected greater than e1, received e1",
    );
    let descending = [remote("e3", "y"), remote("e2", "z")];
    assert_upstreams_fault(
        upstream_rebase(before(), "e1", &[remote("e2", "x")], &descending),
        "incoming events must be ascending: e2 came after e3",
    );
}

#[test]
fn pushed_events_ascend() {
    for hop in [Hop::Leader, Hop::Backend] {
        assert_own_fault(
            local_push(
                state(&[], "e1", "e1"),
                &[own("e3", "a"), own("e2", "b")],
                hop,
            ),
            "pushed events must be ascending: e2 came after e3",
        );
        assert_own_fault(
            local_push(
                state(&[], "e1", "e1"),
                &[own("e2", "a"), own("e2r1", "b")],
                hop,
            ),
            "pushed events must be ascending: e2r1 came after e2",
        );
    }
}

#[test]
fn a_broken_chain_of_pending_events_is_the_nodes_own_fault() {
    let broken = [
        [own("e2", "a"), own("e1", "b")],
        [own("e2", "a"), after("e2", own("e1", "b"))],
        [own("e1", "a"), own("e1r1", "b")],
        [own("e1", "a"), own("e1.2", "b")],
        [own("e1.1", "a"), after("e1", own("e1.2", "b"))],
        [own("e1", "a"), own("e2.1", "b")],
    ];
    for [first, second] in broken {
        let message = format!(
            "pending event {} follows {}, but stands after {}",
            second.seq, second.parent, first.seq
        );
        let head = second.seq.to_string();
        let before = state(&[first, second], "e0", &head);
        for hop in [Hop::Leader, Hop::Backend] {
            let incoming = [remote("e1", "x")];
            assert_own_fault(upstream_advance(before.clone(), &incoming, hop), &message);
        }
        assert_own_fault(
            upstream_rebase(before, "e0", &[], &[remote("e1", "x")]),
            &message,
        );
    }
}

#[test]
fn pending_events_may_skip_client_only_ones_and_change_their_generation() {
    let pending = [
        own("e1", "a"),
        own("e1.1", "b"),
        own("e2", "c"),
        after("e2", own("e3r1", "d")),
    ];
    let incoming = [own("e1", "a")];
    assert_eq!(
        upstream_advance(state(&pending, "e0", "e3r1"), &incoming, Hop::Leader),
        advanced(state(&pending[1..], "e1", "e3r1"), &[], &pending[..1])
    );
}

#[test]
fn empty_payloads_change_nothing() {
    let before = || state(&[own("e2r1", "a"), own("e2.1r1", "b")], "e1", "e2.1r1");
    for hop in [Hop::Leader, Hop::Backend] {
        let unchanged = advanced(before(), &[], &[]);
        assert_eq!(local_push(before(), &[], hop), unchanged);
        assert_eq!(upstream_advance(before(), &[], hop), unchanged);
    }
}

#[test]
fn an_empty_rebase_is_a_rebase_all_the_same() {
    assert_eq!(
        upstream_rebase(state(&[], "e1", "e1r2"), "e1", &[], &[]),
        rebased(state(&[], "e1", "e1r2"), &[], &[], &[])
    );
}
