//! Opening a store that has a backend.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::executor::block_on;
use livestore_core::{
    adapter::InProcessBackend,
    prelude::*,
    sync::{Connection, SyncOptions},
};

use super::{builder, everywhere, foreign, open};
use crate::{
    fixture::{created, todos},
    testing::test,
};

fn blocking(millis: u64) -> SyncOptions {
    SyncOptions::default().wait_for_initial_sync(Duration::from_millis(millis))
}

#[test]
fn ses_04_commits_made_before_the_first_pull_reach_the_backend() {
    let backend = InProcessBackend::new();
    backend.advance("test", [foreign(&created("theirs", ""))]);
    backend.disconnect();
    let store = open(&Memory::new(), &backend);
    let receipt = store.commit(created("ours", "")).unwrap();
    assert_eq!(todos(&store).len(), 1);
    backend.reconnect();
    assert_eq!(block_on(receipt.synced()).unwrap().global, 2);
    everywhere(&[&store], &backend);
}

#[test]
fn ses_09_what_was_pending_at_the_last_shutdown_is_pushed_on_start() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let store = open(&memory, &backend);
    store.set_online(false);
    store.commit(created("client_0", "t1")).unwrap();
    block_on(store.shutdown()).unwrap();
    drop(store);
    backend.advance("test", [foreign(&created("backend_0", "t2"))]);
    let opening = builder(&memory, &backend).sync_options(blocking(20_000));
    let store = block_on(opening.open("test")).unwrap();
    assert_eq!(todos(&store).len(), 2, "the boot has waited");
    assert_eq!(store.head().global, 2);
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
}

#[test]
fn item_18_a_boot_that_waits_tells_how_far_it_is() {
    let backend = InProcessBackend::new().page(10);
    let events: Vec<_> = (0..45)
        .map(|i| foreign(&created(&i.to_string(), "")))
        .collect();
    backend.advance("test", events);
    let steps = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&steps);
    let opening = builder(&Memory::new(), &backend)
        .sync_options(blocking(20_000))
        .on_boot_status(move |step| record.lock().unwrap().push(step));
    let store = block_on(opening.open("test")).unwrap();
    assert_eq!(todos(&store).len(), 45);
    let steps = steps.lock().unwrap();
    assert_eq!(
        (steps.first(), steps.last()),
        (Some(&BootStatus::Loading), Some(&BootStatus::Ready))
    );
    let done: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            BootStatus::Syncing { done, total } => Some((*done, *total)),
            _ => None,
        })
        .collect();
    assert!(
        done.is_sorted_by_key(|(done, _)| *done) && done.len() > 1,
        "{steps:?}"
    );
    assert!(
        done[1..].iter().all(|(_, total)| *total == Some(45)),
        "{steps:?}"
    );
}

#[test]
fn item_18_a_boot_that_has_waited_long_enough_opens_and_syncs_later() {
    let backend = InProcessBackend::new();
    backend.advance("test", [foreign(&created("theirs", ""))]);
    backend.disconnect();
    let opening = builder(&Memory::new(), &backend).sync_options(blocking(50));
    let store = block_on(opening.open("test")).unwrap();
    assert!(todos(&store).is_empty());
    store.commit(created("ours", "")).unwrap();
    backend.reconnect();
    everywhere(&[&store], &backend);
    assert_eq!(todos(&store).len(), 2);
}

#[test]
fn by_default_a_boot_does_not_wait_for_the_backend() {
    let backend = InProcessBackend::new();
    backend.disconnect();
    let store = open(&Memory::new(), &backend);
    assert_ne!(store.sync_status().connection, Connection::Connected);
    assert_eq!(store.status(), StoreStatus::Running);
}

#[test]
fn without_live_pull_a_store_gets_what_is_there_and_pushes_its_own() {
    let backend = InProcessBackend::new().page(1);
    let events = ["1", "2", "3"].map(|id| foreign(&created(id, "")));
    backend.advance("test", events);
    let options = blocking(20_000).live_pull(false).push_batch(2);
    let opening = builder(&Memory::new(), &backend).sync_options(options);
    let store = block_on(opening.open("test")).unwrap();
    let receipt = store.commit(created("ours", "")).unwrap();
    assert_eq!(block_on(receipt.synced()).unwrap().global, 4);
    assert_eq!(todos(&store).len(), 4);
    // The backend moves on without saying so; the next push finds out.
    backend.advance("test", [foreign(&created("later", ""))]);
    let receipt = store.commit(created("ours again", "")).unwrap();
    assert_eq!(block_on(receipt.synced()).unwrap().global, 6);
    assert_eq!(todos(&store).len(), 6);
}

#[test]
fn a_second_session_comes_to_a_leader_that_is_synced_already() {
    let backend = InProcessBackend::new();
    backend.advance("test", [foreign(&created("theirs", ""))]);
    let memory = Memory::new();
    let opening = builder(&memory, &backend).sync_options(blocking(20_000));
    let first = block_on(opening.open("test")).unwrap();
    let second = open(&memory, &backend);
    assert_eq!(todos(&second), todos(&first));
}
