//! Opening, closing and opening again.

use std::sync::{Arc, Mutex};

use futures::{FutureExt, executor::block_on};
use livestore_core::{
    prelude::*,
    store::{Adapter, AdapterError, LinkFuture, Session, Setup},
};

use crate::{
    fixture::{
        Todo, TodoCompleted, TodoCreated, completed, created, dump, open, schema, store, todo,
        todos,
    },
    testing::test,
};

#[test]
fn a_store_opened_again_has_its_history() {
    let memory = Memory::new();
    let first = open(&memory);
    first
        .commit((created("a", "Buy milk"), completed("a")))
        .unwrap();
    let (before, head) = (dump(&first), first.head());
    block_on(first.shutdown()).unwrap();
    let second = open(&memory);
    assert_eq!((dump(&second), second.head()), (before, head));
    second.commit(created("b", "")).unwrap();
    assert_eq!(memory.events("test").len(), 3);
}

#[test]
fn the_boot_tells_its_steps() {
    let memory = Memory::new();
    let first = open(&memory);
    first
        .commit(
            (0..2_500)
                .map(|i| created(&i.to_string(), ""))
                .collect::<Vec<_>>(),
        )
        .unwrap();
    block_on(first.shutdown()).unwrap();
    let steps = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&steps);
    let builder = Store::builder(schema())
        .adapter(memory)
        .on_boot_status(move |step| record.lock().unwrap().push(step));
    block_on(builder.open("test")).unwrap();
    let replaying = |done| BootStatus::Replaying { done, total: 2_500 };
    assert_eq!(
        *steps.lock().unwrap(),
        [
            BootStatus::Loading,
            replaying(0),
            replaying(1_000),
            replaying(2_000),
            BootStatus::Ready
        ]
    );
}

#[test]
fn a_closed_store_refuses_commits_and_queries_and_tells_nobody() {
    let store = store();
    let live = store.live(Todo::query().count()).unwrap();
    store.commit(created("a", "")).unwrap();
    assert_eq!(*live.get().unwrap(), 1);
    block_on(store.shutdown()).unwrap();
    block_on(store.shutdown()).unwrap();
    assert_eq!(store.status(), StoreStatus::Closed);
    assert_eq!(
        store.commit(created("b", "")).unwrap_err().to_string(),
        "store `test` is closed"
    );
    assert_eq!(
        store.query(&Todo::query()).unwrap_err().to_string(),
        "store `test` is closed"
    );
    assert!(store.live(Todo::query()).is_err());
    assert_eq!(
        *live.get().unwrap(),
        1,
        "a live query keeps its last result"
    );
    assert_eq!(store.live_query_count(), 0);
}

#[test]
fn an_invalid_store_id_is_refused() {
    for id in ["", "a b", "ä", "a/b", "../up"] {
        let error = block_on(Store::builder(schema()).adapter(Memory::new()).open(id)).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("invalid store id `{id}`")),
            "{error}"
        );
    }
    block_on(
        Store::builder(schema())
            .adapter(Memory::new())
            .open("aZ0_-"),
    )
    .unwrap();
}

#[test]
fn a_store_without_an_adapter_is_not_opened() {
    let error = block_on(Store::builder(schema()).open("test")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "store `test` could not be opened: no adapter was given"
    );
}

#[test]
fn sessions_of_one_client_share_a_leader() {
    let memory = Memory::new();
    let (first, second) = (open(&memory), open(&memory));
    first.commit(created("a", "")).unwrap();
    second.commit(created("b", "")).unwrap();
    let third = open(&memory);
    for store in [&first, &second, &third] {
        assert_eq!(todos(store).len(), 2);
        assert_eq!(store.head().to_string(), "e2");
    }
    assert_ne!(first.session_id(), second.session_id());
    assert_eq!(first.client_id(), second.client_id());
}

#[test]
fn an_event_the_schema_no_longer_knows_stays_in_the_log_and_is_skipped() {
    let memory = Memory::new();
    let old = open(&memory);
    old.commit((created("a", ""), completed("a"), created("b", "")))
        .unwrap();
    block_on(old.shutdown()).unwrap();
    let schema = Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id))
        .build()
        .unwrap();
    let new = block_on(Store::builder(schema).adapter(memory.clone()).open("test")).unwrap();
    assert_eq!(todos(&new), [todo("a", "", false), todo("b", "", false)]);
    assert_eq!(
        (new.head().to_string(), memory.events("test").len()),
        ("e3".into(), 3)
    );
}

#[test]
fn an_event_that_no_longer_decodes_is_skipped_and_told_of_and_stays_in_the_log() {
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "v1.TodoCreated")]
    struct Incompatible {
        number: u32,
    }
    let memory = Memory::new();
    let old = open(&memory);
    old.commit((created("a", ""), completed("a"))).unwrap();
    block_on(old.shutdown()).unwrap();
    let schema = Schema::builder()
        .table::<Todo>()
        .on(|e: &Incompatible, _| assert!(e.number > 0))
        .on(|_: &TodoCompleted, _| Todo::insert().set(Todo::ID, "later"))
        .build()
        .unwrap();
    let new = block_on(Store::builder(schema).adapter(memory.clone()).open("test")).unwrap();
    assert_eq!(todos(&new), [todo("later", "", false)]);
    assert_eq!(new.sync_status().skipped, 1);
    assert_eq!(
        (new.head().to_string(), memory.events("test").len()),
        ("e2".into(), 2)
    );
    block_on(new.shutdown()).unwrap();
    drop(new);
    assert_eq!(todos(&open(&memory)), [todo("a", "", true)]);
}

/// Memory, whose only other session is closed when one has just been connected.
struct LeftMeanwhile(Memory, Store);

impl Adapter for LeftMeanwhile {
    fn connect(self: Box<Self>, setup: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        let Self(memory, other) = *self;
        Box::pin(async move {
            let session = Box::new(memory).connect(setup).await?;
            drop(other);
            Ok(session)
        })
    }
}

#[test]
fn a_store_is_opened_while_the_clients_last_other_session_is_closed() {
    let memory = Memory::new();
    let other = open(&memory);
    other.commit(created("a", "")).unwrap();
    let opening = Store::builder(schema()).adapter(LeftMeanwhile(memory.clone(), other));
    let opened = opening.open("test").now_or_never();
    let store = opened.expect("there is a leader to welcome it").unwrap();
    assert_eq!(todos(&store).len(), 1);
    store.commit(created("b", "")).unwrap();
    drop(store);
    assert_eq!(memory.events("test").len(), 2);
    assert_eq!(todos(&open(&memory)).len(), 2);
}
