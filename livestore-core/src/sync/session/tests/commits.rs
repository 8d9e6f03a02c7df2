//! From a commit to the leader's acknowledgement.

use super::{Bench, SessionProcessor, is_pull, make, number, pushed, shown};
use crate::{
    event::{EventId, Place, SeqNum},
    testing::test,
};

#[test]
fn ses_01_a_committed_event_is_the_local_head_and_is_pushed() {
    let mut bench = Bench::new();
    bench.commit(&["a"]);
    assert_eq!(bench.session.local_head(), number("e1"));
    assert_eq!(bench.push().unwrap(), ["e1 a"]);
}

#[test]
fn nothing_is_pushed_before_a_leader_has_spoken() {
    let mut session = SessionProcessor::new(Place::ROOT, SeqNum::ROOT, None);
    session.commit(make(SeqNum::ROOT, &["a"], &mut 100));
    assert_eq!(session.next_push(), None);
    assert!(is_pull(session.welcome().as_ref(), Place::ROOT));
    assert_eq!(session.next_push(), None, "first it hears what there is");
}

#[test]
fn ses_10_pushes_go_out_one_at_a_time_and_in_order() {
    let mut bench = Bench::new();
    bench.session.batch = 1;
    let events = bench.commit(&["a"]);
    bench.commit(&["b"]);
    bench.commit(&["c"]);
    assert_eq!(bench.push().unwrap(), ["e1 a"]);
    assert_eq!(bench.push(), None);
    assert_eq!(bench.session.accepted(events[0].place()), None);
    assert_eq!(bench.push().unwrap(), ["e2 b"]);
    assert_eq!(bench.push(), None);
}

#[test]
fn ses_12_what_is_pushed_is_pending_until_it_is_acknowledged() {
    let mut bench = Bench::new();
    let events = bench.commit(&["a", "b"]);
    let push = bench.session.next_push().unwrap();
    assert!(
        pushed(&push)
            .iter()
            .all(|event| bench.session.pending().contains(event))
    );
    bench.session.accepted(events[1].place());
    assert!(bench.pending().is_empty());
    assert_eq!(bench.session.upstream(), events[1].place());
}

#[test]
fn a_commit_is_never_pushed_in_halves() {
    let mut bench = Bench::new();
    bench.session.batch = 3;
    let first = bench.commit(&["1", "2"]);
    bench.commit(&["3", "4"]);
    let large = bench.commit(&["5", "6", "7", "8", "9"]);
    assert_eq!(bench.push().unwrap(), ["e1 1", "e2 2"]);
    bench.session.accepted(first[1].place());
    assert_eq!(bench.push().unwrap(), ["e3 3", "e4 4"]);
    let upto = bench.session.pending()[1].place();
    bench.session.accepted(upto);
    assert_eq!(bench.push().unwrap(), shown(&large), "it goes alone");
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[test]
fn ses_13_order_and_batch_bounds_hold_whatever_is_committed_when() {
    for seed in 1..=50 {
        let mut random = Random(seed);
        let mut bench = Bench::new();
        let limit = 1 + random.below(5) as usize;
        bench.session.batch = limit;
        let mut commits: Vec<Vec<EventId>> = Vec::new();
        let mut sent: Vec<Vec<EventId>> = Vec::new();
        let groups = 1 + random.below(6);
        let mut left = groups;
        loop {
            if left > 0 && random.below(2) == 0 {
                left -= 1;
                let size = 1 + random.below(4) as usize;
                let events = bench.commit(&vec!["x"; size]);
                commits.push(events.iter().map(|event| event.id).collect());
            }
            if let Some(push) = bench.session.next_push() {
                sent.push(pushed(&push).iter().map(|event| event.id).collect());
            } else if let Some(upto) = bench.session.in_flight {
                assert_eq!(bench.session.accepted(upto), None);
            } else if left == 0 {
                break;
            }
        }
        assert_eq!(sent.concat(), commits.concat(), "seed {seed}");
        for push in &sent {
            let whole = commits.iter().any(|commit| commit == push);
            let bounded = push.len() <= limit || whole;
            assert!(!push.is_empty() && bounded, "seed {seed}: {push:?}");
        }
    }
}

#[test]
fn ses_25_new_events_carry_the_generation_of_the_head() {
    let place = Place {
        seq: number("e10r4"),
        id: EventId::REMOTE,
    };
    let mut bench = Bench::at(place, number("e10"));
    let events = bench.commit(&["a"]);
    assert_eq!(
        (events[0].seq, events[0].parent),
        (number("e11r4"), number("e10r4"))
    );
    bench.push();
    bench.session.accepted(events[0].place());
    assert_eq!(bench.session.local_head(), number("e11r4"));
}

#[test]
fn an_acknowledgement_of_something_else_makes_the_session_pull() {
    let mut bench = Bench::new();
    let events = bench.commit(&["a", "b"]);
    bench.push();
    let pull = bench.session.accepted(events[0].place());
    assert!(is_pull(pull.as_ref(), Place::ROOT), "{pull:?}");
    assert_eq!(bench.pending(), ["e1 a", "e2 b"]);
    assert_eq!(bench.push(), None);
}

#[test]
fn ses_16_what_a_lost_leader_did_not_take_is_given_back_at_once() {
    let mut bench = Bench::new();
    let kept = bench.commit(&["kept"]);
    bench.push();
    bench.session.accepted(kept[0].place());
    let lost = bench.commit(&["in flight"]);
    bench.push();
    bench.commit(&["waiting"]);
    let given_up = bench.session.abandon();
    assert_eq!(shown(&given_up), ["e2 in flight", "e3 waiting"]);
    assert_eq!(given_up[0].id, lost[0].id);
    assert_eq!(bench.session.local_head(), number("e1"));
}

#[test]
fn the_backends_confirmation_tells_which_events_are_final_now() {
    let mut bench = Bench::new();
    let events = bench.commit(&["a", "~note", "b"]);
    bench.push();
    bench.session.accepted(events[2].place());
    assert_eq!(bench.session.settle(number("e1")), [events[0].place()]);
    assert_eq!(bench.session.floor(), number("e1"));
    assert_eq!(bench.session.settle(number("e1")), []);
    assert_eq!(
        bench.session.settle(number("e2")),
        [events[1].place(), events[2].place()]
    );
}

#[test]
fn nothing_that_is_pending_becomes_final() {
    let mut bench = Bench::new();
    bench.commit(&["a"]);
    bench.push();
    assert_eq!(bench.session.settle(number("e1")), []);
    assert_eq!(bench.session.floor(), SeqNum::ROOT);
}
