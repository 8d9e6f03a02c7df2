//! The leader's log moves under a session.

use super::{Bench, Step, number, plan, shown, theirs};
use crate::{
    event::{EncodedEvent, Place, SeqNum},
    sync::{Update, merge::renumber},
    testing::test,
};

/// A session with events in the leader's log that no backend has confirmed.
fn persisted(texts: &[&str]) -> (Bench, Vec<EncodedEvent>) {
    let mut bench = Bench::new();
    let events = bench.commit(texts);
    bench.push();
    let upto = events.last().unwrap().place();
    assert_eq!(bench.session.accepted(upto), None);
    (bench, events)
}

#[test]
fn ses_05_pending_events_follow_what_came_before_them() {
    let mut bench = Bench::new();
    let ours = bench.commit(&["a", "~note"]);
    let plan = plan(bench.news(Place::ROOT, theirs(SeqNum::ROOT, &["x"])));
    assert_eq!(plan.roll_back_to, Some(SeqNum::ROOT));
    assert_eq!(shown(&plan.upstream), ["e1 x"]);
    assert_eq!(shown(&plan.pending), ["e2r1 a", "e2.1r1 note"]);
    assert_eq!(plan.pending[0].id, ours[0].id);
    assert_eq!(bench.push().unwrap(), ["e2r1 a", "e2.1r1 note"]);
}

#[test]
fn what_the_leader_has_moved_is_taken_back_and_applied_where_it_stands_now() {
    let (mut bench, events) = persisted(&["a", "b"]);
    let mut log = theirs(SeqNum::ROOT, &["x"]);
    log.extend(renumber(events, number("e1"), 1));
    let plan = plan(bench.update(Update {
        events: log,
        generation: 1,
        ..Update::default()
    }));
    assert_eq!(plan.roll_back_to, Some(SeqNum::ROOT));
    assert_eq!(shown(&plan.upstream), ["e1 x", "e2r1 a", "e3r1 b"]);
    assert!(plan.pending.is_empty());
    let next = bench.commit(&["c"]);
    assert_eq!(next[0].seq.global, 4);
    assert!(
        next[0].seq.rebase_generation >= 1,
        "else it is refused for good"
    );
}

#[test]
fn only_what_moved_is_taken_back() {
    let (mut bench, events) = persisted(&["a", "b"]);
    let mut log = theirs(number("e1"), &["x"]);
    log.extend(renumber(events[1..].to_vec(), number("e2"), 1));
    let plan = plan(bench.update(Update {
        after: events[0].place(),
        events: log,
        generation: 1,
        ..Update::default()
    }));
    assert_eq!(plan.roll_back_to, Some(number("e1")));
    assert_eq!(shown(&plan.upstream), ["e2 x", "e3r1 b"]);
}

#[test]
fn what_was_taken_out_of_the_log_is_taken_back() {
    let (mut bench, events) = persisted(&["a", "b"]);
    let plan = plan(bench.news(events[0].place(), Vec::new()));
    assert_eq!(plan.roll_back_to, Some(number("e1")));
    assert_eq!(bench.session.upstream(), events[0].place());
    assert_eq!(bench.session.local_head().global, 1);
}

#[test]
fn ses_14_a_commit_made_while_a_refused_push_is_reconciled_is_not_lost() {
    let mut bench = Bench::new();
    bench.commit(&["a"]);
    bench.push();
    bench.session.refused();
    bench.commit(&["before"]);
    bench.answer(Place::ROOT, theirs(SeqNum::ROOT, &["x"]));
    bench.commit(&["after"]);
    assert_eq!(
        bench.push().unwrap(),
        ["e2r1 a", "e3r1 before", "e4r1 after"]
    );
}

#[test]
fn ses_15_a_rebase_with_a_push_under_way_sends_the_event_once_more_and_no_more() {
    let mut bench = Bench::new();
    bench.commit(&["local"]);
    bench.push();
    // The leader's news cross the push: it will be refused.
    bench.news(Place::ROOT, theirs(SeqNum::ROOT, &["x"]));
    assert_eq!(bench.push(), None);
    bench.session.refused();
    bench.answer(theirs(SeqNum::ROOT, &["x"])[0].place(), Vec::new());
    assert_eq!(bench.push().unwrap(), ["e2r1 local"]);
    let upto = bench.session.pending()[0].place();
    bench.session.accepted(upto);
    assert_eq!((bench.pending().len(), bench.push()), (0, None));
}

#[test]
fn a_pending_event_that_no_longer_applies_is_not_pushed() {
    let mut bench = Bench::new();
    bench.commit(&["a", "b"]);
    let update = Update {
        events: theirs(SeqNum::ROOT, &["x"]),
        ..Update::default()
    };
    let Ok(Step::Reconcile(plan)) = bench.session.update(&update) else {
        panic!("it rebases");
    };
    // The state could apply `b` only.
    let kept = renumber(plan.pending[1..].to_vec(), number("e1"), plan.generation);
    bench.session.reconciled(kept);
    assert_eq!(bench.push().unwrap(), ["e2r1 b"]);
}

#[test]
fn when_nothing_pending_applies_any_more_the_head_is_the_leaders() {
    let mut bench = Bench::new();
    bench.commit(&["a"]);
    let update = Update {
        events: theirs(SeqNum::ROOT, &["x"]),
        ..Update::default()
    };
    bench.session.update(&update).unwrap();
    bench.session.reconciled(Vec::new());
    assert!(bench.session.local_head().same_position(number("e1")));
    assert_eq!(bench.push(), None);
    assert_eq!(bench.commit(&["b"])[0].seq.global, 2);
}

#[test]
fn ses_25_pending_events_take_the_leaders_generation_when_it_is_ahead() {
    let mut bench = Bench::new();
    bench.commit(&["a"]);
    bench.session.welcome();
    bench.update(Update {
        answer: true,
        generation: 4,
        ..Update::default()
    });
    assert_eq!(bench.push().unwrap(), ["e1r4 a"]);
}

#[test]
fn a_change_behind_what_is_final_is_refused_and_asked_for_again() {
    let (mut bench, events) = persisted(&["a", "b"]);
    bench.session.settle(number("e2"));
    let step = bench.news(Place::ROOT, theirs(SeqNum::ROOT, &["x"]));
    assert!(matches!(step, Step::Send(_)), "{step:?}");
    assert_eq!(bench.session.upstream(), events[1].place());
}

#[test]
fn a_reset_gives_back_what_is_pending_and_starts_from_nothing() {
    let (mut bench, _) = persisted(&["a"]);
    bench.commit(&["b"]);
    let unsynced = bench.session.abandon();
    assert_eq!(shown(&unsynced), ["e2 b"]);
    bench.session.restart();
    assert_eq!(bench.session.upstream(), Place::ROOT);
    bench.answer(Place::ROOT, theirs(SeqNum::ROOT, &["x"]));
    assert_eq!(bench.commit(&["c"])[0].seq.global, 2);
}
