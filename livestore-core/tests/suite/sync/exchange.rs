//! Clients that commit at once, one after the other, online and offline.

use std::thread;

use livestore_core::{adapter::InProcessBackend, prelude::*, sync::BackendError};

use super::{client, everywhere, foreign, open, settled};
use crate::{
    fixture::{Tag, TagAdded, Todo, completed, created, eventually, todo, todos},
    testing::test,
};

#[test]
fn ldr_01_what_is_committed_reaches_the_log_the_state_and_the_backend() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let store = open(&memory, &backend);
    store.commit((created("1", "a"), completed("1"))).unwrap();
    everywhere(&[&store], &backend);
    assert_eq!(memory.events("test").len(), 2);
    let names: Vec<_> = backend
        .events("test")
        .iter()
        .map(|e| e.name.to_string())
        .collect();
    assert_eq!(names, ["v1.TodoCreated", "v1.TodoCompleted"]);
    assert_eq!(todos(&store), [todo("1", "a", true)]);
    assert_eq!(store.head(), store.sync_status().backend_head.unwrap());
}

#[test]
fn two_clients_exchange_events_live() {
    let backend = InProcessBackend::new();
    let (a, b) = (client(&backend), client(&backend));
    a.commit(created("1", "from a")).unwrap();
    eventually(|| todos(&b).len() == 1);
    b.commit(completed("1")).unwrap();
    eventually(|| todos(&a) == [todo("1", "from a", true)]);
    everywhere(&[&a, &b], &backend);
}

#[test]
fn ldr_08_a_hundred_commits_arrive_in_their_order() {
    let backend = InProcessBackend::new();
    let (a, b) = (client(&backend), client(&backend));
    for i in 0..100 {
        a.commit(created(&format!("{i:03}"), "")).unwrap();
    }
    everywhere(&[&a, &b], &backend);
    let args: Vec<_> = backend
        .events("test")
        .iter()
        .map(|event| event.args.as_str().to_owned())
        .collect();
    assert_eq!(args.len(), 100);
    assert!(args.is_sorted());
}

#[test]
fn ses_05_a_backend_that_is_ahead_moves_the_local_event_and_takes_it() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    store.set_online(false);
    store.commit(created("ours", "")).unwrap();
    backend.advance("test", [foreign(&created("theirs", ""))]);
    store.set_online(true);
    everywhere(&[&store], &backend);
    let clients: Vec<_> = backend
        .events("test")
        .iter()
        .map(|event| event.client_id.to_string())
        .collect();
    assert_eq!(
        clients,
        ["foreign".to_owned(), store.client_id().to_string()]
    );
    assert_eq!(todos(&store).len(), 2);
}

#[test]
fn ldr_09_ses_06_local_and_foreign_events_that_race_are_all_there_in_the_end() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    let hub = backend.clone();
    let foreign_client = thread::spawn(move || {
        for i in 0..50 {
            hub.advance("test", [foreign(&created(&format!("theirs {i}"), ""))]);
        }
    });
    for i in 0..50 {
        store.commit(created(&format!("ours {i}"), "")).unwrap();
    }
    foreign_client.join().unwrap();
    everywhere(&[&store], &backend);
    assert_eq!(backend.events("test").len(), 100);
    assert_eq!(todos(&store).len(), 100);
}

#[test]
fn item_17_commits_made_without_a_backend_are_pushed_once_it_is_there() {
    let backend = InProcessBackend::new();
    let (a, b) = (client(&backend), client(&backend));
    backend.disconnect();
    a.commit(created("a", "")).unwrap();
    b.commit(created("b", "")).unwrap();
    assert_eq!((todos(&a).len(), todos(&b).len()), (1, 1));
    backend.reconnect();
    everywhere(&[&a, &b], &backend);
    assert_eq!(backend.events("test").len(), 2);
}

#[test]
fn a_pull_that_fails_in_the_middle_is_made_again() {
    let backend = InProcessBackend::new().page(2);
    let events: Vec<_> = (0..7)
        .map(|i| foreign(&created(&i.to_string(), "")))
        .collect();
    backend.advance("test", events);
    backend.fail_next_pulls(2, BackendError::failed("it broke"));
    let store = client(&backend);
    store.commit(created("ours", "")).unwrap();
    everywhere(&[&store], &backend);
    assert_eq!(todos(&store).len(), 8);
}

#[test]
fn pushes_that_fail_are_made_again() {
    let backend = InProcessBackend::new();
    backend.fail_next_pushes(2, || BackendError::failed("busy").into());
    let store = client(&backend);
    store.commit(created("a", "")).unwrap();
    everywhere(&[&store], &backend);
    assert_eq!((backend.pushes(), backend.events("test").len()), (3, 1));
}

#[test]
fn pages_smaller_than_pushes_confirm_them() {
    let backend = InProcessBackend::new().page(3);
    let (a, b) = (client(&backend), client(&backend));
    for round in 0..5 {
        let batch: Vec<_> = (0..40)
            .map(|i| created(&format!("{round} {i}"), ""))
            .collect();
        a.commit(batch).unwrap();
    }
    everywhere(&[&a, &b], &backend);
    assert_eq!(todos(&b).len(), 200);
}

#[test]
fn stores_of_different_names_do_not_meet() {
    let backend = InProcessBackend::new();
    let (a, memory) = (client(&backend), Memory::new());
    let other =
        futures::executor::block_on(super::builder(&memory, &backend).open("other")).unwrap();
    a.commit(created("a", "")).unwrap();
    everywhere(&[&a], &backend);
    other.commit(created("b", "")).unwrap();
    eventually(|| backend.events("other").len() == 1);
    assert_eq!((todos(&a).len(), todos(&other).len()), (1, 1));
}

#[test]
fn item_07_queries_of_tables_only_rolled_back_events_had_written_run_again() {
    let backend = InProcessBackend::new();
    backend.reject(|event| match &*event.name {
        "v1.TagAdded" => Err("no tags".into()),
        _ => Ok(()),
    });
    let store = client(&backend);
    store.set_online(false);
    let tags = store.live(Tag::query().count()).unwrap();
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let record = heard.clone();
    let _subscription = tags.subscribe(move |count| record.lock().unwrap().push(*count));
    store
        .commit(TagAdded {
            todo: "x".into(),
            label: "y".into(),
            weight: None,
        })
        .unwrap();
    store.commit(created("a", "")).unwrap();
    assert_eq!(*heard.lock().unwrap(), [0, 1]);
    store.set_online(true);
    everywhere(&[&store], &backend);
    eventually(|| *heard.lock().unwrap() == [0, 1, 0]);
}

#[test]
fn a_rebase_shows_nobody_what_is_in_between() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    store.set_online(false);
    store.commit(created("ours", "")).unwrap();
    backend.advance("test", [foreign(&created("theirs", ""))]);
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let record = heard.clone();
    let _subscription = store
        .subscribe(Todo::query().count(), move |count: &u64| {
            record.lock().unwrap().push(*count);
        })
        .unwrap();
    store.set_online(true);
    eventually(|| settled(&store, &backend));
    eventually(|| heard.lock().unwrap().last() == Some(&2));
    assert_eq!(*heard.lock().unwrap(), [1, 2]);
}
