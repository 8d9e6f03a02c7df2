//! The stream of a store's events.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures::{FutureExt, Stream, executor::block_on, task::noop_waker};
use livestore_core::{
    adapter::InProcessBackend,
    event::{EventScope, SeqNum},
    prelude::*,
    store::{EventFilter, EventStream, StreamedEvent},
};

use crate::{
    fixture::{DraftChanged, Random, completed, created, open, store},
    sync::{builder, foreign},
    testing::test,
};

fn draft(text: &str) -> DraftChanged {
    DraftChanged { text: text.into() }
}

/// Everything the stream has by now.
fn now(events: &mut EventStream) -> Vec<StreamedEvent> {
    let mut found = Vec::new();
    while let Some(Some(event)) = events.next().now_or_never() {
        found.push(event.unwrap());
    }
    found
}

fn numbers(events: &[StreamedEvent]) -> Vec<String> {
    events.iter().map(|e| e.event.seq.to_string()).collect()
}

fn globals(events: &[StreamedEvent]) -> Vec<u64> {
    events.iter().map(|e| e.event.seq.global).collect()
}

/// Whether the stream has said that nothing more will come.
fn ended(events: &mut EventStream) -> bool {
    let waker = noop_waker();
    let mut context = Context::from_waker(&waker);
    matches!(Pin::new(events).poll_next(&mut context), Poll::Ready(None))
}

#[test]
fn str_01_events_come_in_order_as_they_become_final() {
    let store = store();
    store.commit((created("1", ""), created("2", ""))).unwrap();
    let mut events = store.events(EventFilter::new());
    let first = now(&mut events);
    assert_eq!(numbers(&first), ["e1", "e2"]);
    assert!(first.iter().all(|event| event.confirmed));
    store.commit((created("3", ""), created("4", ""))).unwrap();
    assert_eq!(numbers(&now(&mut events)), ["e3", "e4"]);
    assert!(!ended(&mut events));
}

#[test]
fn str_02_events_of_chosen_names_only() {
    let store = store();
    store
        .commit((created("1", ""), completed("1"), created("2", "")))
        .unwrap();
    let mut events = store.events(EventFilter::new().names(["v1.TodoCompleted"]));
    assert_eq!(numbers(&now(&mut events)), ["e2"]);
}

/// More of them than a leader looks through at a time.
#[test]
fn events_with_an_argument_are_found_among_thousands_of_others() {
    let store = store();
    store.commit(created("wanted", "")).unwrap();
    for piece in 0..12 {
        let others: Vec<_> = (0..1_000)
            .map(|n| created(&format!("{piece}-{n}"), "wanted"))
            .collect();
        store.commit(others).unwrap();
    }
    store.commit(completed("wanted")).unwrap();
    let filter = EventFilter::new().argument("id", "wanted").page(1);
    let mut events = store.events(filter.clone());
    assert_eq!(numbers(&now(&mut events)), ["e1", "e12002"]);
    store
        .commit((created("later", ""), completed("wanted")))
        .unwrap();
    assert_eq!(numbers(&now(&mut events)), ["e12004"]);
    let named = filter.names(["v1.TodoCompleted"]);
    let mut until = store.events(named.until(SeqNum::synced(12_003)));
    assert_eq!(numbers(&now(&mut until)), ["e12002"]);
    assert!(ended(&mut until), "though the last event is none of them");
}

#[test]
fn str_03_a_stream_ends_with_the_event_it_was_told() {
    let store = store();
    store
        .commit((created("1", ""), created("2", ""), created("3", "")))
        .unwrap();
    let mut events = store.events(EventFilter::new().until(SeqNum::synced(2)));
    assert_eq!(numbers(&now(&mut events)), ["e1", "e2"]);
    assert!(ended(&mut events));
}

#[test]
fn str_03_a_stream_waits_for_the_event_it_is_to_end_with() {
    let store = store();
    store.commit(created("1", "")).unwrap();
    let mut events = store.events(EventFilter::new().until(SeqNum::synced(2)));
    assert_eq!(numbers(&now(&mut events)), ["e1"]);
    assert!(!ended(&mut events));
    store.commit(created("2", "")).unwrap();
    assert_eq!(numbers(&now(&mut events)), ["e2"]);
    assert!(ended(&mut events));
}

#[test]
fn str_04_the_event_a_stream_starts_after_is_not_in_it() {
    let store = store();
    store
        .commit((created("1", ""), created("2", ""), created("3", "")))
        .unwrap();
    let mut events = store.events(EventFilter::new().since(SeqNum::synced(1)));
    assert_eq!(numbers(&now(&mut events)), ["e2", "e3"]);
}

awaited! {
    async fn str_05_events_of_chosen_clients_only() {
        let backend = InProcessBackend::new();
        backend.advance("test", ["1", "2"].map(|id| foreign(&created(id, ""))));
        let store = builder(&Memory::new(), &backend).open("test").await.unwrap();
        store.commit(created("3", "")).unwrap().synced().await.unwrap();
        let until = EventFilter::new().until(SeqNum::synced(3));
        let mut theirs = store.events(until.clone().clients(["foreign".into()]));
        assert_eq!(numbers(&now(&mut theirs)), ["e1", "e2"]);
        let mut ours = store.events(until.clients([store.client_id().clone()]));
        assert_eq!(globals(&now(&mut ours)), [3]);
    }

    async fn str_20_only_what_the_backend_has_confirmed_comes() {
        let backend = InProcessBackend::new();
        let store = builder(&Memory::new(), &backend).open("test").await.unwrap();
        let mut events = store.events(EventFilter::new());
        store.commit(created("1", "")).unwrap().synced().await.unwrap();
        assert_eq!(globals(&now(&mut events)), [1]);
        store.set_online(false);
        let receipt = store.commit(created("2", "")).unwrap();
        receipt.persisted().await.unwrap();
        assert_eq!(now(&mut events), []);
        store.set_online(true);
        let next = events.next().await.unwrap().unwrap();
        assert_eq!((next.event.seq.global, next.confirmed), (2, true));
    }

    async fn a_pending_event_that_moves_comes_again_under_its_new_number() {
        let backend = InProcessBackend::new();
        let store = builder(&Memory::new(), &backend).open("test").await.unwrap();
        store.set_online(false);
        store.commit(created("ours", "")).unwrap().persisted().await.unwrap();
        let mut events = store.events(EventFilter::new().including_pending());
        let first = now(&mut events);
        assert_eq!(numbers(&first), ["e1"]);
        assert!(!first[0].confirmed);
        backend.advance("test", [foreign(&created("theirs", ""))]);
        store.set_online(true);
        let theirs = events.next().await.unwrap().unwrap();
        let ours = events.next().await.unwrap().unwrap();
        assert_eq!(theirs.event.client_id.as_str(), "foreign");
        assert_eq!((ours.event.seq.global, ours.event.id), (2, first[0].event.id));
    }
}

#[test]
fn str_06_events_of_chosen_sessions_only() {
    let memory = Memory::new();
    let (first, second) = (open(&memory), open(&memory));
    first.commit(created("1", "")).unwrap();
    second.commit(created("2", "")).unwrap();
    first.commit(created("3", "")).unwrap();
    let filter = EventFilter::new().sessions([second.session_id().clone()]);
    assert_eq!(numbers(&now(&mut first.events(filter))), ["e2"]);
}

#[test]
fn str_07_client_only_events_come_when_asked_for() {
    let store = store();
    store
        .commit((draft("a"), created("1", ""), draft("b")))
        .unwrap();
    let mut synced = store.events(EventFilter::new());
    assert_eq!(numbers(&now(&mut synced)), ["e1"]);
    let mut all = store.events(EventFilter::new().including_client_only());
    let all = now(&mut all);
    assert_eq!(numbers(&all), ["e0.1", "e1", "e1.1"]);
    assert_eq!(all[2].event.scope(), EventScope::ClientOnly);
}

#[test]
fn str_08_a_page_larger_than_what_is_left_ends_where_it_should() {
    let store = store();
    let batch: Vec<_> = (0..20).map(|i| created(&i.to_string(), "")).collect();
    store.commit(batch).unwrap();
    let filter = EventFilter::new().until(SeqNum::synced(5)).page(10);
    let mut events = store.events(filter);
    assert_eq!(globals(&now(&mut events)), [1, 2, 3, 4, 5]);
    assert!(ended(&mut events));
}

#[test]
fn str_09_every_event_comes_once_and_in_order_whatever_the_pages_and_commits() {
    let mut random = Random::new(9);
    for page in [1, 5, 12, 25, 50, 100] {
        for count in [0, 1, 6, 10, 100] {
            for per_commit in [1, 3, 10, 100] {
                let store = store();
                let mut events = store.events(EventFilter::new().page(page));
                let (mut committed, mut found) = (0, Vec::new());
                while committed < count {
                    let more = (count - committed).min(per_commit);
                    let batch: Vec<_> = (committed..committed + more)
                        .map(|i| created(&i.to_string(), ""))
                        .collect();
                    store.commit(batch).unwrap();
                    committed += more;
                    if random.below(2) == 0 {
                        found.extend(globals(&now(&mut events)));
                    }
                }
                found.extend(globals(&now(&mut events)));
                let expected: Vec<_> = (1..=count).collect();
                assert_eq!(found, expected, "page {page}, {count} by {per_commit}");
            }
        }
    }
}

#[test]
fn a_stream_ends_when_the_store_is_closed() {
    let store = store();
    store.commit(created("1", "")).unwrap();
    let mut events = store.events(EventFilter::new());
    assert_eq!(now(&mut events).len(), 1);
    block_on(store.shutdown()).unwrap();
    assert!(block_on(events.next()).is_none());
}

#[test]
fn two_streams_of_one_store_do_not_take_each_others_events() {
    let store = store();
    let (mut first, mut second) = (
        store.events(EventFilter::new()),
        store.events(EventFilter::new()),
    );
    store.commit((created("1", ""), created("2", ""))).unwrap();
    assert_eq!(now(&mut first), now(&mut second));
}

#[test]
fn a_stream_that_starts_after_the_end_waits_for_what_comes() {
    let store = store();
    store.commit(created("1", "")).unwrap();
    let mut events = store.events(EventFilter::new().since(SeqNum::synced(2)));
    store.commit((created("2", ""), created("3", ""))).unwrap();
    assert_eq!(numbers(&now(&mut events)), ["e3"]);
}
