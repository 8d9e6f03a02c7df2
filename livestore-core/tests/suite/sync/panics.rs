//! Materializers and checks that panic at what the log brings.

use futures::executor::block_on;
use livestore_core::{
    adapter::InProcessBackend,
    prelude::*,
    store::{ReceiptError, Stage},
};

use super::{foreign, settled};
use crate::{
    fixture::{Todo, TodoCompleted, TodoCreated, completed, created, eventually, todo, todos},
    testing::test,
};

/// Creating `panic` panics, and so does the check of `ours` where `theirs` is.
fn schema() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| {
            assert_ne!(e.id, "panic", "no such todo");
            Todo::insert().set(Todo::ID, &e.id)
        })
        .on(|e: &TodoCompleted, _| {
            Todo::update()
                .set(Todo::COMPLETED, true)
                .filter(Todo::ID.eq(&e.id))
        })
        .check(|e: &TodoCreated, ctx| {
            let theirs = ctx.query(&Todo::query().filter(Todo::ID.eq("theirs")).exists())?;
            assert!(!(theirs && e.id == "ours"), "it stumbles over theirs");
            Ok(Verdict::Keep)
        })
        .build()
        .unwrap()
}

fn open(backend: &InProcessBackend) -> Store {
    let opening = Store::builder(schema())
        .adapter(Memory::new())
        .sync(backend.clone());
    block_on(opening.open("test")).unwrap()
}

fn trouble(backend: &InProcessBackend) {
    let others = ["a", "panic", "b"].map(|id| foreign(&created(id, "")));
    backend.advance("test", others);
    backend.advance("test", [foreign(&completed("a"))]);
}

#[test]
fn an_event_whose_materializer_panics_is_skipped_and_what_follows_is_not() {
    let backend = InProcessBackend::new();
    let store = open(&backend);
    trouble(&backend);
    eventually(|| settled(&store, &backend));
    let expected = [todo("a", "", true), todo("b", "", false)];
    assert_eq!(todos(&store), expected);
    assert_eq!(store.sync_status().skipped, 1);
    // At a replay as well.
    let another = open(&backend);
    eventually(|| settled(&another, &backend));
    assert_eq!(todos(&another), expected);
    assert_eq!(another.sync_status().skipped, 1);
    store.commit(completed("b")).unwrap();
    eventually(|| todos(&another)[1].completed);
}

#[test]
fn pending_events_are_rebased_onto_one_whose_materializer_panics() {
    let backend = InProcessBackend::new();
    let store = open(&backend);
    store.set_online(false);
    let receipt = store.commit(created("mine", "")).unwrap();
    trouble(&backend);
    store.set_online(true);
    block_on(receipt.synced()).unwrap();
    eventually(|| settled(&store, &backend));
    assert_eq!(
        todos(&store),
        [
            todo("a", "", true),
            todo("b", "", false),
            todo("mine", "", false)
        ]
    );
    assert_eq!(store.sync_status().skipped, 1);
}

#[test]
fn a_pending_event_whose_check_panics_where_it_lands_is_rejected() {
    let backend = InProcessBackend::new();
    let store = open(&backend);
    store.set_online(false);
    let rejected = store.commit(created("ours", "")).unwrap();
    let kept = store.commit(created("kept", "")).unwrap();
    backend.advance("test", [foreign(&created("theirs", ""))]);
    store.set_online(true);
    block_on(kept.synced()).unwrap();
    let Err(ReceiptError::Rejected { reason }) = rejected.stage() else {
        panic!("{:?}", rejected.stage());
    };
    assert!(reason.contains("it stumbles over theirs"), "{reason}");
    assert_eq!(kept.stage(), Ok(Stage::Synced));
    eventually(|| settled(&store, &backend));
    assert_eq!(
        todos(&store),
        [todo("kept", "", false), todo("theirs", "", false)]
    );
}
