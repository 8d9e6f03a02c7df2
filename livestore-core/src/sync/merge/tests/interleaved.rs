//! Client-only events among synced ones (12.14 items 1 and 2): they keep their place or their order.

use std::slice::from_ref;

use super::{Hop, after, echo, own, rebased, remote, state, upstream_advance, upstream_rebase};
use crate::testing::test;

#[test]
fn only_what_contradicts_the_backend_is_taken_back_and_nothing_twice() {
    let pending = [own("e1.1", "draft"), own("e2", "a"), own("e3", "b")];
    let again = own("e4r1", "b");
    assert_eq!(
        upstream_advance(
            state(&pending, "e1", "e3"),
            &[echo("e2", "a"), remote("e3", "x")],
            Hop::Backend
        ),
        rebased(
            state(from_ref(&again), "e3", "e4r1"),
            &pending[2..],
            &[remote("e3", "x"), again],
            &pending[..2]
        )
    );
}

#[test]
fn client_only_events_behind_the_contradiction_are_taken_back_too() {
    let pending = [
        own("e1.1", "draft"),
        own("e2", "a"),
        own("e2.1", "draft 2"),
        own("e3", "b"),
        own("e3.1", "draft 3"),
        own("e4", "c"),
    ];
    let again = [own("e4r1", "b"), own("e4.1r1", "draft 3"), own("e5r1", "c")];
    assert_eq!(
        upstream_advance(
            state(&pending, "e1", "e4"),
            &[echo("e2", "a"), remote("e3", "x")],
            Hop::Backend
        ),
        rebased(
            state(&again, "e3", "e5r1"),
            &pending[3..],
            &[&[remote("e3", "x")], &again[..]].concat(),
            &pending[..3]
        )
    );
}

#[test]
fn a_client_only_event_moves_with_the_synced_one_before_it() {
    let pending = [own("e2", "a"), own("e2.1", "draft")];
    let again = [own("e3r1", "a"), own("e3.1r1", "draft")];
    for hop in [Hop::Leader, Hop::Backend] {
        assert_eq!(
            upstream_advance(state(&pending, "e1", "e2.1"), &[remote("e2", "x")], hop),
            rebased(
                state(&again, "e2", "e3.1r1"),
                &pending,
                &[&[remote("e2", "x")], &again[..]].concat(),
                &[]
            )
        );
    }
    assert_eq!(
        upstream_rebase(
            state(&pending, "e1", "e2.1"),
            "e0",
            &[remote("e1", "w")],
            &[remote("e1", "x"), remote("e2", "w")]
        ),
        rebased(
            state(&again, "e2", "e3.1r1"),
            &[&[remote("e1", "w")], &pending[..]].concat(),
            &[&[remote("e1", "x"), remote("e2", "w")], &again[..]].concat(),
            &[]
        )
    );
}

#[test]
fn a_client_only_event_before_the_contradiction_keeps_its_place_for_the_backend() {
    let pending = [own("e1.1", "draft"), own("e2", "a"), own("e2.1", "draft 2")];
    let again = [own("e3r1", "a"), own("e3.1r1", "draft 2")];
    assert_eq!(
        upstream_advance(
            state(&pending, "e1", "e2.1"),
            &[remote("e2", "x")],
            Hop::Backend
        ),
        rebased(
            state(&again, "e2", "e3.1r1"),
            &pending[1..],
            &[&[remote("e2", "x")], &again[..]].concat(),
            &pending[..1]
        )
    );
}

#[test]
fn a_client_only_event_before_the_contradiction_moves_for_the_leader() {
    let pending = [own("e1.1", "draft"), own("e1.2", "draft 2"), own("e2", "a")];
    let again = [
        after("e2", own("e2.1r1", "draft")),
        own("e2.2r1", "draft 2"),
        own("e3r1", "a"),
    ];
    assert_eq!(
        upstream_advance(
            state(&pending, "e1", "e2"),
            &[remote("e2", "x")],
            Hop::Leader
        ),
        rebased(
            state(&again, "e2", "e3r1"),
            &pending,
            &[&[remote("e2", "x")], &again[..]].concat(),
            &[]
        )
    );
}
