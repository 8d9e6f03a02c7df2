//! A backend that will never take some events: they go, everything else stays.

use super::{A, B, Bench, remote, returned, shown};
use crate::{
    event::Place,
    sync::{Connection, PageInfo, PushError, RejectedEvent},
    testing::test,
};

fn rejects(numbers: &[u64]) -> PushError {
    let event = |&seq_num: &u64| RejectedEvent {
        seq_num,
        reason: "not allowed".into(),
    };
    PushError::Rejected {
        events: numbers.iter().map(event).collect(),
    }
}

#[test]
fn a_rejected_event_is_taken_out_and_what_follows_moves_up() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.session(B);
    bench.go_online();
    let (events, _) = bench.commit(A, &["a", "b", "~note", "c"]);
    let said = bench.pushed(Err(rejects(&[2])));
    assert_eq!(bench.log(), ["e1 a", "e1.1r1 note", "e2r1 c"]);
    for key in [A, B] {
        let update = said.updates(key)[0];
        assert_eq!(update.after, events[0].place());
        assert_eq!(shown(&update.events), ["e1.1r1 note", "e2r1 c"]);
        let [rejected] = &update.rejected[..] else {
            panic!("{update:?}");
        };
        assert_eq!(
            (rejected.event.id, &*rejected.reason),
            (events[1].id, "not allowed")
        );
    }
    assert_eq!(said.pushed().unwrap(), ["1 a", "2 c"]);
    bench.pushed(Ok(()));
    assert_eq!(bench.pending(), 0);
}

#[test]
fn the_last_pending_event_may_be_rejected() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["a"]);
    let said = bench.pushed(Err(rejects(&[1])));
    let update = said.updates(A)[0];
    assert_eq!((update.after, update.rejected.len()), (Place::ROOT, 1));
    assert!(bench.log().is_empty());
    assert_eq!((said.pushed(), bench.pending()), (None, 0));
    let (_, said) = bench.commit(A, &["b"]);
    assert_eq!(said.pushed().unwrap(), ["1 b"], "syncing goes on");
}

#[test]
fn several_events_of_a_push_may_be_rejected() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["1", "2", "3", "4", "5"]);
    let said = bench.pushed(Err(rejects(&[1, 3, 5])));
    assert_eq!(bench.log(), ["e1r1 2", "e2r1 4"]);
    assert_eq!(said.updates(A)[0].rejected.len(), 3);
    assert_eq!(said.pushed().unwrap(), ["1 2", "2 4"]);
}

#[test]
fn a_rejection_that_names_nothing_of_the_push_leaves_everything_and_waits() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["a"]);
    let said = bench.pushed(Err(rejects(&[7])));
    assert_eq!((said.pushed(), bench.log()), (None, vec!["e1 a".into()]));
    assert_eq!(bench.connection_status(), Connection::Connected);
    assert_eq!(bench.wait().pushed().unwrap(), ["1 a"]);
}

#[test]
fn a_rejection_means_the_event_that_was_pushed_wherever_the_pull_has_moved_it() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    bench.commit(A, &["first", "second"]);
    bench.page(&[remote(1, "theirs")], PageInfo::NoMore);
    assert_eq!(bench.log()[1..], ["e2r1 first", "e3r1 second"]);
    let said = bench.pushed(Err(rejects(&[2])));
    assert_eq!(
        bench.log()[1..],
        ["e2r1 first"],
        "not what has the number 2 by now"
    );
    assert_eq!(said.updates(A)[0].rejected.len(), 1);
    assert_eq!(said.pushed().unwrap(), ["2 first"]);
}

#[test]
fn item_05_a_rejection_reaches_the_log_even_if_nobody_is_there_to_hear_it() {
    let mut bench = Bench::new();
    bench.session(A);
    bench.go_online();
    let (events, _) = bench.commit(A, &["a", "b"]);
    bench.leader.remove_session(A);
    bench.pushed(Err(rejects(&[1])));
    let mut bench = bench.reopened();
    assert_eq!(bench.log(), ["e1r1 b"]);
    let said = bench.go_online();
    assert_eq!(said.pushed().unwrap(), ["1 b"]);
    let mut copy = returned(&events[1..]);
    (copy[0].seq_num, copy[0].parent_seq_num) = (1, 0);
    bench.page(&copy, PageInfo::NoMore);
    assert_eq!(bench.pending(), 0);
}
