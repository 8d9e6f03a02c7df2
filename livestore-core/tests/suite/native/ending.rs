//! How a leader ends, when its sessions leave it or when it fails.

use std::{
    sync::Arc,
    task::{Context, Wake, Waker},
    thread,
};

use futures::executor::block_on;
use livestore_core::{prelude::*, store::StoreStatus};

use super::Folder;
use crate::{
    fixture::{Todo, TodoCreated, created, eventually, todos},
    testing::test,
};

/// What nothing in the leader expects: a panic that panics when it is thrown away.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a bomb");
    }
}

/// A schema that blows up in the leader's thread and works elsewhere.
fn explosive() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| {
            let leads = thread::current().name() == Some("livestore-test");
            if leads {
                std::panic::panic_any(Bomb);
            }
            Todo::insert().set(Todo::ID, &e.id)
        })
        .build()
        .unwrap()
}

#[test]
fn a_leader_that_panics_while_it_catches_up_says_so_and_can_be_closed() {
    let folder = Folder::new();
    let store = folder.open_with(explosive());
    // With nothing to do but this, or it is stopped before it has acknowledged it.
    let _ = store.commit(created("a", ""));
    eventually(|| matches!(store.status(), StoreStatus::Stopped { .. }));
    let StoreStatus::Stopped { reason } = store.status() else {
        unreachable!("it does not start again");
    };
    assert!(reason.contains("a bomb"), "{reason}");
    // Nothing is left to be persisted, or it says that it was not.
    let _ = block_on(store.shutdown());
    drop(store);
    assert_eq!(todos(&folder.open()).len(), 1);
}

/// A task that panics when it is woken, in the thread of whoever wakes it.
struct Ill;

impl Wake for Ill {
    fn wake(self: Arc<Self>) {
        // It may be woken once more by what the first panic takes down.
        if !thread::panicking() {
            panic!("ill when woken");
        }
    }
}

#[test]
fn a_leader_whose_thread_dies_tells_its_sessions_and_leaves_the_store_to_another() {
    let folder = Folder::new();
    let store = folder.open();
    block_on(store.commit(created("a", "")).unwrap().persisted()).unwrap();
    let waker = Waker::from(Arc::new(Ill));
    let mut export = Box::pin(store.export_log());
    eventually(|| {
        let polled = export.as_mut().poll(&mut Context::from_waker(&waker));
        if polled.is_ready() {
            // The leader was faster.
            export = Box::pin(store.export_log());
        }
        matches!(store.status(), StoreStatus::Stopped { .. })
    });
    let StoreStatus::Stopped { reason } = store.status() else {
        unreachable!("it does not start again");
    };
    assert!(reason.contains("ill when woken"), "{reason}");
    assert!(store.commit(created("refused", "")).is_err());
    let another = folder.open();
    block_on(another.commit(created("b", "")).unwrap().persisted()).unwrap();
    assert_eq!(todos(&another).len(), 2);
    block_on(store.shutdown()).unwrap();
    assert_eq!(todos(&folder.open()).len(), 2);
}

#[test]
fn what_was_committed_before_a_store_is_dropped_is_in_the_log() {
    let folder = Folder::new();
    for n in 0..50 {
        let store = folder.open();
        assert_eq!(todos(&store).len(), n, "nothing was lost");
        store.commit(created(&format!("{n:02}"), "")).unwrap();
    }
}
