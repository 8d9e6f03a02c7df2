//! A backend that has lost its log and starts another one.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use livestore_core::{
    adapter::InProcessBackend,
    event::EncodedEvent,
    prelude::*,
    store::ReceiptError,
    sync::{Connection, OnBackendMismatch, SyncOptions},
};

use super::{builder, client, everywhere, foreign};
use crate::{
    fixture::{DraftChanged, created, eventually, todo, todos},
    testing::test,
};

type Unsynced = Arc<Mutex<Vec<EncodedEvent>>>;

/// A store with `old` at the backend, whose log is then emptied, and `pending`.
fn reset_under(policy: OnBackendMismatch) -> (Store, InProcessBackend, Receipt, Unsynced) {
    let backend = InProcessBackend::new();
    let unsynced = Unsynced::default();
    let record = Arc::clone(&unsynced);
    let options = SyncOptions::default().on_backend_mismatch(policy);
    let opening = builder(&Memory::new(), &backend)
        .sync_options(options)
        .on_backend_reset(move |events| record.lock().unwrap().extend(events));
    let store = block_on(opening.open("test")).unwrap();
    block_on(store.commit(created("old", "")).unwrap().synced()).unwrap();
    store.set_online(false);
    let pending = store.commit(created("pending", "")).unwrap();
    backend.reset("test");
    backend.advance("test", [foreign(&created("new", ""))]);
    store.set_online(true);
    (store, backend, pending, unsynced)
}

#[test]
fn ldr_19_by_default_syncing_stops_and_everything_is_kept() {
    let (store, backend, pending, unsynced) = reset_under(OnBackendMismatch::default());
    eventually(|| {
        matches!(
            store.sync_status().connection,
            Connection::Stopped { reason } if reason.contains("was synced with")
        )
    });
    assert_eq!(todos(&store).len(), 2);
    assert!(pending.stage().is_ok() && unsynced.lock().unwrap().is_empty());
    store.commit(created("later", "")).unwrap();
    assert_eq!(store.status(), StoreStatus::Running, "commits go on");
    assert_eq!(backend.events("test").len(), 1);
}

#[test]
fn ldr_18_21_a_reset_hands_out_what_no_backend_has_and_syncs_with_the_new_one() {
    let (store, backend, pending, unsynced) = reset_under(OnBackendMismatch::Reset);
    everywhere(&[&store], &backend);
    assert_eq!(todos(&store), [todo("new", "", false)]);
    eventually(|| unsynced.lock().unwrap().len() == 1);
    assert!(
        unsynced.lock().unwrap()[0]
            .args
            .as_str()
            .contains("pending")
    );
    let error = pending.stage().unwrap_err();
    assert!(matches!(error, ReceiptError::Rejected { .. }), "{error}");
    let receipt = store.commit(created("later", "")).unwrap();
    assert_eq!(block_on(receipt.synced()).unwrap().global, 2);
}

#[test]
fn ldr_20_an_ignored_mismatch_leaves_the_store_as_if_offline() {
    let (store, backend, pending, unsynced) = reset_under(OnBackendMismatch::Ignore);
    eventually(|| {
        matches!(
            store.sync_status().connection,
            Connection::Reconnecting { reason, .. } if reason.contains("was synced with")
        )
    });
    assert_eq!(todos(&store).len(), 2);
    assert!(pending.stage().is_ok() && unsynced.lock().unwrap().is_empty());
    assert_eq!(backend.events("test").len(), 1);
}

#[test]
fn item_10_the_unsynced_events_can_be_committed_again() {
    let (store, backend, _, unsynced) = reset_under(OnBackendMismatch::Reset);
    everywhere(&[&store], &backend);
    eventually(|| unsynced.lock().unwrap().len() == 1);
    let lost = unsynced.lock().unwrap()[0].clone();
    let again = EventInput::from_json(lost.name.to_string(), lost.args.as_str()).unwrap();
    block_on(store.commit(again).unwrap().synced()).unwrap();
    assert_eq!(
        todos(&store),
        [todo("new", "", false), todo("pending", "", false)]
    );
    let other = client(&backend);
    everywhere(&[&store, &other], &backend);
}

#[test]
fn of_two_sessions_one_gets_the_unsynced_events_and_client_only_ones_are_among_them() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let unsynced = Unsynced::default();
    let options = SyncOptions::default().on_backend_mismatch(OnBackendMismatch::Reset);
    let open = || {
        let record = Arc::clone(&unsynced);
        let opening = builder(&memory, &backend)
            .sync_options(options.clone())
            .on_backend_reset(move |events| record.lock().unwrap().extend(events));
        block_on(opening.open("test")).unwrap()
    };
    let (first, second) = (open(), open());
    block_on(first.commit(created("old", "")).unwrap().synced()).unwrap();
    first.set_online(false);
    let draft = DraftChanged {
        text: "typing".into(),
    };
    first.commit((created("pending", ""), draft)).unwrap();
    backend.reset("test");
    backend.advance("test", [foreign(&created("new", ""))]);
    first.set_online(true);
    everywhere(&[&first, &second], &backend);
    let names = || {
        let events = unsynced.lock().unwrap();
        events
            .iter()
            .map(|event| event.name.to_string())
            .collect::<Vec<_>>()
    };
    eventually(|| names().len() >= 2);
    first.commit(created("later", "")).unwrap();
    everywhere(&[&first, &second], &backend);
    assert_eq!(names(), ["v1.TodoCreated", "v1.DraftChanged"]);
}
