//! What is pushed from downstream (MRG-23 to MRG-26).

use super::{Hop, Merge, advanced, local_push, number, own, state};
use crate::testing::test;

#[test]
fn mrg_23_what_is_pushed_is_pending_and_applied() {
    let pushed = [own("e1.1", "b"), own("e1.2", "c"), own("e1.3", "d")];
    let before = state(&[own("e1", "a")], "e0", "e1");
    let all = [&[own("e1", "a")], &pushed[..]].concat();
    assert_eq!(
        local_push(before, &pushed, Hop::Leader),
        advanced(state(&all, "e0", "e1.3"), &pushed, &[])
    );
}

#[test]
fn mrg_24_a_client_only_event_is_not_pending_for_the_backend() {
    assert_eq!(
        local_push(state(&[], "e0", "e0"), &[own("e0.1", "a")], Hop::Backend),
        advanced(state(&[], "e0", "e0"), &[own("e0.1", "a")], &[])
    );
}

#[test]
fn a_client_only_event_that_is_not_pending_leaves_the_local_head() {
    assert_eq!(
        local_push(
            state(&[], "e1", "e1.2r1"),
            &[own("e1.3r1", "a")],
            Hop::Backend
        ),
        advanced(state(&[], "e1", "e1.2r1"), &[own("e1.3r1", "a")], &[])
    );
}

#[test]
fn mrg_25_only_the_synced_events_are_pending_for_the_backend() {
    let pushed = [own("e0.1", "a"), own("e1", "b")];
    assert_eq!(
        local_push(state(&[], "e0", "e0"), &pushed, Hop::Backend),
        advanced(state(&[own("e1", "b")], "e0", "e1"), &pushed, &[])
    );
}

#[test]
fn mrg_26_what_does_not_follow_the_local_head_is_rejected() {
    let before = state(&[own("e1", "a"), own("e1.1", "b")], "e0", "e1.1");
    let rejected = Ok(Merge::Reject {
        state: before.clone(),
        expected_minimum: number("e1.2"),
    });
    for first in ["e1.1", "e1", "e0.1", "e1.1r1"] {
        let pushed = [own(first, "c"), own("e1.2", "d")];
        for hop in [Hop::Leader, Hop::Backend] {
            assert_eq!(
                local_push(before.clone(), &pushed, hop),
                rejected,
                "{first}"
            );
        }
    }
}

#[test]
fn a_push_of_an_older_generation_is_told_by_its_place_alone() {
    let before = state(&[own("e1r2", "a")], "e0", "e1r2");
    assert_eq!(
        local_push(before, &[own("e2r1", "b")], Hop::Leader),
        advanced(
            state(&[own("e1r2", "a"), own("e2r1", "b")], "e0", "e2r1"),
            &[own("e2r1", "b")],
            &[]
        )
    );
}

#[test]
fn the_expected_minimum_is_in_the_generation_of_the_local_head() {
    let before = state(&[own("e2r3", "a")], "e1", "e2r3");
    assert_eq!(
        local_push(before.clone(), &[own("e2r3", "b")], Hop::Leader),
        Ok(Merge::Reject {
            state: before,
            expected_minimum: number("e2.1r3"),
        })
    );
}
