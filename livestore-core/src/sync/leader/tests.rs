//! The leader's half of the hop to its sessions, as a state machine.

use super::{Change, LeaderProcessor, Outbox, SessionKey};
use crate::{
    event::{EncodedArgs, EncodedEvent, EventId, EventScope, Place, SeqNum},
    sync::{FromLeader, Rejected, Update},
    testing::test,
};

const A: SessionKey = SessionKey(1);
const B: SessionKey = SessionKey(2);

fn leader(backend_head: Option<u64>) -> LeaderProcessor {
    let mut leader = LeaderProcessor::new(Place::ROOT, 0, 0, backend_head);
    for session in [A, B] {
        leader.add_session(session);
        leader.answer(session, Place::ROOT, Vec::new());
    }
    leader
}

fn events(mut head: SeqNum, count: u64) -> Vec<EncodedEvent> {
    let event = |n| {
        let (seq, parent) = head.next(EventScope::Synced);
        head = seq;
        EncodedEvent {
            name: "v1.Said".into(),
            args: EncodedArgs::encode(&n).unwrap(),
            seq,
            parent,
            client_id: "client".into(),
            session_id: "session".into(),
            id: EventId(100 + seq.global),
        }
    };
    (0..count).map(event).collect()
}

fn change(after: Place, events: Vec<EncodedEvent>) -> Change {
    Change {
        after,
        events,
        rejected: Vec::new(),
        replaced: Vec::new(),
    }
}

fn write(leader: &mut LeaderProcessor) -> Outbox {
    let admitted = leader.take_admitted().unwrap();
    leader.written(admitted)
}

fn to(outbox: &Outbox, session: SessionKey) -> Vec<&FromLeader> {
    let told = outbox.iter().filter(|(key, _)| *key == session);
    told.map(|(_, message)| message).collect()
}

#[test]
fn nothing_is_told_before_it_is_written() {
    let mut leader = leader(None);
    let pushed = events(SeqNum::ROOT, 2);
    leader.admit(A, pushed.clone()).unwrap();
    assert_eq!(leader.head(), Place::ROOT);
    let outbox = write(&mut leader);
    assert_eq!(leader.head(), pushed[1].place());
    let (upto, floor) = (pushed[1].place(), pushed[1].seq);
    assert_eq!(to(&outbox, A), [&FromLeader::Accepted { upto, floor }]);
    assert!(matches!(
        to(&outbox, B)[..],
        [FromLeader::Update(Update { events, .. })] if *events == pushed
    ));
    assert!(leader.take_admitted().is_none());
}

#[test]
fn the_fence_is_ahead_of_the_log_by_what_is_admitted() {
    let mut leader = leader(None);
    let pushed = events(SeqNum::ROOT, 3);
    leader.admit(A, pushed[..1].to_vec()).unwrap();
    assert!(leader.admit(B, pushed[..1].to_vec()).is_err());
    leader.admit(B, pushed[1..].to_vec()).unwrap();
    let outbox = write(&mut leader);
    assert!(matches!(
        to(&outbox, A)[..],
        [FromLeader::Accepted { .. }, FromLeader::Update(_)]
    ));
    assert!(matches!(
        to(&outbox, B)[..],
        [FromLeader::Update(_), FromLeader::Accepted { .. }]
    ));
}

#[test]
fn a_refused_push_leaves_the_fence_where_it_was() {
    let mut leader = leader(None);
    assert!(leader.admit(A, events(SeqNum::synced(3), 2)).is_err());
    leader.admit(A, events(SeqNum::ROOT, 1)).unwrap();
}

#[test]
fn an_empty_push_is_nothing() {
    let mut leader = leader(None);
    leader.admit(A, Vec::new()).unwrap();
    assert!(leader.take_admitted().is_none());
}

#[test]
fn the_floor_is_the_backends_head_or_without_a_backend_the_end_of_the_log() {
    for (backend_head, floor) in [(None, 2), (Some(0), 0)] {
        let mut leader = leader(backend_head);
        leader.admit(A, events(SeqNum::ROOT, 2)).unwrap();
        write(&mut leader);
        assert_eq!(leader.floor(), SeqNum::synced(floor));
        assert_eq!(
            leader.pending(),
            2 - floor.max(if backend_head.is_none() { 2 } else { 0 })
        );
    }
}

#[test]
fn a_confirmation_tells_everybody_what_is_final() {
    let mut leader = leader(Some(0));
    leader.admit(A, events(SeqNum::ROOT, 2)).unwrap();
    write(&mut leader);
    let confirmed = change(leader.head(), Vec::new());
    let outbox = leader.changed(&confirmed, 1, 0);
    let floor = SeqNum::synced(1);
    for session in [A, B] {
        assert_eq!(to(&outbox, session), [&FromLeader::Synced { floor }]);
    }
    assert_eq!(leader.pending(), 1);
    assert!(
        leader.changed(&confirmed, 1, 0).is_empty(),
        "no news, no word"
    );
}

#[test]
fn a_rebase_raises_the_fence_and_tells_where_the_log_changed() {
    let mut leader = leader(Some(0));
    leader.admit(A, events(SeqNum::ROOT, 1)).unwrap();
    write(&mut leader);
    let log = events(SeqNum::ROOT.in_generation(1), 2);
    let outbox = leader.changed(&change(Place::ROOT, log.clone()), 1, 1);
    for session in [A, B] {
        let [FromLeader::Update(update)] = to(&outbox, session)[..] else {
            panic!("{outbox:?}");
        };
        assert_eq!((update.after, &update.events), (Place::ROOT, &log));
        assert_eq!((update.generation, update.floor), (1, SeqNum::synced(1)));
        assert!(!update.answer);
    }
    assert!(leader.admit(A, events(SeqNum::synced(2), 1)).is_err());
    let rebased = events(SeqNum::synced(2).in_generation(1), 1);
    leader.admit(A, rebased).unwrap();
}

#[test]
fn what_is_rejected_is_told_even_if_nothing_else_changed() {
    let mut leader = leader(Some(0));
    let pushed = events(SeqNum::ROOT, 1);
    leader.admit(A, pushed.clone()).unwrap();
    write(&mut leader);
    let mut rejection = change(Place::ROOT, Vec::new());
    rejection.rejected.push(Rejected {
        event: pushed[0].clone(),
        reason: "no".into(),
    });
    let outbox = leader.changed(&rejection, 0, 1);
    assert!(matches!(
        to(&outbox, B)[..],
        [FromLeader::Update(Update { rejected, .. })] if rejected.len() == 1
    ));
    assert_eq!(leader.head(), Place::ROOT);
}

#[test]
fn a_session_that_has_not_pulled_everything_is_told_nothing_but_its_answers() {
    let mut leader = leader(None);
    leader.add_session(B);
    let pushed = events(SeqNum::ROOT, 2);
    leader.admit(A, pushed.clone()).unwrap();
    assert!(to(&write(&mut leader), B).is_empty());
    let first = leader.answer(B, Place::ROOT, pushed[..1].to_vec());
    assert!(matches!(
        first,
        FromLeader::Update(Update {
            more: true,
            answer: true,
            ..
        })
    ));
    let rest = leader.answer(B, pushed[0].place(), pushed[1..].to_vec());
    assert!(matches!(
        rest,
        FromLeader::Update(Update { more: false, .. })
    ));
    leader.admit(A, events(pushed[1].seq, 1)).unwrap();
    assert_eq!(to(&write(&mut leader), B).len(), 1);
}

#[test]
fn a_push_of_a_session_that_has_not_pulled_yet_is_refused() {
    let mut leader = leader(None);
    leader.add_session(A);
    assert!(leader.admit(A, events(SeqNum::ROOT, 1)).is_err());
    leader.answer(A, Place::ROOT, Vec::new());
    leader.admit(A, events(SeqNum::ROOT, 1)).unwrap();
}

#[test]
fn after_a_reset_the_log_is_empty_and_older_pushes_are_stale() {
    let mut leader = leader(Some(0));
    let pushed = events(SeqNum::ROOT, 1);
    leader.admit(A, pushed.clone()).unwrap();
    write(&mut leader);
    let outbox = leader.reset(&[pushed[0].id], 1);
    for session in [A, B] {
        assert_eq!(
            to(&outbox, session),
            [&FromLeader::Reset {
                unsynced: vec![pushed[0].id]
            }]
        );
    }
    assert_eq!((leader.head(), leader.pending()), (Place::ROOT, 0));
    let numbered_anew = events(SeqNum::ROOT.in_generation(1), 1);
    assert!(
        leader.admit(A, numbered_anew.clone()).is_err(),
        "it was handed out as unsynced and must not come back"
    );
    leader.answer(A, Place::ROOT, Vec::new());
    assert!(leader.admit(A, events(SeqNum::ROOT, 1)).is_err(), "stale");
    leader.admit(A, numbered_anew).unwrap();
}

#[test]
fn a_log_of_a_later_generation_raises_the_fence_at_the_start() {
    let head = Place {
        seq: "e3r2".parse().unwrap(),
        id: EventId(7),
    };
    let mut leader = LeaderProcessor::new(head, 0, 0, Some(1));
    assert_eq!((leader.generation(), leader.pending()), (2, 2));
    leader.answer(A, head, Vec::new());
    assert!(leader.admit(A, events(SeqNum::synced(3), 1)).is_err());
    leader.admit(A, events(head.seq, 1)).unwrap();
}

#[test]
fn what_is_rejected_while_nobody_is_there_is_told_to_the_next_session() {
    let mut leader = LeaderProcessor::new(Place::ROOT, 0, 0, Some(0));
    let mut rejection = change(Place::ROOT, Vec::new());
    rejection.rejected.push(Rejected {
        event: events(SeqNum::ROOT, 1).remove(0),
        reason: "no".into(),
    });
    assert!(leader.changed(&rejection, 0, 1).is_empty());
    for (session, told) in [(A, 1), (B, 0)] {
        let FromLeader::Update(answer) = leader.answer(session, Place::ROOT, Vec::new()) else {
            panic!("an answer is an update");
        };
        assert_eq!(answer.rejected.len(), told, "once");
    }
}

#[test]
fn a_session_that_does_not_follow_the_log_hears_what_is_taken_out_of_it() {
    let mut leader = leader(Some(0));
    leader.add_session(B);
    let mut rejection = change(Place::ROOT, Vec::new());
    rejection.rejected.push(Rejected {
        event: events(SeqNum::ROOT, 1).remove(0),
        reason: "no".into(),
    });
    let outbox = leader.changed(&rejection, 0, 1);
    assert!(matches!(to(&outbox, A)[..], [FromLeader::Update(_)]));
    assert!(matches!(
        to(&outbox, B)[..],
        [FromLeader::TakenOut { rejected, .. }] if rejected.len() == 1
    ));
}

#[test]
fn client_only_events_are_final_as_long_as_nothing_synced_is_pending() {
    let mut leader = leader(Some(0));
    let mut pushed = events(SeqNum::ROOT, 1);
    (pushed[0].seq, pushed[0].parent) = SeqNum::ROOT.next(EventScope::ClientOnly);
    leader.admit(A, pushed.clone()).unwrap();
    write(&mut leader);
    assert_eq!(leader.floor(), pushed[0].seq);
    leader.admit(A, events(pushed[0].seq, 1)).unwrap();
    write(&mut leader);
    assert_eq!(leader.floor(), SeqNum::ROOT);
}
