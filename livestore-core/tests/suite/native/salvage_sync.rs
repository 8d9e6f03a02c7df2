//! A damaged log with a backend: what the backend has comes back, what it lacks is pushed once.

use std::{fs, ops::Range};

use futures::executor::block_on;
use livestore_core::{adapter::InProcessBackend, prelude::*};

use super::{Folder, close};
use crate::{
    fixture::{created, eventually, schema, todos},
    sync::everywhere,
    testing::test,
};

const PAGE: usize = 4_096;
const SYNCED: usize = 2_000;
const PENDING: usize = 1_000;

fn open(folder: &Folder, backend: &InProcessBackend) -> Store {
    block_on(folder.builder(schema()).sync(backend.clone()).open("test")).unwrap()
}

/// A closed store of which the backend has two thirds, with the bytes of a part of the log overwritten;
/// the part is given in hundredths, or as a page.
fn damaged(backend: &InProcessBackend, part: Part) -> Folder {
    let folder = Folder::new();
    let store = open(&folder, backend);
    commit(&store, 0..SYNCED);
    everywhere(&[&store], backend);
    store.set_online(false);
    commit(&store, SYNCED..SYNCED + PENDING);
    close(store);
    folder.wait_until_closed();
    let path = folder.file("eventlog.db");
    let mut bytes = fs::read(&path).unwrap();
    let page = match part {
        Part::At(hundredths) => bytes.len() / PAGE * hundredths / 100,
        Part::Page(page) => page,
    };
    bytes[page * PAGE..][..PAGE].fill(0xa5);
    // Its first page too, so that the damage is found before anything more is pushed.
    bytes[..PAGE].fill(0);
    fs::write(path, bytes).unwrap();
    folder
}

enum Part {
    At(usize),
    Page(usize),
}

fn commit(store: &Store, numbers: Range<usize>) {
    for start in numbers.clone().step_by(100) {
        let batch: Vec<_> = (start..(start + 100).min(numbers.end))
            .map(|number| created(&format!("{number:05}"), "some text of some length"))
            .collect();
        store.commit(batch).unwrap();
    }
}

fn ids(store: &Store) -> Vec<String> {
    todos(store).into_iter().map(|todo| todo.id).collect()
}

#[test]
fn what_the_backend_has_comes_back_and_what_was_pending_behind_the_hole_is_reported() {
    let backend = InProcessBackend::new();
    let folder = damaged(&backend, Part::At(30));
    let store = open(&folder, &backend);
    eventually(|| store.sync_status().log_damage.is_some());
    let damage = store.sync_status().log_damage.unwrap();
    assert!((500..1_500).contains(&damage.kept), "{damage:?}");
    assert_eq!(damage.lost, (SYNCED + PENDING) as u64 - damage.kept);
    assert_eq!(damage.unsynced, PENDING as u64, "gone for good: {damage:?}");
    everywhere(&[&store], &backend);
    assert_eq!(todos(&store).len(), SYNCED);
    store.commit(created("new", "")).unwrap();
    everywhere(&[&store], &backend);
    assert_eq!(backend.events("test").len(), SYNCED + 1);
    let shown = ids(&store);
    close(store);
    assert_eq!(ids(&open(&folder, &backend)), shown);
}

#[test]
fn what_was_pending_before_the_hole_is_pushed_once() {
    let backend = InProcessBackend::new();
    let folder = damaged(&backend, Part::At(85));
    let store = open(&folder, &backend);
    eventually(|| store.sync_status().log_damage.is_some());
    let damage = store.sync_status().log_damage.unwrap();
    let kept = usize::try_from(damage.kept).unwrap();
    assert!((SYNCED + 1..SYNCED + PENDING).contains(&kept), "{damage:?}");
    assert_eq!(damage.unsynced, damage.lost, "{damage:?}");
    everywhere(&[&store], &backend);
    assert_eq!(
        (todos(&store).len(), backend.events("test").len()),
        (kept, kept)
    );
}

#[test]
fn a_log_that_has_forgotten_how_far_the_backend_is_pushes_nothing_twice() {
    let backend = InProcessBackend::new();
    // Where a new log has that.
    let folder = damaged(&backend, Part::Page(2));
    let store = open(&folder, &backend);
    eventually(|| store.sync_status().log_damage.is_some());
    let damage = store.sync_status().log_damage.unwrap();
    assert_eq!((damage.kept, damage.lost), ((SYNCED + PENDING) as u64, 0));
    everywhere(&[&store], &backend);
    let all = SYNCED + PENDING;
    assert_eq!(
        (todos(&store).len(), backend.events("test").len()),
        (all, all)
    );
}
