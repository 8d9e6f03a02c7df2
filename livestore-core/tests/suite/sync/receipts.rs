//! Receipts from commit to the backend's confirmation.

use futures::{FutureExt, executor::block_on};
use livestore_core::{
    adapter::InProcessBackend,
    prelude::*,
    store::{ReceiptError, Stage},
};

use super::{client, foreign, open};
use crate::{
    fixture::{DraftChanged, created, eventually},
    testing::test,
};

#[test]
fn a_receipt_goes_from_persisted_to_synced() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    store.set_online(false);
    let receipt = store.commit(created("a", "")).unwrap();
    block_on(receipt.persisted()).unwrap();
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
    let mut synced = Box::pin(receipt.synced());
    assert_eq!((&mut synced).now_or_never(), None);
    store.set_online(true);
    assert_eq!(block_on(synced).unwrap().to_string(), "e1");
    assert_eq!(receipt.stage(), Ok(Stage::Synced));
    assert!(!receipt.was_replaced());
}

#[test]
fn a_receipt_tells_the_final_number_of_an_event_that_moved() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    store.set_online(false);
    let first = store.commit(created("a", "")).unwrap();
    let second = store.commit((created("b", ""), created("c", ""))).unwrap();
    backend.advance(
        "test",
        [foreign(&created("x", "")), foreign(&created("y", ""))],
    );
    store.set_online(true);
    assert_eq!(first.seq().to_string(), "e1");
    assert_eq!(block_on(first.synced()).unwrap().global, 3);
    assert_eq!(block_on(second.synced()).unwrap().global, 5);
}

#[test]
fn receipts_of_all_sessions_are_told() {
    let backend = InProcessBackend::new();
    let memory = Memory::new();
    let (first, second) = (open(&memory, &backend), open(&memory, &backend));
    first.set_online(false);
    let a = first.commit(created("a", "")).unwrap();
    let b = second.commit(created("b", "")).unwrap();
    second.set_online(true);
    assert_eq!(block_on(a.synced()).unwrap().global, 1);
    assert_eq!(block_on(b.synced()).unwrap().global, 2);
}

#[test]
fn a_client_only_commit_is_persisted_and_never_synced() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    let receipt = store
        .commit(DraftChanged {
            text: "typing".into(),
        })
        .unwrap();
    block_on(receipt.persisted()).unwrap();
    assert_eq!(block_on(receipt.synced()), Err(ReceiptError::ClientOnly));
}

#[test]
fn a_commit_of_both_kinds_is_synced_with_its_synced_events() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    let draft = || DraftChanged {
        text: "typing".into(),
    };
    let receipt = store.commit((draft(), created("a", ""), draft())).unwrap();
    assert_eq!(block_on(receipt.synced()).unwrap().to_string(), "e1");
}

#[test]
fn receipts_of_many_commits_are_all_told() {
    let backend = InProcessBackend::new().page(7);
    let store = client(&backend);
    let receipts: Vec<_> = (0..300)
        .map(|i| store.commit(created(&i.to_string(), "")).unwrap())
        .collect();
    for (i, receipt) in receipts.iter().enumerate() {
        assert_eq!(block_on(receipt.synced()).unwrap().global, i as u64 + 1);
    }
}

#[test]
fn a_dropped_receipt_costs_nothing() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    drop(store.commit(created("a", "")).unwrap());
    eventually(|| store.sync_status().is_synced());
    assert_eq!(backend.events("test").len(), 1);
}

#[test]
fn a_receipt_keeps_what_it_knows_after_a_shutdown() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    store.set_online(false);
    let receipt = store.commit(created("a", "")).unwrap();
    block_on(store.shutdown()).unwrap();
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
}
