//! Several sessions of one client, with a backend and without.

use std::thread;

use futures::executor::block_on;
use livestore_core::{adapter::InProcessBackend, event::EventScope, prelude::*};

use super::{client, everywhere, foreign, open};
use crate::{
    fixture::{self, DraftChanged, Random, created, dump, eventually, todos},
    testing::test,
};

fn draft(text: &str) -> DraftChanged {
    DraftChanged { text: text.into() }
}

#[test]
fn both_sessions_of_a_client_see_what_another_client_commits() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let (first, second) = (open(&memory, &backend), open(&memory, &backend));
    let other = client(&backend);
    other.commit(created("a", "")).unwrap();
    everywhere(&[&first, &second, &other], &backend);
    second.commit(created("b", "")).unwrap();
    everywhere(&[&first, &second, &other], &backend);
    assert_eq!(todos(&first).len(), 2);
}

/// Lets threads commit through these stores at once, some events for this client only.
fn commit_at_once(stores: &[Store], each: u64) {
    thread::scope(|scope| {
        for (at, store) in stores.iter().enumerate() {
            scope.spawn(move || {
                let mut random = Random::new(at as u64 + 7);
                for i in 0..each {
                    store.commit(created(&format!("{at} {i}"), "")).unwrap();
                    if random.below(3) == 0 {
                        store.commit(draft(&i.to_string())).unwrap();
                    }
                }
            });
        }
    });
}

#[test]
fn item_06_two_sessions_that_commit_at_once_converge() {
    let memory = Memory::new();
    let stores = [fixture::open(&memory), fixture::open(&memory)];
    commit_at_once(&stores, 200);
    eventually(|| stores.iter().all(|store| store.pending_count() == 0));
    eventually(|| stores[0].head() == stores[1].head());
    assert_eq!(dump(&stores[0]), dump(&stores[1]));
    assert_eq!(todos(&stores[0]).len(), 400);
    let synced = memory.events("test");
    let synced = synced
        .iter()
        .filter(|event| event.scope() == EventScope::Synced);
    assert_eq!(synced.count(), 400, "each is in the log once");
}

#[test]
fn item_06_two_sessions_that_commit_at_once_reach_the_backend_in_each_ones_order() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let stores = [open(&memory, &backend), open(&memory, &backend)];
    let other = client(&backend);
    thread::scope(|scope| {
        scope.spawn(|| commit_at_once(&stores, 100));
        for i in 0..100 {
            other.commit(created(&format!("other {i}"), "")).unwrap();
        }
    });
    eventually(|| backend.events("test").len() == 300);
    let todo_dump = |store: &Store| format!("{:?}", todos(store));
    eventually(|| todos(&other).len() == 300 && todos(&stores[0]).len() == 300);
    eventually(|| todo_dump(&stores[0]) == todo_dump(&stores[1]));
    assert_eq!(todo_dump(&stores[0]), todo_dump(&other));
    for session in stores.iter().chain([&other]).map(Store::session_id) {
        let own = backend.events("test");
        let numbers: Vec<u64> = own
            .iter()
            .filter(|event| event.session_id == *session)
            .map(|event| {
                let text = event.args.as_str();
                let start = text.find(' ').unwrap() + 1;
                let end = text[start..].find('"').unwrap() + start;
                text[start..end].parse().unwrap()
            })
            .collect();
        assert_eq!(numbers, (0..100).collect::<Vec<_>>());
    }
}

#[test]
fn ses_07_client_only_events_are_persisted_while_the_backend_moves_the_log() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let store = open(&memory, &backend);
    store.set_online(false);
    store.commit(created("ours", "")).unwrap();
    let receipt = store.commit(draft("typing")).unwrap();
    backend.advance("test", [foreign(&created("theirs", ""))]);
    store.set_online(true);
    block_on(receipt.persisted()).unwrap();
    eventually(|| store.sync_status().is_synced());
    let status = store.sync_status();
    assert_eq!(status.pending_in_session, 0);
    assert!(status.session_head.same_position(status.leader_head));
    assert_eq!(
        (status.leader_head.global, status.leader_head.client),
        (2, 1)
    );
    assert_eq!(backend.events("test").len(), 2, "it stays with the client");
}

#[test]
fn client_only_events_reach_the_clients_sessions_and_nobody_else() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let (first, second) = (open(&memory, &backend), open(&memory, &backend));
    let other = client(&backend);
    first.commit(draft("mine")).unwrap();
    first.commit(created("a", "")).unwrap();
    eventually(|| todos(&other).len() == 1);
    assert!(dump(&second).contains("mine"));
    assert!(!dump(&other).contains("mine"));
    assert_eq!(other.head().to_string(), "e1");
}

#[test]
fn item_05_a_session_that_ends_leaves_the_other_a_leader() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let (first, second) = (open(&memory, &backend), open(&memory, &backend));
    first.commit(created("a", "")).unwrap();
    block_on(first.shutdown()).unwrap();
    drop(first);
    second.commit(created("b", "")).unwrap();
    everywhere(&[&second], &backend);
    assert_eq!(backend.events("test").len(), 2);
}

#[test]
fn item_20_sessions_of_one_client_have_ids_of_their_own() {
    let memory = Memory::new();
    let stores: Vec<_> = (0..20).map(|_| fixture::open(&memory)).collect();
    let ids: std::collections::HashSet<_> = stores.iter().map(Store::session_id).collect();
    assert_eq!(ids.len(), 20);
}
