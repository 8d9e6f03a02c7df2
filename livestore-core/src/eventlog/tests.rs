//! The log: appending, reading, refusing what is none.

mod changes;

use rusqlite::Connection;

use super::{Eventlog, EventlogError, format::APPLICATION_ID};
use crate::{
    event::{EncodedArgs, EncodedEvent, EventId, EventScope, SeqNum},
    testing::test,
};

fn events(after: SeqNum, scopes: &[EventScope]) -> Vec<EncodedEvent> {
    let mut head = after;
    let event = |scope: &EventScope| {
        let (seq, parent) = head.next(*scope);
        head = seq;
        EncodedEvent {
            name: "v1.Happened".into(),
            args: EncodedArgs::parse(r#"{"n":1}"#).unwrap(),
            seq,
            parent,
            client_id: "client".into(),
            session_id: "session".into(),
            id: EventId(7),
        }
    };
    scopes.iter().map(event).collect()
}

use EventScope::{ClientOnly, Synced};

#[test]
fn what_was_appended_is_read_back_in_order_and_in_pages() {
    let mut log = Eventlog::in_memory().unwrap();
    let all = events(
        SeqNum::ROOT,
        &[Synced, ClientOnly, ClientOnly, Synced, ClientOnly, Synced],
    );
    log.append(&all[..2]).unwrap();
    log.append(&all[2..]).unwrap();
    assert_eq!(log.head(), all[5].place());
    assert_eq!(log.events_after(SeqNum::ROOT, usize::MAX).unwrap(), all);
    assert_eq!(log.events_after(all[1].seq, 2).unwrap(), all[2..4]);
}

#[test]
fn an_event_that_does_not_follow_the_head_is_refused_with_its_whole_batch() {
    let mut log = Eventlog::in_memory().unwrap();
    let all = events(SeqNum::ROOT, &[Synced, Synced, Synced]);
    log.append(&all[..1]).unwrap();
    let gap = [all[1].clone(), all[1].clone()];
    assert!(matches!(
        log.append(&gap),
        Err(EventlogError::NotContiguous { .. })
    ));
    assert!(matches!(
        log.append(&all[2..]),
        Err(EventlogError::NotContiguous { .. })
    ));
    assert!(matches!(
        log.append(&all[..1]),
        Err(EventlogError::NotContiguous { .. })
    ));
    assert_eq!(
        log.events_after(SeqNum::ROOT, usize::MAX).unwrap(),
        all[..1]
    );
}

#[test]
fn a_log_of_a_newer_format_is_refused_and_left_alone() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    let error = Eventlog::open(connection).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the eventlog has format 99, but this version reads up to format 3"
    );
}

#[test]
fn a_database_of_something_else_is_refused() {
    let connection = Connection::open_in_memory().unwrap();
    connection
        .execute_batch("CREATE TABLE other (id INTEGER PRIMARY KEY)")
        .unwrap();
    assert!(matches!(
        Eventlog::open(connection),
        Err(EventlogError::Foreign { found: 0 })
    ));
}

#[test]
fn a_log_is_opened_again_with_its_head() {
    let connection = Connection::open_in_memory().unwrap();
    let mut log = Eventlog::open(connection).unwrap();
    let all = events(SeqNum::ROOT, &[Synced, ClientOnly]);
    log.append(&all).unwrap();
    let log = Eventlog::open(log.connection).unwrap();
    assert_eq!(log.head(), all[1].place());
    assert_eq!(log.events_after(SeqNum::ROOT, 10).unwrap(), all);
}
