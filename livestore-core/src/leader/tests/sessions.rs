//! The leader and its sessions: the fence, acknowledgements, pieces of the log.

use super::{A, B, Bench, number, pushing, remote, shown};
use crate::{
    event::{Place, SeqNum},
    leader::{Input, PAGE},
    sync::{FromLeader, PageInfo, PushRejection, ToLeader},
    testing::test,
};

#[test]
fn ldr_01_pushed_events_are_in_the_log_before_they_are_acknowledged() {
    let mut bench = Bench::with(None);
    bench.session(A);
    let (events, said) = bench.commit(A, &["a", "b"]);
    let upto = events[1].place();
    let floor = upto.seq;
    assert_eq!(said.to(A), [&FromLeader::Accepted { upto, floor }]);
    assert_eq!(bench.log(), ["e1 a", "e2 b"]);
}

#[test]
fn ldr_06_a_push_of_an_older_generation_is_refused_at_once() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["a"]);
    bench.connect();
    bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 theirs", "e2r1 a"]);
    let old = bench.make_after(number("e2"), &["b"]);
    let said = bench.push(A, old);
    let stale = PushRejection::StaleRebaseGeneration {
        current: 1,
        provided: 0,
    };
    assert_eq!(said.to(A), [&FromLeader::Refused(stale)]);
    assert_eq!(bench.log().len(), 2);
}

#[test]
fn ldr_08_a_hundred_pushes_reach_the_other_session_as_advances() {
    let mut bench = Bench::with(None);
    bench.session(A);
    bench.session(B);
    let ids: Vec<_> = (0..100).map(|i| i.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let events = bench.make(&ids);
    let pushes = events.iter().map(|event| pushing(A, vec![event.clone()]));
    let said = bench.turn(pushes.collect::<Vec<_>>());
    assert_eq!(bench.leader.log.head().seq, number("e100"));
    assert_eq!(said.to(A).len(), 100);
    let mut head = Place::ROOT;
    for update in said.updates(B) {
        assert_eq!(update.after, head, "nothing is ever taken back");
        head = update.events.last().unwrap().place();
    }
    assert_eq!(head, bench.leader.log.head());
}

#[test]
fn ldr_10_a_push_that_comes_twice_is_taken_once() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let events = bench.make(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    let twice = events.chunks(2).flat_map(|pair| {
        let push = || pushing(A, pair.to_vec());
        [push(), push()]
    });
    let said = bench.turn(twice.collect::<Vec<_>>());
    assert_eq!(bench.log(), shown(&events));
    assert_eq!(said.pushed().unwrap().len(), 10);
    let refused = |message: &&&FromLeader| matches!(message, FromLeader::Refused(_));
    assert_eq!(said.to(A).iter().filter(refused).count(), 5);
}

#[test]
fn ldr_11_a_stale_push_of_a_second_session_is_refused() {
    let mut bench = Bench::with(None);
    bench.session(A);
    bench.session(B);
    bench.commit(A, &["1", "2", "3", "4", "5", "6"]);
    let mut stale = bench.make_after(number("e1"), &["x"]);
    stale.extend(bench.make_after(number("e6"), &["y", "z"]));
    let said = bench.push(B, stale);
    let ahead = PushRejection::LeaderAhead {
        minimum_expected: number("e6"),
        provided: number("e2"),
    };
    assert_eq!(said.to(B), [&FromLeader::Refused(ahead)]);
    assert_eq!(bench.log().len(), 6);
}

#[test]
fn ldr_12_a_push_that_skips_its_pending_prefix_is_refused() {
    let mut bench = Bench::with(None);
    bench.session(A);
    let skipping = bench.make_after(number("e1"), &["b"]);
    let said = bench.push(A, skipping);
    assert!(
        matches!(
            said.to(A)[..],
            [FromLeader::Refused(PushRejection::NonContiguousBatch { expected, provided, index: 0, .. })]
                if (*expected, *provided) == (number("e1"), number("e2"))
        ),
        "{said:?}"
    );
    assert!(bench.log().is_empty());
}

#[test]
fn ldr_13_after_a_refusal_another_session_is_admitted_where_the_log_ends() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.session(B);
    bench.connect();
    let late = bench.make(&["1", "2", "3", "4", "5", "6"]);
    let page = bench.paged(&[remote(1, "theirs")], PageInfo::NoMore);
    let said = bench.turn([page, pushing(A, late)]);
    assert!(matches!(
        said.to(A)[..],
        [FromLeader::Update(_), FromLeader::Refused(_)]
    ));
    let retry = bench.make_after(number("e1r1"), &["b"]);
    let said = bench.push(B, retry);
    assert!(matches!(said.to(B)[..], [FromLeader::Accepted { .. }]));
    assert_eq!(said.pushed().unwrap(), ["2 b"]);
}

#[test]
fn ldr_15_a_client_only_event_of_a_newer_generation_is_taken() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.commit(A, &["a"]);
    let rebased = bench.make_after(number("e1r1"), &["~b"]);
    let said = bench.push(A, rebased);
    assert!(matches!(said.to(A)[..], [FromLeader::Accepted { .. }]));
    assert_eq!(bench.log(), ["e1 a", "e1.1r1 b"]);
}

#[test]
fn a_session_pulls_the_log_piece_by_piece_and_is_told_news_once_it_has_all() {
    let mut bench = Bench::with(None);
    bench.session(A);
    let ids: Vec<_> = (0..PAGE + 1).map(|i| i.to_string()).collect();
    bench.commit(A, &ids.iter().map(String::as_str).collect::<Vec<_>>());
    bench.leader.add_session(B);
    let said = bench.pull(B, Place::ROOT, SeqNum::ROOT);
    let first = said.updates(B)[0].clone();
    assert_eq!((first.events.len(), first.more), (PAGE, true));
    let (_, said) = bench.commit(A, &["news"]);
    assert!(said.to(B).is_empty(), "it asks for the rest by itself");
    let said = bench.pull(B, first.events[PAGE - 1].place(), SeqNum::ROOT);
    let rest = said.updates(B)[0].clone();
    assert_eq!((rest.events.len(), rest.more), (2, false));
    let (_, said) = bench.commit(A, &["more news"]);
    assert_eq!(said.updates(B).len(), 1);
}

#[test]
fn a_session_at_a_place_the_log_no_longer_has_gets_everything_after_its_floor() {
    let mut bench = Bench::new();
    bench.session(A);
    let (events, _) = bench.commit(A, &["a", "b"]);
    bench.connect();
    bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    let said = bench.pull(A, events[1].place(), SeqNum::ROOT);
    let update = said.updates(A)[0];
    assert_eq!(update.after, Place::ROOT);
    assert_eq!(shown(&update.events), ["e1 theirs", "e2r1 a", "e3r1 b"]);
    assert_eq!(
        (update.generation, update.head, update.floor),
        (1, number("e3r1"), number("e1"))
    );
}

#[test]
fn item_06_of_two_sessions_that_push_at_once_one_always_gets_on() {
    let mut bench = Bench::with(None);
    bench.session(A);
    bench.session(B);
    for round in 0..20 {
        let ours = bench.make(&[&format!("a{round}")]);
        let theirs = bench.make(&[&format!("b{round}")]);
        let (mut first, mut second) = (pushing(A, ours), pushing(B, theirs));
        if round % 2 == 1 {
            std::mem::swap(&mut first, &mut second);
        }
        bench.turn([first, second]);
        assert_eq!(bench.log().len(), round + 1);
    }
}

#[test]
fn a_session_that_left_is_told_nothing() {
    let mut bench = Bench::with(None);
    bench.session(A);
    bench.session(B);
    bench.leader.remove_session(B);
    let (_, said) = bench.commit(A, &["a"]);
    assert!(said.to(B).is_empty());
}

#[test]
fn a_pull_in_the_turn_of_a_push_sees_what_was_pushed() {
    let mut bench = Bench::with(None);
    bench.session(A);
    bench.leader.add_session(B);
    let events = bench.make(&["a"]);
    let pull = ToLeader::Pull {
        after: Place::ROOT,
        floor: SeqNum::ROOT,
        lineage: None,
    };
    let said = bench.turn([pushing(A, events.clone()), Input::Session(B, pull)]);
    let update = said.updates(B)[0];
    assert_eq!((&update.events, update.more), (&events, false));
    assert_eq!(said.updates(B).len(), 1, "and hears of it once");
}
