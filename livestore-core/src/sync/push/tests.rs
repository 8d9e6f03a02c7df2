//! The leader's fence: what a push must look like to be taken.

use super::{PushRejection, validate_push};
use crate::{
    event::{EncodedArgs, EncodedEvent, EventId, SeqNum},
    testing::test,
};

fn number(seq: &str) -> SeqNum {
    seq.parse().unwrap()
}

/// Events by their numbers and parents, as in `["e1 e0", "e2 e1"]`.
fn batch(events: &[&str]) -> Vec<EncodedEvent> {
    let event = |text: &&str| {
        let (seq, parent) = text.split_once(' ').unwrap();
        EncodedEvent {
            name: "v1.Said".into(),
            args: EncodedArgs::encode("hello").unwrap(),
            seq: number(seq),
            parent: number(parent),
            client_id: "client".into(),
            session_id: "session".into(),
            id: EventId::REMOTE,
        }
    };
    events.iter().map(event).collect()
}

fn validate(head: &str, events: &[&str]) -> Result<(), PushRejection> {
    validate_push(&batch(events), number(head))
}

fn descends(preceding: &str, violating: &str, index: usize) -> Result<(), PushRejection> {
    Err(PushRejection::NonMonotonicBatch {
        preceding: number(preceding),
        violating: number(violating),
        index,
    })
}

fn behind(minimum_expected: &str, provided: &str) -> Result<(), PushRejection> {
    Err(PushRejection::LeaderAhead {
        minimum_expected: number(minimum_expected),
        provided: number(provided),
    })
}

fn stale(current: u64, provided: u64) -> Result<(), PushRejection> {
    Err(PushRejection::StaleRebaseGeneration { current, provided })
}

/// What is expected and what is provided, as number and parent.
fn gap(expected: &str, provided: &str, index: usize) -> Result<(), PushRejection> {
    let pair = |text: &str| {
        let (seq, parent) = text.split_once(' ').unwrap();
        (number(seq), number(parent))
    };
    let (expected, expected_parent) = pair(expected);
    let (provided, provided_parent) = pair(provided);
    Err(PushRejection::NonContiguousBatch {
        expected,
        provided,
        expected_parent,
        provided_parent,
        index,
    })
}

#[test]
fn what_follows_the_head_event_by_event_is_taken() {
    assert_eq!(validate("e3", &[]), Ok(()));
    assert_eq!(validate("e0", &["e1 e0"]), Ok(()));
    assert_eq!(validate("e0", &["e0.1 e0", "e0.2 e0.1", "e1 e0"]), Ok(()));
    assert_eq!(validate("e5", &["e6 e5", "e7 e6", "e8 e7"]), Ok(()));
}

#[test]
fn client_only_events_form_a_chain_and_synced_ones_skip_it() {
    let events = ["e5.1 e5", "e5.2 e5.1", "e6 e5", "e6.1 e6", "e7 e6"];
    assert_eq!(validate("e5", &events), Ok(()));
    assert_eq!(validate("e5.2", &["e6 e5"]), Ok(()));
    assert_eq!(validate("e5.2", &["e5.3 e5.2"]), Ok(()));
    assert_eq!(validate("e5.2", &["e6 e5.2"]), gap("e6 e5", "e6 e5.2", 0));
    assert_eq!(
        validate("e5", &["e5.1 e5", "e5.2 e5"]),
        gap("e5.2 e5.1", "e5.2 e5", 1)
    );
}

#[test]
fn ldr_06_an_older_generation_is_stale() {
    assert_eq!(validate("e3r2", &["e4r1 e3r1"]), stale(2, 1));
    assert_eq!(validate("e3r2", &["e4 e3"]), stale(2, 0));
    assert_eq!(validate("e3.1r1", &["e3.2 e3.1"]), stale(1, 0));
}

#[test]
fn ldr_10_a_push_that_was_taken_is_not_taken_again() {
    assert_eq!(validate("e1", &["e1 e0"]), behind("e1", "e1"));
    assert_eq!(validate("e2.1", &["e2.1 e2"]), behind("e2.1", "e2.1"));
    // A newer generation makes no difference: the place is what counts.
    assert_eq!(validate("e1", &["e1r1 e0"]), behind("e1", "e1r1"));
}

#[test]
fn ldr_11_a_session_that_does_not_know_the_log_is_behind() {
    let events = ["e2 e1", "e7 e6", "e8 e7"];
    assert_eq!(validate("e6", &events), behind("e6", "e2"));
}

#[test]
fn ldr_12_a_push_that_skips_pending_events_leaves_a_gap() {
    assert_eq!(validate("e0", &["e2 e1"]), gap("e1 e0", "e2 e1", 0));
    assert_eq!(
        validate("e0", &["e0.2 e0.1"]),
        gap("e0.1 e0", "e0.2 e0.1", 0)
    );
    assert_eq!(validate("e0", &["e1.1 e1"]), gap("e0.1 e0", "e1.1 e1", 0));
}

#[test]
fn a_gap_inside_a_push_is_found_where_it_is() {
    assert_eq!(
        validate("e0", &["e1 e0", "e2 e1", "e4 e3"]),
        gap("e3 e2", "e4 e3", 2)
    );
    assert_eq!(
        validate("e0", &["e1 e0", "e3 e1"]),
        gap("e2 e1", "e3 e1", 1)
    );
    assert_eq!(
        validate("e0", &["e1 e0", "e1.2r1 e1.1r1"]),
        gap("e1.1r1 e1", "e1.2r1 e1.1r1", 1)
    );
}

#[test]
fn a_parent_that_is_not_the_one_before_leaves_a_gap() {
    assert_eq!(validate("e4", &["e5 e3"]), gap("e5 e4", "e5 e3", 0));
    assert_eq!(
        validate("e4", &["e5r1 e3r1"]),
        gap("e5r1 e4r1", "e5r1 e3r1", 0)
    );
}

#[test]
fn ldr_13_15_a_newer_generation_is_taken() {
    assert_eq!(validate("e1", &["e2r1 e1r1"]), Ok(()));
    assert_eq!(validate("e1", &["e1.1r1 e1"]), Ok(()));
    assert_eq!(validate("e1.1", &["e1.2r1 e1.1", "e2r1 e1r1"]), Ok(()));
    assert_eq!(validate("e1r1", &["e2r1 e1r1", "e3r2 e2r2"]), Ok(()));
}

#[test]
fn the_generation_of_a_parent_does_not_matter() {
    for parent in ["e1", "e1r1", "e1r7"] {
        assert_eq!(validate("e1r1", &[&format!("e2r1 {parent}")]), Ok(()));
    }
}

#[test]
fn a_push_that_does_not_ascend_is_refused_before_anything_else() {
    // Also behind the head, of an older generation and full of gaps.
    for head in ["e0", "e9", "e9r3"] {
        assert_eq!(
            validate(head, &["e3 e1", "e5 e3", "e5r1 e4", "e1 e0"]),
            descends("e5", "e5r1", 2)
        );
    }
    assert_eq!(
        validate("e0", &["e1.1 e1", "e1 e0"]),
        descends("e1.1", "e1", 1)
    );
}

#[test]
fn a_push_behind_the_head_is_refused_before_its_generation_and_gaps() {
    assert_eq!(
        validate("e3r2", &["e3r1 e0", "e9r1 e0"]),
        behind("e3r2", "e3r1")
    );
}

#[test]
fn an_older_generation_is_refused_before_gaps() {
    assert_eq!(validate("e3r2", &["e5r1 e0", "e9r1 e0"]), stale(2, 1));
}

#[test]
fn a_rejection_says_what_is_wrong() {
    let message = |rejection: Result<(), PushRejection>| rejection.unwrap_err().to_string();
    assert_eq!(
        message(descends("e2", "e1", 1)),
        "event e1 at index 1 of the push does not come after e2"
    );
    assert_eq!(
        message(behind("e6", "e2")),
        "the leader is ahead: the push must start after e6, not at e2"
    );
    assert_eq!(
        message(stale(2, 1)),
        "the push is of generation 1, but the leader is at generation 2"
    );
    assert_eq!(
        message(gap("e1 e0", "e2 e1", 0)),
        "event e2 with parent e1 at index 0 of the push leaves a gap: expected e1 with parent e0"
    );
}
