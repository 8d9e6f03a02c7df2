//! Events to store, and what was read, in a form that can be compared.

use std::sync::Arc;

use livestore_core::event::StoreId;
use livestore_server::storage::{EventStore, Page, PageLimit, StoredEvent};
use serde_json::value::RawValue;

/// A limit that takes everything a test has.
pub(crate) const ALL: PageLimit = PageLimit {
    events: usize::MAX,
    bytes: usize::MAX,
};

/// The name of a store.
pub(crate) fn store(name: &str) -> StoreId {
    StoreId::new(name).unwrap()
}

/// An event with these arguments.
pub(crate) fn event(seq_num: u64, parent_seq_num: u64, args: Option<&str>) -> StoredEvent {
    StoredEvent {
        seq_num,
        parent_seq_num,
        name: "v1.TodoCreated".into(),
        args: args.map(|args| Arc::from(RawValue::from_string(args.to_owned()).unwrap())),
        client_id: "client-a".into(),
        session_id: "session-a".into(),
        created_at: 1_790_000_000_000 + seq_num,
    }
}

/// So many events behind a head, numbered without gaps.
pub(crate) fn chain(after: u64, count: u64) -> Vec<StoredEvent> {
    let number = |n| event(n, n - 1, Some(&format!(r#"{{"n":{n}}}"#)));
    (after + 1..=after + count).map(number).collect()
}

/// Everything about an event.
pub(crate) fn facts(event: &StoredEvent) -> String {
    format!(
        "{} {} {:?} {:?} {:?} {:?} {}",
        event.seq_num,
        event.parent_seq_num,
        event.name,
        event.args.as_ref().map(|args| args.get()),
        event.client_id,
        event.session_id,
        event.created_at
    )
}

/// Everything about events.
pub(crate) fn all_facts(events: &[StoredEvent]) -> Vec<String> {
    events.iter().map(facts).collect()
}

/// The numbers of events.
pub(crate) fn numbers(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.seq_num).collect()
}

/// A store's whole log.
pub(crate) async fn log(engine: &dyn EventStore, store: &StoreId) -> Page {
    engine.page(store, 0, ALL).await.unwrap()
}

/// Checks that events follow one another from the first.
pub(crate) fn assert_chain(events: &[StoredEvent]) {
    let mut head = 0;
    for event in events {
        assert_eq!(event.parent_seq_num, head, "at event {}", event.seq_num);
        assert!(
            event.seq_num > head,
            "event {} stands behind {head}",
            event.seq_num
        );
        head = event.seq_num;
    }
}
