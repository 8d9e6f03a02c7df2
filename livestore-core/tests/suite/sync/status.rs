//! What a store tells of its synchronization.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use livestore_core::{
    adapter::InProcessBackend,
    prelude::*,
    sync::{Connection, SyncStatus},
};

use super::{client, everywhere, foreign};
use crate::{
    fixture::{self, created, eventually},
    testing::test,
};

type Heard = Arc<Mutex<Vec<SyncStatus>>>;

fn listen(store: &Store) -> (Heard, Subscription) {
    let heard = Heard::default();
    let record = Arc::clone(&heard);
    let listener = move |status: &SyncStatus| record.lock().unwrap().push(status.clone());
    let subscription = store.subscribe_sync_status(listener);
    (heard, subscription)
}

#[test]
fn a_store_without_a_backend_says_so() {
    let store = fixture::store();
    store.commit(created("a", "")).unwrap();
    let status = store.sync_status();
    assert_eq!(status.connection, Connection::NoBackend);
    assert_eq!((status.backend_head, status.pending_in_leader), (None, 0));
    assert_eq!(status.session_head, status.leader_head);
    assert!(status.is_synced());
}

#[test]
fn the_status_tells_of_both_hops() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    store.set_online(false);
    block_on(store.commit(created("a", "")).unwrap().persisted()).unwrap();
    eventually(|| store.sync_status().pending_in_leader == 1);
    let status = store.sync_status();
    assert_eq!(status.connection, Connection::Offline);
    assert_eq!(status.pending_in_session, 0);
    assert_eq!(
        (status.session_head.global, status.leader_head.global),
        (1, 1)
    );
    assert_eq!(status.backend_head.unwrap().global, 0);
    assert!(!status.is_synced());
    store.set_online(true);
    everywhere(&[&store], &backend);
    assert_eq!(store.sync_status().backend_head.unwrap().global, 1);
}

#[test]
fn every_listener_hears_the_latest() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    everywhere(&[&store], &backend);
    let listeners = [listen(&store), listen(&store), listen(&store)];
    for (heard, _) in &listeners {
        assert_eq!(heard.lock().unwrap().len(), 1, "the current one at once");
    }
    store.commit(created("a", "")).unwrap();
    everywhere(&[&store], &backend);
    let latest = store.sync_status();
    for (heard, _) in &listeners {
        eventually(|| heard.lock().unwrap().last() == Some(&latest));
    }
}

#[test]
fn a_listener_hears_no_status_twice_in_a_row_and_none_after_it_left() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    let (heard, subscription) = listen(&store);
    store.commit(created("a", "")).unwrap();
    everywhere(&[&store], &backend);
    let latest = store.sync_status();
    eventually(|| heard.lock().unwrap().last() == Some(&latest));
    drop(subscription);
    let before = heard.lock().unwrap().clone();
    assert!(before.windows(2).all(|pair| pair[0] != pair[1]));
    store.commit(created("b", "")).unwrap();
    everywhere(&[&store], &backend);
    assert_eq!(*heard.lock().unwrap(), before);
}

#[test]
fn however_many_threads_change_it_the_status_heard_last_is_how_it_is() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    everywhere(&[&store], &backend);
    for round in 0..200 {
        let (heard, _subscription) = listen(&store);
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let store = &store;
                scope.spawn(move || {
                    let id = format!("{round} {thread}");
                    store.commit(created(&id, "")).unwrap();
                });
            }
        });
        everywhere(&[&store], &backend);
        let latest = store.sync_status();
        eventually(|| heard.lock().unwrap().last() == Some(&latest));
    }
}

#[test]
fn a_listener_may_ask_the_store() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    let asked = store.clone();
    let heads = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&heads);
    let _subscription = store.subscribe_sync_status(move |_| {
        record.lock().unwrap().push(asked.head().global);
    });
    store.commit(created("a", "")).unwrap();
    eventually(|| heads.lock().unwrap().last() == Some(&1));
}

#[test]
fn a_lost_backend_is_reconnecting_with_a_reason_until_it_is_back() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    eventually(|| store.sync_status().connection == Connection::Connected);
    backend.disconnect();
    eventually(|| {
        matches!(
            store.sync_status().connection,
            Connection::Reconnecting { reason, attempt, .. }
                if attempt >= 1 && reason.contains("cannot be reached")
        )
    });
    backend.reconnect();
    eventually(|| store.sync_status().connection == Connection::Connected);
}

#[test]
fn ses_27_an_event_of_the_log_that_cannot_be_applied_is_counted() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    backend.advance(
        "test",
        [foreign(&created("a", "")), foreign(&created("a", "again"))],
    );
    everywhere(&[&store], &backend);
    assert_eq!(store.sync_status().skipped, 1);
    assert_eq!(fixture::todos(&store).len(), 1);
    store.commit(created("b", "")).unwrap();
    everywhere(&[&store], &backend);
}

#[test]
fn going_offline_and_online_is_for_all_sessions_of_a_client() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let (first, second) = (
        super::open(&memory, &backend),
        super::open(&memory, &backend),
    );
    first.set_online(false);
    eventually(|| second.sync_status().connection == Connection::Offline);
    second.set_online(true);
    eventually(|| first.sync_status().connection == Connection::Connected);
}
