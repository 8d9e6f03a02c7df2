//! Opening, closing and opening again, by one process.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    thread,
};

use futures::executor::block_on;
use livestore_core::{adapter::Native, prelude::*};

use super::{Folder, close};
use crate::{
    fixture::{DraftChanged, completed, created, dump, eventually, schema, todo, todos},
    testing::test,
};

#[test]
fn a_store_opened_again_goes_on_where_it_was() {
    let folder = Folder::new();
    let first = folder.open();
    let client = first.client_id().clone();
    first
        .commit((created("a", "milk"), completed("a")))
        .unwrap();
    first
        .commit(DraftChanged {
            text: "typing".into(),
        })
        .unwrap();
    let (before, head) = (dump(&first), first.head());
    close(first);
    let second = folder.open();
    assert_eq!((dump(&second), second.head()), (before, head));
    assert_eq!(*second.client_id(), client, "it is the same client");
    second.commit(created("b", "")).unwrap();
    assert_eq!(todos(&second).len(), 2);
    close(second);
    assert_eq!(todos(&folder.open()).len(), 2);
}

#[test]
fn two_stores_in_one_directory_share_nothing_but_the_client() {
    let folder = Folder::new();
    let a = block_on(folder.builder(schema()).open("a")).unwrap();
    let b = block_on(folder.builder(schema()).open("b")).unwrap();
    a.commit(created("only in a", "")).unwrap();
    b.commit((created("1", ""), created("2", ""))).unwrap();
    assert_eq!((todos(&a).len(), todos(&b).len()), (1, 2));
    assert_eq!(a.client_id(), b.client_id());
    close(a);
    close(b);
    let a = block_on(folder.builder(schema()).open("a")).unwrap();
    assert_eq!(todos(&a), [todo("only in a", "", false)]);
}

#[test]
fn sessions_of_one_process_share_the_leader() {
    let folder = Folder::new();
    let (first, second) = (folder.open(), folder.open());
    first.commit(created("a", "")).unwrap();
    second.commit(created("b", "")).unwrap();
    eventually(|| todos(&first).len() == 2 && todos(&second).len() == 2);
    eventually(|| first.pending_count() + second.pending_count() == 0);
    close(first);
    let receipt = second.commit(created("c", "")).unwrap();
    block_on(receipt.persisted()).unwrap();
    let third = folder.open();
    assert_eq!(dump(&third), dump(&second));
    assert_ne!(third.session_id(), second.session_id());
}

#[test]
fn a_path_written_another_way_is_the_same_store() {
    let folder = Folder::new();
    let first = folder.open();
    let detour = folder.path().join("test").join("..");
    let opening = Store::builder(schema()).adapter(Native::file(detour));
    let second = block_on(opening.open("test")).unwrap();
    first.commit(created("a", "")).unwrap();
    eventually(|| todos(&second).len() == 1);
}

#[test]
fn item_06_sessions_in_threads_of_their_own_converge() {
    let folder = Folder::new();
    let stores: Vec<_> = (0..3).map(|_| folder.open()).collect();
    thread::scope(|scope| {
        for (at, store) in stores.iter().enumerate() {
            scope.spawn(move || {
                for i in 0..100 {
                    store.commit(created(&format!("{at} {i}"), "")).unwrap();
                }
            });
        }
    });
    eventually(|| stores.iter().all(|store| todos(store).len() == 300));
    for store in stores {
        close(store);
    }
    let again = folder.open();
    let ids: HashSet<_> = todos(&again).into_iter().map(|todo| todo.id).collect();
    assert_eq!((ids.len(), again.head().global), (300, 300));
}

#[test]
fn a_store_is_opened_and_closed_fifty_times() {
    let folder = Folder::new();
    for n in 0..50 {
        let store = folder.open();
        assert_eq!(todos(&store).len(), n);
        store.commit(created(&format!("{n:02}"), "")).unwrap();
        close(store);
    }
    assert_eq!(folder.open().head().to_string(), "e50");
}

#[test]
fn a_store_with_its_state_in_a_file_opens_without_replaying_the_log() {
    let folder = Folder::new();
    let store = folder.open();
    let batch: Vec<_> = (0..3_000).map(|i| created(&i.to_string(), "")).collect();
    store.commit(batch).unwrap();
    let shown = dump(&store);
    close(store);
    let steps = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&steps);
    let opening = folder
        .builder(schema())
        .on_boot_status(move |step| record.lock().unwrap().push(step));
    let store = block_on(opening.open("test")).unwrap();
    assert_eq!(dump(&store), shown);
    assert_eq!(
        *steps.lock().unwrap(),
        [BootStatus::Loading, BootStatus::Ready]
    );
}

#[test]
fn a_store_that_is_only_dropped_can_be_opened_again() {
    let folder = Folder::new();
    for n in 0..20 {
        let store = folder.open();
        assert_eq!(todos(&store).len(), n);
        let receipt = store.commit(created(&n.to_string(), "")).unwrap();
        block_on(receipt.persisted()).unwrap();
    }
}

#[test]
fn ses_10_shutdown_waits_until_everything_is_persisted() {
    let folder = Folder::new();
    let store = folder.open();
    let receipts: Vec<_> = (0..500)
        .map(|i| store.commit(created(&i.to_string(), "")).unwrap())
        .collect();
    close(store);
    for receipt in receipts {
        block_on(receipt.persisted()).unwrap();
    }
    assert_eq!(todos(&folder.open()).len(), 500);
}

#[test]
fn shutdown_of_one_session_drains_it_while_the_other_commits() {
    let folder = Folder::new();
    let (first, second) = (folder.open(), folder.open());
    thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..200 {
                second.commit(created(&format!("second {i}"), "")).unwrap();
            }
        });
        for i in 0..200 {
            first.commit(created(&format!("first {i}"), "")).unwrap();
        }
        block_on(first.shutdown()).unwrap();
    });
    close(second);
    assert_eq!(todos(&folder.open()).len(), 400);
}

#[test]
fn many_stores_are_opened_at_once_by_threads() {
    let folder = Folder::new();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    let store = folder.open();
                    let id = new_id();
                    block_on(store.commit(created(&id, "")).unwrap().persisted()).unwrap();
                    close(store);
                }
            });
        }
    });
    assert_eq!(todos(&folder.open()).len(), 40);
}
