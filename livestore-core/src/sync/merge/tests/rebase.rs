//! What upstream takes back or contradicts (MRG-01 to MRG-03, MRG-18 to MRG-22).

use std::slice::from_ref;

use super::{
    Hop, Merge, SyncState, after, own, rebased, remote, state, upstream_advance, upstream_rebase,
};
use crate::testing::test;

#[test]
fn mrg_01_everything_is_taken_back_and_pending_follows_the_new_events() {
    let taken_back = [remote("e1", "x"), remote("e1.1", "y")];
    let moved = [remote("e3", "x"), remote("e3.1", "y")];
    let pending = own("e2", "a");
    let again = own("e4r1", "a");
    assert_eq!(again.parent, super::number("e3r1"));
    assert_eq!(
        upstream_rebase(
            state(from_ref(&pending), "e0", "e2"),
            "e0",
            &taken_back,
            &moved
        ),
        rebased(
            state(from_ref(&again), "e3.1", "e4r1"),
            &[&taken_back[..], &[pending]].concat(),
            &[&moved[..], &[again]].concat(),
            &[]
        )
    );
}

#[test]
fn mrg_02_events_are_taken_back_to_the_given_place_only() {
    let again = own("e2r1", "a");
    assert_eq!(again.parent, super::number("e1r1"));
    assert_eq!(
        upstream_rebase(
            state(&[own("e2", "a")], "e0", "e2"),
            "e1",
            &[remote("e1.1", "x")],
            &[remote("e1.1", "y")]
        ),
        rebased(
            state(from_ref(&again), "e1.1", "e2r1"),
            &[remote("e1.1", "x"), own("e2", "a")],
            &[remote("e1.1", "y"), again],
            &[]
        )
    );
}

#[test]
fn mrg_03_upstream_takes_back_although_nothing_is_pending() {
    assert_eq!(
        upstream_rebase(
            state(&[], "e1", "e1"),
            "e1",
            &[remote("e1", "x")],
            &[remote("e2", "y")]
        ),
        rebased(
            state(&[], "e2", "e2"),
            &[remote("e1", "x")],
            &[remote("e2", "y")],
            &[]
        )
    );
}

#[test]
fn mrg_18_a_pending_event_moves_behind_a_client_only_one() {
    let again = own("e2r1", "a");
    assert_eq!(again.parent, super::number("e1r1"));
    assert_eq!(
        upstream_advance(
            state(&[own("e1", "a")], "e0", "e1"),
            &[remote("e1.1", "x")],
            Hop::Leader
        ),
        rebased(
            state(from_ref(&again), "e1.1", "e2r1"),
            &[own("e1", "a")],
            &[remote("e1.1", "x"), again],
            &[]
        )
    );
}

#[test]
fn mrg_19_a_pending_event_with_other_arguments_moves() {
    for (incoming, hop) in [
        (remote("e2", "x"), Hop::Leader),
        (remote("e2", "x"), Hop::Backend),
        // The very number, author and name, but other arguments.
        (super::echo("e1", "b"), Hop::Backend),
    ] {
        let head = incoming.seq.to_string();
        let again = match incoming.seq.global {
            1 => own("e2r1", "a"),
            _ => own("e3r1", "a"),
        };
        assert_eq!(
            upstream_advance(
                state(&[own("e1", "a")], "e0", "e1"),
                from_ref(&incoming),
                hop
            ),
            rebased(
                state(from_ref(&again), &head, &again.seq.to_string()),
                &[own("e1", "a")],
                &[incoming, again],
                &[]
            )
        );
    }
}

#[test]
fn mrg_20_a_pending_event_moves_behind_several_new_ones() {
    let incoming = [
        remote("e1.1", "w"),
        remote("e1.2", "x"),
        remote("e1.3", "y"),
        remote("e2", "z"),
    ];
    assert_eq!(
        upstream_advance(state(&[own("e1", "a")], "e0", "e1"), &incoming, Hop::Leader),
        rebased(
            state(&[own("e3r1", "a")], "e2", "e3r1"),
            &[own("e1", "a")],
            &[&incoming[..], &[own("e3r1", "a")]].concat(),
            &[]
        )
    );
}

#[test]
fn mrg_21_only_the_events_behind_the_first_difference_move() {
    let pending = [own("e1", "a"), own("e1.1", "b")];
    let new_events = [remote("e1.2", "x"), remote("e1.3", "y"), remote("e2", "z")];
    let again = after("e2", own("e2.1r1", "b"));
    assert_eq!(
        upstream_advance(
            state(&pending, "e0", "e1.1"),
            &[&pending[..1], &new_events].concat(),
            Hop::Leader
        ),
        rebased(
            state(from_ref(&again), "e2", "e2.1r1"),
            &pending[1..],
            &[&new_events[..], &[again]].concat(),
            &pending[..1]
        )
    );
}

#[test]
fn mrg_22_all_events_move_when_the_first_one_differs() {
    let pending = [own("e1", "a"), own("e1.1", "b")];
    let incoming = [
        remote("e1.1", "w"),
        remote("e1.2", "x"),
        remote("e1.3", "y"),
        remote("e2", "z"),
    ];
    let again = [own("e3r1", "a"), own("e3.1r1", "b")];
    assert_eq!(
        upstream_advance(state(&pending, "e0", "e1.1"), &incoming, Hop::Leader),
        rebased(
            state(&again, "e2", "e3.1r1"),
            &pending,
            &[&incoming[..], &again].concat(),
            &[]
        )
    );
}

#[test]
fn pending_follows_the_place_that_stays_when_nothing_new_stands_there() {
    let again = [own("e2r1", "a"), own("e2.1r1", "b")];
    assert_eq!(
        upstream_rebase(
            state(&[own("e3", "a"), own("e3.1", "b")], "e2", "e3.1"),
            "e1",
            &[remote("e2", "x")],
            &[]
        ),
        rebased(
            state(&again, "e1", "e2.1r1"),
            &[remote("e2", "x"), own("e3", "a"), own("e3.1", "b")],
            &again,
            &[]
        )
    );
}

#[test]
fn the_generation_rises_with_every_rebase() {
    let mut now = state(&[own("e1", "a")], "e0", "e1");
    for (incoming, again) in [
        (remote("e1", "x"), own("e2r1", "a")),
        (remote("e2", "y"), own("e3r2", "a")),
        (remote("e3", "z"), own("e4r3", "a")),
    ] {
        let rollback = now.pending.clone();
        let expected = SyncState {
            pending: vec![again.clone()],
            upstream_head: incoming.seq,
            local_head: again.seq,
        };
        let outcome = upstream_advance(now, from_ref(&incoming), Hop::Backend);
        assert_eq!(
            outcome,
            rebased(expected, &rollback, &[incoming, again], &[])
        );
        let Ok(Merge::Rebase { state, .. }) = outcome else {
            unreachable!();
        };
        now = state;
    }
}

#[test]
fn the_generation_rises_above_that_of_the_local_head_and_that_of_upstream() {
    for (local, upstream, expected) in [(4, 2, 5), (2, 4, 5), (0, 7, 8), (7, 0, 8)] {
        let at = |number: &str, generation: u64| format!("{number}r{generation}");
        let again = own(&at("e2", expected), "a");
        let incoming = remote(&at("e1", upstream), "x");
        let pending = own(&at("e1", local), "a");
        assert_eq!(
            upstream_advance(
                state(from_ref(&pending), "e0", &at("e1", local)),
                from_ref(&incoming),
                Hop::Leader
            ),
            rebased(
                state(from_ref(&again), &at("e1", upstream), &at("e2", expected)),
                &[pending],
                &[incoming, again],
                &[]
            )
        );
    }
}

#[test]
fn the_generation_of_the_local_head_outlives_a_rebase_of_nothing() {
    assert_eq!(
        upstream_rebase(
            state(&[], "e2", "e2r3"),
            "e1",
            &[remote("e2", "x")],
            &[remote("e2", "y")]
        ),
        rebased(
            state(&[], "e2", "e2r3"),
            &[remote("e2", "x")],
            &[remote("e2", "y")],
            &[]
        )
    );
}
