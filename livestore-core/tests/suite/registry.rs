//! Several stores in one app.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{executor::block_on, future::join};
use livestore_core::{adapter::StoreRegistry, prelude::*};

use crate::{
    fixture::{created, eventually, schema, todos},
    testing::test,
};

const SOON: Duration = Duration::from_millis(20);

/// A registry of stores in memory, and how often it opened one.
fn registry(idle: Option<Duration>) -> (StoreRegistry, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let (count, memory) = (Arc::clone(&opened), Memory::new());
    let registry = StoreRegistry::new(move |id| {
        count.fetch_add(1, Ordering::Relaxed);
        let opening = Store::builder(schema()).adapter(memory.clone());
        let id = id.to_owned();
        Box::pin(async move { opening.open(&id).await })
    });
    (registry.idle(idle), opened)
}

/// REG-01, REG-02, REG-03, REG-20.
#[test]
fn reg_03_all_who_ask_for_a_store_get_the_same_one() {
    let (stores, opened) = registry(None);
    let (one, two) = block_on(join(stores.get("a"), stores.get("a")));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.session_id(), two.session_id());
    let other = block_on(stores.get("b")).unwrap();
    other.commit(created("x", "")).unwrap();
    assert_eq!((todos(&one).len(), todos(&other).len()), (0, 1));
    assert_eq!(opened.load(Ordering::Relaxed), 2);
    assert_eq!(stores.open_ids(), ["a", "b"]);
}

/// REG-04, REG-05: with a difference: what failed is tried again.
#[test]
fn reg_05_a_store_that_cannot_be_opened_is_an_error_and_tried_again() {
    let (stores, opened) = registry(None);
    for tries in 1..3 {
        assert!(block_on(stores.get("no/name")).is_err());
        assert_eq!(opened.load(Ordering::Relaxed), tries);
        assert!(stores.open_ids().is_empty());
    }
    assert!(block_on(stores.preload("no/name")).is_err());
}

/// REG-10, REG-17, REG-19, REG-22.
#[test]
fn reg_10_a_store_that_nobody_holds_is_shut_down_after_the_idle_time() {
    let (stores, opened) = registry(Some(SOON));
    let held = block_on(stores.get("a")).unwrap();
    let second = held.clone();
    drop(held);
    let store = Store::clone(&second);
    drop(second);
    eventually(|| stores.open_ids().is_empty());
    eventually(|| store.commit(created("late", "")).is_err());
    let again = block_on(stores.get("a")).unwrap();
    assert_ne!(again.session_id(), store.session_id());
    assert_eq!(opened.load(Ordering::Relaxed), 2);
}

/// REG-08, REG-16, REG-23.
#[test]
fn reg_16_holding_and_letting_go_in_turn_keeps_a_store_open() {
    let (stores, opened) = registry(Some(Duration::from_secs(600)));
    block_on(stores.preload("a")).unwrap();
    for _ in 0..10 {
        drop(block_on(stores.get("a")).unwrap());
    }
    assert_eq!(
        (stores.open_ids().len(), opened.load(Ordering::Relaxed)),
        (1, 1)
    );
}

/// REG-11.
#[test]
fn reg_11_without_an_idle_time_a_store_stays_open() {
    let (stores, opened) = registry(None);
    drop(block_on(stores.get("a")).unwrap());
    assert_eq!(stores.open_ids(), ["a"]);
    drop(block_on(stores.get("a")).unwrap());
    assert_eq!(opened.load(Ordering::Relaxed), 1);
}
