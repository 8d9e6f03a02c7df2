//! An event is applied once, whatever number it comes back under.

use std::slice::from_ref;

use super::{Hop, advanced, echo, own, rebased, remote, state, upstream_advance, upstream_rebase};
use crate::{
    event::{EncodedArgs, EncodedEvent, EventId},
    testing::test,
};

#[test]
fn a_pending_event_that_was_moved_upstream_is_not_applied_twice() {
    let incoming = [remote("e1", "x"), own("e2r1", "a")];
    assert_eq!(
        upstream_advance(state(&[own("e1", "a")], "e0", "e1"), &incoming, Hop::Leader),
        rebased(
            state(&[], "e2r1", "e2r1"),
            &[own("e1", "a")],
            &incoming,
            &[]
        )
    );
}

#[test]
fn the_pending_events_that_were_not_moved_follow_the_one_that_was() {
    let pending = [own("e1", "a"), own("e1.1", "b"), own("e2", "c")];
    let incoming = [remote("e1", "x"), own("e2r1", "a")];
    let again = [own("e2.1r2", "b"), own("e3r2", "c")].map(|mut event| {
        if event.seq.client > 0 {
            event.parent = super::number("e2r1");
        }
        event
    });
    assert_eq!(
        upstream_advance(state(&pending, "e0", "e2"), &incoming, Hop::Leader),
        rebased(
            state(&again, "e2r1", "e3r2"),
            &pending,
            &[&incoming[..], &again].concat(),
            &[]
        )
    );
}

#[test]
fn a_rebase_of_upstream_may_hold_pending_events() {
    let pending = [own("e2", "b"), own("e3", "c")];
    let new_events = [remote("e1", "x"), own("e2r1", "a"), own("e3r1", "b")];
    let again = own("e4r2", "c");
    assert_eq!(
        upstream_rebase(
            state(&pending, "e1", "e3"),
            "e0",
            &[own("e1", "a")],
            &new_events
        ),
        rebased(
            state(from_ref(&again), "e3r1", "e4r2"),
            &[&[own("e1", "a")], &pending[..]].concat(),
            &[&new_events[..], &[again]].concat(),
            &[]
        )
    );
}

#[test]
fn an_event_that_upstream_has_changed_is_applied_as_upstream_has_it() {
    let changed = EncodedEvent {
        args: EncodedArgs::encode("changed").unwrap(),
        ..own("e1", "a")
    };
    let again = own("e2r1", "b");
    assert_eq!(
        upstream_advance(
            state(&[own("e1", "a"), own("e2", "b")], "e0", "e2"),
            from_ref(&changed),
            Hop::Leader
        ),
        rebased(
            state(from_ref(&again), "e1", "e2r1"),
            &[own("e1", "a"), own("e2", "b")],
            &[changed, again],
            &[]
        )
    );
}

#[test]
fn the_same_words_of_another_session_are_another_event() {
    let twin = EncodedEvent {
        id: EventId(99),
        ..own("e1", "a")
    };
    let again = own("e2r1", "a");
    assert_eq!(
        upstream_advance(
            state(&[own("e1", "a")], "e0", "e1"),
            from_ref(&twin),
            Hop::Leader
        ),
        rebased(
            state(from_ref(&again), "e1", "e2r1"),
            &[own("e1", "a")],
            &[twin, again],
            &[]
        )
    );
}

#[test]
fn the_backend_knows_no_ids() {
    let before = || state(&[own("e1r2", "a")], "e0", "e1r2");
    assert_eq!(
        upstream_advance(before(), &[echo("e1", "a")], Hop::Backend),
        advanced(state(&[], "e1", "e1r2"), &[], &[own("e1r2", "a")])
    );
}

#[test]
fn events_of_other_clients_are_not_one_because_they_have_one_id() {
    // A pending event without an id of its own.
    let pending = echo("e1", "a");
    assert_eq!(pending.id, EventId::REMOTE);
    let again = echo("e2r1", "a");
    assert_eq!(
        upstream_advance(
            state(from_ref(&pending), "e0", "e1"),
            &[remote("e1", "x")],
            Hop::Backend
        ),
        rebased(
            state(from_ref(&again), "e1", "e2r1"),
            &[pending],
            &[remote("e1", "x"), again],
            &[]
        )
    );
}
