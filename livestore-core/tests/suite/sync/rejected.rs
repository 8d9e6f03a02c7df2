//! A backend that will not take some events.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use livestore_core::{
    adapter::InProcessBackend,
    event::GlobalEvent,
    prelude::*,
    store::{ReceiptError, Stage},
    sync::Rejected,
};

use super::{builder, client, everywhere, open};
use crate::{
    fixture::{completed, created, eventually, todo, todos},
    testing::test,
};

fn refuse_bad(event: &GlobalEvent) -> Result<(), String> {
    match event.args.as_str().contains("bad") {
        true => Err("bad words".into()),
        false => Ok(()),
    }
}

fn backend() -> InProcessBackend {
    let backend = InProcessBackend::new();
    backend.reject(refuse_bad);
    backend
}

#[test]
fn a_rejected_event_is_taken_back_and_strands_nothing_behind_it() {
    let backend = backend();
    let store = client(&backend);
    store.set_online(false);
    let receipts = ["a", "bad", "b"].map(|id| store.commit(created(id, "")).unwrap());
    assert_eq!(todos(&store).len(), 3);
    store.set_online(true);
    everywhere(&[&store], &backend);
    assert_eq!(todos(&store), [todo("a", "", false), todo("b", "", false)]);
    let reason: Arc<str> = "bad words".into();
    assert_eq!(block_on(receipts[0].synced()).unwrap().global, 1);
    assert_eq!(receipts[1].stage(), Err(ReceiptError::Rejected { reason }));
    assert_eq!(block_on(receipts[2].synced()).unwrap().global, 2);
}

#[test]
fn a_commit_of_which_one_event_is_rejected_keeps_its_others() {
    let backend = backend();
    let store = client(&backend);
    let receipt = store
        .commit((created("a", ""), created("bad", ""), created("b", "")))
        .unwrap();
    let error = block_on(receipt.synced()).unwrap_err();
    assert!(matches!(error, ReceiptError::Rejected { .. }), "{error}");
    everywhere(&[&store], &backend);
    assert_eq!(todos(&store).len(), 2);
}

#[test]
fn an_event_on_top_of_a_rejected_one_stays_and_applies_where_it_can() {
    let backend = backend();
    let store = client(&backend);
    store.set_online(false);
    store.commit(created("bad", "")).unwrap();
    store.commit(completed("bad-luck")).unwrap();
    let kept = store.commit(created("a", "")).unwrap();
    store.set_online(true);
    block_on(kept.synced()).unwrap();
    assert_eq!(todos(&store), [todo("a", "", false)]);
}

#[test]
fn the_app_hears_of_rejected_events_of_the_last_run() {
    let backend = backend();
    let memory = Memory::new();
    let store = open(&memory, &backend);
    store.set_online(false);
    store
        .commit((created("bad", ""), created("a", "")))
        .unwrap();
    block_on(store.shutdown()).unwrap();
    drop(store);
    let heard = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&heard);
    let opening = builder(&memory, &backend)
        .on_rejected(move |rejected: &Rejected| record.lock().unwrap().push(rejected.clone()));
    let store = block_on(opening.open("test")).unwrap();
    everywhere(&[&store], &backend);
    eventually(|| heard.lock().unwrap().len() == 1);
    let rejected = heard.lock().unwrap()[0].clone();
    assert_eq!(&*rejected.reason, "bad words");
    assert!(rejected.event.args.as_str().contains("bad"));
    assert_eq!(todos(&store), [todo("a", "", false)]);
}

#[test]
fn both_sessions_of_a_client_take_a_rejected_event_back() {
    let backend = backend();
    let memory = Memory::new();
    let (first, second) = (open(&memory, &backend), open(&memory, &backend));
    let bad = first.commit(created("bad", "")).unwrap();
    assert!(block_on(bad.synced()).is_err());
    eventually(|| todos(&second).is_empty() && todos(&first).is_empty());
    second.commit(created("a", "")).unwrap();
    everywhere(&[&first, &second], &backend);
}

#[test]
fn an_event_that_no_longer_fits_behind_the_backends_is_rejected() {
    let backend = InProcessBackend::new();
    let store = client(&backend);
    store.set_online(false);
    let same = store.commit(created("same", "ours")).unwrap();
    let other = store.commit(created("other", "")).unwrap();
    backend.advance("test", [super::foreign(&created("same", "theirs"))]);
    store.set_online(true);
    block_on(other.synced()).unwrap();
    let error = block_on(same.synced()).unwrap_err();
    assert!(matches!(error, ReceiptError::Rejected { .. }), "{error}");
    everywhere(&[&store], &backend);
    assert_eq!(
        todos(&store),
        [todo("other", "", false), todo("same", "theirs", false)]
    );
}

#[test]
fn a_synced_event_stays_synced_when_a_later_one_is_rejected() {
    let backend = backend();
    let store = client(&backend);
    let good = store.commit(created("a", "")).unwrap();
    block_on(good.synced()).unwrap();
    let bad = store.commit(created("bad", "")).unwrap();
    assert!(block_on(bad.synced()).is_err());
    assert_eq!(good.stage(), Ok(Stage::Synced));
}
