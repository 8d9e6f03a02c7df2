//! Changes of the log's end, the way from the first format, finding places.

use std::collections::BTreeSet;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use rusqlite::Connection;

use super::{
    super::{LogChange, SyncRecord, format::APPLICATION_ID},
    ClientOnly, Eventlog, EventlogError, Synced, events,
};
use crate::{
    event::{EncodedEvent, EventId, Place, SeqNum},
    testing::test,
};

/// A log as the first format had it, with these events.
fn first_format(events: &[EncodedEvent]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch(
            "CREATE TABLE eventlog (
                seq_global INTEGER NOT NULL, seq_client INTEGER NOT NULL,
                seq_rebase_generation INTEGER NOT NULL, parent_global INTEGER NOT NULL,
                parent_client INTEGER NOT NULL, parent_rebase_generation INTEGER NOT NULL,
                name TEXT NOT NULL, args TEXT NOT NULL, client_id TEXT NOT NULL,
                session_id TEXT NOT NULL, PRIMARY KEY (seq_global, seq_client)
            ) STRICT, WITHOUT ROWID;",
        )
        .unwrap();
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    for event in events {
        connection
            .execute(
                "INSERT INTO eventlog VALUES (?1, ?2, 0, ?3, ?4, 0, ?5, ?6, 'client', 'session')",
                (
                    event.seq.global as i64,
                    event.seq.client as i64,
                    event.parent.global as i64,
                    event.parent.client as i64,
                    &*event.name,
                    event.args.as_str(),
                ),
            )
            .unwrap();
    }
    connection
}

#[test]
fn a_log_of_the_first_format_is_brought_forward_with_its_events() {
    let mut old = events(SeqNum::ROOT, &[Synced, ClientOnly, Synced]);
    let mut log = Eventlog::open(first_format(&old)).unwrap();
    let now = log.events_after(SeqNum::ROOT, usize::MAX).unwrap();
    for (event, now) in old.iter_mut().zip(&now) {
        event.id = now.id;
    }
    assert_eq!(now, old);
    let ids: BTreeSet<_> = now.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), 3, "of several events one can be taken out");
    assert!(!ids.contains(&EventId::REMOTE));
    assert_eq!(log.head(), old[2].place());
    assert_eq!(*log.sync(), SyncRecord::default());
    log.append(&events(old[2].seq, &[Synced])).unwrap();
    let log = Eventlog::open(log.connection).unwrap();
    assert_eq!(log.events_after(SeqNum::ROOT, usize::MAX).unwrap().len(), 4);
}

fn record(backend_head: u64) -> SyncRecord {
    SyncRecord {
        backend_head,
        backend_id: Some("backend".into()),
        generation: 3,
        ..SyncRecord::default()
    }
}

#[test]
fn a_rebase_and_what_is_known_of_the_backend_are_written_together() {
    let mut log = Eventlog::in_memory().unwrap();
    let old = events(SeqNum::ROOT, &[Synced, ClientOnly, Synced]);
    log.append(&old).unwrap();
    let new = events(old[0].seq.in_generation(3), &[Synced, Synced]);
    log.write(&LogChange {
        truncate_after: Some(old[0].seq),
        append: &new,
        sync: Some(record(2)),
        metadata: &[(2, "m".into())],
    })
    .unwrap();
    let log = Eventlog::open(log.connection).unwrap();
    let all = log.events_after(SeqNum::ROOT, usize::MAX).unwrap();
    assert_eq!((&all[..1], &all[1..]), (&old[..1], &new[..]));
    assert_eq!(log.head(), new[1].place());
    assert_eq!(*log.sync(), record(2));
    assert_eq!(log.metadata(2).unwrap().as_deref(), Some("m"));
    assert_eq!(log.metadata(3).unwrap(), None);
}

#[test]
fn item_03_a_change_that_cannot_be_committed_changes_nothing() {
    let mut connection = Connection::open_in_memory().unwrap();
    let full = Arc::new(AtomicBool::new(false));
    let hook = Arc::clone(&full);
    connection
        .commit_hook(Some(move || hook.load(SeqCst)))
        .unwrap();
    let mut log = Eventlog::open(connection).unwrap();
    let old = events(SeqNum::ROOT, &[Synced, Synced]);
    log.append(&old).unwrap();
    full.store(true, SeqCst);
    let new = events(old[0].seq, &[Synced, Synced, Synced]);
    let change = LogChange {
        truncate_after: Some(old[0].seq),
        append: &new,
        sync: Some(record(4)),
        metadata: &[],
    };
    assert!(log.write(&change).is_err());
    assert_eq!(log.head(), old[1].place());
    assert_eq!(*log.sync(), SyncRecord::default());
    full.store(false, SeqCst);
    let log = Eventlog::open(log.connection).unwrap();
    assert_eq!(log.events_after(SeqNum::ROOT, usize::MAX).unwrap(), old);
    assert_eq!(log.sync().backend_head, 0);
}

#[test]
fn a_change_that_does_not_follow_what_stays_changes_nothing() {
    let mut log = Eventlog::in_memory().unwrap();
    let old = events(SeqNum::ROOT, &[Synced, Synced, Synced]);
    log.append(&old).unwrap();
    let change = LogChange {
        truncate_after: Some(old[0].seq),
        append: &events(old[1].seq, &[Synced]),
        sync: Some(record(1)),
        metadata: &[],
    };
    assert!(matches!(
        log.write(&change),
        Err(EventlogError::NotContiguous { .. })
    ));
    assert_eq!(log.events_after(SeqNum::ROOT, usize::MAX).unwrap(), old);
    assert_eq!(log.sync().backend_head, 0);
}

#[test]
fn a_place_is_in_the_log_only_with_its_generation_and_its_event() {
    let mut log = Eventlog::in_memory().unwrap();
    let all = events(SeqNum::ROOT.in_generation(2), &[Synced, ClientOnly]);
    log.append(&all).unwrap();
    let place = all[1].place();
    assert!(log.contains(place).unwrap() && log.contains(Place::ROOT).unwrap());
    let other_event = Place {
        id: EventId(8),
        ..place
    };
    let other_generation = Place {
        seq: place.seq.in_generation(1),
        ..place
    };
    let nowhere = Place {
        seq: SeqNum::synced(2),
        ..place
    };
    for other in [other_event, other_generation, nowhere] {
        assert!(!log.contains(other).unwrap(), "{other:?}");
    }
}

#[test]
fn the_last_place_up_to_a_number_is_found_whatever_the_generation() {
    let mut log = Eventlog::in_memory().unwrap();
    let all = events(SeqNum::ROOT, &[ClientOnly, Synced, ClientOnly, Synced]);
    log.append(&all).unwrap();
    let up_to = |seq: &str| log.last_up_to(seq.parse().unwrap()).unwrap();
    assert_eq!(up_to("e0"), Place::ROOT);
    assert_eq!(up_to("e0.7"), all[0].place());
    assert_eq!(up_to("e1r9"), all[1].place());
    assert_eq!(up_to("e1.5"), all[2].place());
    assert_eq!(up_to("e9"), all[3].place());
}

#[test]
fn an_emptied_log_takes_events_from_the_start() {
    let mut log = Eventlog::in_memory().unwrap();
    log.append(&events(SeqNum::ROOT, &[Synced, ClientOnly]))
        .unwrap();
    log.clear(4).unwrap();
    assert_eq!((log.head(), log.sync().generation), (Place::ROOT, 4));
    assert_eq!(
        (log.sync().backend_id.as_ref(), log.sync().lineage),
        (None, 1)
    );
    log.append(&events(SeqNum::ROOT, &[Synced])).unwrap();
}

#[test]
fn what_only_this_client_had_is_put_aside_until_somebody_takes_it() {
    let mut log = Eventlog::in_memory().unwrap();
    let all = events(SeqNum::ROOT, &[Synced, ClientOnly, Synced, ClientOnly]);
    let sync = Some(record(1));
    log.write(&LogChange {
        append: &all,
        sync,
        ..LogChange::default()
    })
    .unwrap();
    log.clear(4).unwrap();
    let own = all[1..].to_vec();
    let ids: Vec<_> = own.iter().map(|event| event.id).collect();
    assert_eq!(log.unsynced_since(0).unwrap(), ids);
    assert_eq!(log.unsynced_since(1).unwrap(), []);

    let mut log = Eventlog::open(log.connection).unwrap();
    let (kept, upto) = log.unsynced().unwrap();
    assert_eq!(kept, own);
    log.take_unsynced(upto).unwrap();
    assert_eq!(log.unsynced().unwrap().0, []);
    assert_eq!(log.unsynced_since(0).unwrap(), ids, "a session may ask yet");
    log.clear(5).unwrap();
    assert_eq!(log.unsynced_since(0).unwrap(), []);
}

#[test]
fn a_log_whose_end_is_not_final_any_more_is_another() {
    let mut log = Eventlog::in_memory().unwrap();
    let mut lineage = |alone| {
        log.settle_alone(alone).unwrap();
        log.sync().lineage
    };
    assert_eq!(
        [false, true, true, false, false].map(&mut lineage),
        [0, 0, 0, 1, 1]
    );
}

#[test]
fn synced_events_are_read_without_the_others() {
    let mut log = Eventlog::in_memory().unwrap();
    let all = events(
        SeqNum::ROOT,
        &[ClientOnly, Synced, ClientOnly, Synced, Synced],
    );
    log.append(&all).unwrap();
    assert_eq!(
        log.synced_after(0, 2).unwrap(),
        [all[1].clone(), all[3].clone()]
    );
    assert_eq!(
        log.synced_after(1, 9).unwrap(),
        [all[3].clone(), all[4].clone()]
    );
}
