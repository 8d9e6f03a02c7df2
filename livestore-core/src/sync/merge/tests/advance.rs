//! What upstream adds, as long as it does not contradict (MRG-08 to MRG-17).

use std::slice::from_ref;

use serde::Serialize;

use super::{Hop, Merge, advanced, echo, own, remote, state, upstream_advance};
use crate::{
    event::{EncodedArgs, EncodedEvent, GlobalEvent},
    testing::test,
};

#[test]
fn mrg_08_a_matching_event_confirms_pending() {
    let before = state(&[own("e1", "a")], "e0", "e1");
    assert_eq!(
        upstream_advance(before, &[own("e1", "a")], Hop::Leader),
        advanced(state(&[], "e1", "e1"), &[], &[own("e1", "a")])
    );
}

#[test]
fn mrg_09_only_the_pending_events_that_came_are_confirmed() {
    let before = state(&[own("e1", "a"), own("e2", "b")], "e0", "e2");
    assert_eq!(
        upstream_advance(before, &[own("e1", "a")], Hop::Leader),
        advanced(state(&[own("e2", "b")], "e1", "e2"), &[], &[own("e1", "a")])
    );
}

#[test]
fn mrg_10_a_new_event_after_the_confirmed_one_is_applied() {
    let before = state(&[own("e1", "a")], "e0", "e1");
    let incoming = [own("e1", "a"), remote("e1.1", "x")];
    assert_eq!(
        upstream_advance(before, &incoming, Hop::Leader),
        advanced(
            state(&[], "e1.1", "e1.1"),
            &[remote("e1.1", "x")],
            &[own("e1", "a")]
        )
    );
}

#[test]
fn mrg_11_several_new_events_after_the_confirmed_one_are_applied() {
    let before = state(&[own("e1.1", "a")], "e1", "e1.1");
    let new_events = [
        remote("e1.2", "w"),
        remote("e1.3", "x"),
        remote("e2", "y"),
        remote("e2.1", "z"),
    ];
    let incoming = [&[own("e1.1", "a")], &new_events[..]].concat();
    assert_eq!(
        upstream_advance(before, &incoming, Hop::Leader),
        advanced(state(&[], "e2.1", "e2.1"), &new_events, &[own("e1.1", "a")])
    );
}

#[test]
fn mrg_12_a_client_only_event_after_the_confirmed_one_stays_pending() {
    let before = state(&[own("e1", "a"), own("e1.1", "b")], "e0", "e1.1");
    assert_eq!(
        upstream_advance(before, &[own("e1", "a")], Hop::Leader),
        advanced(
            state(&[own("e1.1", "b")], "e1", "e1.1"),
            &[],
            &[own("e1", "a")]
        )
    );
}

#[test]
fn mrg_13_the_backend_confirms_the_client_only_events_before_the_confirmed_one() {
    let before = state(&[own("e0.1", "a"), own("e1", "b")], "e0", "e1");
    assert_eq!(
        upstream_advance(before, &[echo("e1", "b")], Hop::Backend),
        advanced(
            state(&[], "e1", "e1"),
            &[],
            &[own("e0.1", "a"), own("e1", "b")]
        )
    );
}

#[test]
fn mrg_14_the_backend_leaves_the_synced_event_after_the_confirmed_one_pending() {
    let pending = [own("e0.1", "a"), own("e1", "b"), own("e2", "c")];
    assert_eq!(
        upstream_advance(
            state(&pending, "e0", "e2"),
            &[echo("e1", "b")],
            Hop::Backend
        ),
        advanced(state(&pending[2..], "e1", "e2"), &[], &pending[..2])
    );
}

#[test]
fn mrg_15_the_backend_goes_beyond_pending_without_contradicting_client_only_events() {
    let pending = [own("e0.1", "a"), own("e1", "b"), own("e1.1", "c")];
    let incoming = [echo("e1", "b"), remote("e2", "x")];
    assert_eq!(
        upstream_advance(state(&pending, "e0", "e1.1"), &incoming, Hop::Backend),
        advanced(state(&[], "e2", "e2"), &[remote("e2", "x")], &pending)
    );
}

#[derive(Serialize)]
struct Args {
    text: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nested: Option<Box<Args>>,
}

#[test]
fn mrg_17_an_absent_field_does_not_make_the_returning_event_another_one() {
    let nested = Args {
        text: "inner",
        note: None,
        nested: None,
    };
    let args = Args {
        text: "outer",
        note: None,
        nested: Some(Box::new(nested)),
    };
    let pending = EncodedEvent {
        args: EncodedArgs::encode(&args).unwrap(),
        ..own("e1", "a")
    };
    let wire = serde_json::to_string(&GlobalEvent::from(&pending)).unwrap();
    let back: GlobalEvent = serde_json::from_str(&wire).unwrap();
    for hop in [Hop::Leader, Hop::Backend] {
        let before = state(from_ref(&pending), "e0", "e1");
        assert_eq!(
            upstream_advance(before, &[back.clone().into()], hop),
            advanced(state(&[], "e1", "e1"), &[], from_ref(&pending))
        );
    }
}

#[test]
fn what_follows_is_applied_when_nothing_is_pending() {
    let incoming = [remote("e2", "x"), remote("e3", "y")];
    for hop in [Hop::Leader, Hop::Backend] {
        assert_eq!(
            upstream_advance(state(&[], "e1", "e1"), &incoming, hop),
            advanced(state(&[], "e3", "e3"), &incoming, &[])
        );
    }
}

#[test]
fn a_confirmation_keeps_the_generation_of_the_local_head() {
    let before = state(&[own("e2r3", "a")], "e1", "e2r3");
    assert_eq!(
        upstream_advance(before, &[echo("e2", "a")], Hop::Backend),
        advanced(state(&[], "e2", "e2r3"), &[], &[own("e2r3", "a")])
    );
    let Ok(Merge::Advance { state: later, .. }) =
        upstream_advance(state(&[], "e2", "e2r3"), &[remote("e3", "x")], Hop::Backend)
    else {
        panic!("nothing contradicts");
    };
    assert_eq!(later, state(&[], "e3", "e3r3"));
}

#[test]
fn the_backend_confirms_a_client_only_event_once_something_stands_behind_it() {
    let pending = [own("e1", "a"), own("e1.1", "b")];
    assert_eq!(
        upstream_advance(
            state(&pending, "e0", "e1.1"),
            &[echo("e1", "a")],
            Hop::Backend
        ),
        advanced(state(&pending[1..], "e1", "e1.1"), &[], &pending[..1])
    );
    assert_eq!(
        upstream_advance(
            state(&pending[1..], "e1", "e1.1"),
            &[remote("e2", "x")],
            Hop::Backend
        ),
        advanced(state(&[], "e2", "e2"), &[remote("e2", "x")], &pending[1..])
    );
}
