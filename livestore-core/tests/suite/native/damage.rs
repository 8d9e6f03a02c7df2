//! State files that are missing, cut off, overwritten, or of another schema.

use std::fs::{self, File};

use livestore_core::prelude::*;

use super::{Folder, close};
use crate::{
    fixture::{
        Tag, Todo, TodoCreated, completed, created, dump, eventually, todo, todos, try_dump,
    },
    testing::test,
};

const STATE: &str = "state.db";
const EVENTLOG: &str = "eventlog.db";

/// A closed store with a thousand rows; returns what it showed.
fn filled() -> (Folder, String) {
    let folder = Folder::new();
    let store = folder.open();
    let batch: Vec<_> = (0..1_000)
        .map(|i| created(&i.to_string(), "some text"))
        .collect();
    store.commit(batch).unwrap();
    store.commit((completed("7"), completed("8"))).unwrap();
    let shown = dump(&store);
    close(store);
    // Once the files are closed: a leader that starts waits for that.
    close(folder.open());
    folder.wait_until_closed();
    (folder, shown)
}

fn assert_rebuilt(folder: &Folder, shown: &str) {
    let store = folder.open();
    assert_eq!(dump(&store), *shown);
    store.commit(created("new", "")).unwrap();
    assert_eq!(todos(&store).len(), 1_001);
    close(store);
    assert_eq!(todos(&folder.open()).len(), 1_001);
}

#[test]
fn a_state_that_is_gone_is_built_anew() {
    let (folder, shown) = filled();
    fs::remove_file(folder.file(STATE)).unwrap();
    assert_rebuilt(&folder, &shown);
    assert!(folder.file(STATE).exists());
}

#[test]
fn a_state_that_is_no_database_is_built_anew() {
    let (folder, shown) = filled();
    fs::write(folder.file(STATE), "nonsense".repeat(10_000)).unwrap();
    assert_rebuilt(&folder, &shown);
}

#[test]
fn an_empty_state_file_is_built_anew() {
    let (folder, shown) = filled();
    fs::write(folder.file(STATE), "").unwrap();
    assert_rebuilt(&folder, &shown);
}

#[test]
fn a_state_that_is_cut_off_is_built_anew() {
    let (folder, shown) = filled();
    let file = File::options()
        .write(true)
        .open(folder.file(STATE))
        .unwrap();
    let length = file.metadata().unwrap().len();
    assert!(length > 20_000, "the state is in the file: {length}");
    file.set_len(length / 2).unwrap();
    drop(file);
    assert_rebuilt(&folder, &shown);
}

/// The store opens with what is there; the leader finds the damage when it has nothing else to do.
#[test]
fn a_state_with_overwritten_pages_is_noticed_and_built_anew() {
    for page in [2, 4, 8] {
        let (folder, shown) = filled();
        let path = folder.file(STATE);
        let mut bytes = fs::read(&path).unwrap();
        let at = page * 4_096;
        assert!(bytes.len() > at + 4_096, "{} bytes", bytes.len());
        bytes[at..at + 4_096].fill(0xa5);
        fs::write(&path, bytes).unwrap();
        let store = folder.open();
        // Refused as long as it hits a damaged page.
        eventually(|| store.commit(completed("9")).is_ok());
        let sound = shown.replace(
            r#"id: "9", text: "some text", completed: false"#,
            r#"id: "9", text: "some text", completed: true"#,
        );
        eventually(|| try_dump(&store).is_ok_and(|shown| shown == sound));
        eventually(|| store.commit(created("new", "")).is_ok());
        close(store);
        assert_eq!(todos(&folder.open()).len(), 1_001, "page {page}");
    }
}

#[test]
fn a_state_ahead_of_its_log_is_built_anew() {
    let (folder, shown) = filled();
    let older = fs::read(folder.file(EVENTLOG)).unwrap();
    let store = folder.open();
    store.commit(created("later", "")).unwrap();
    close(store);
    close(folder.open());
    folder.wait_until_closed();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.file(&format!("{EVENTLOG}{suffix}")));
    }
    fs::write(folder.file(EVENTLOG), older).unwrap();
    assert_rebuilt(&folder, &shown);
}

#[test]
fn a_state_behind_its_log_catches_up() {
    let (folder, _) = filled();
    let older = fs::read(folder.file(STATE)).unwrap();
    let store = folder.open();
    store
        .commit((created("later", ""), completed("9")))
        .unwrap();
    let shown = dump(&store);
    close(store);
    folder.wait_until_closed();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.file(&format!("{STATE}{suffix}")));
    }
    fs::write(folder.file(STATE), older).unwrap();
    assert_eq!(dump(&folder.open()), shown);
}

/// The todos alone, each text in capitals.
fn other_schema(version: u32) -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| {
            Todo::insert()
                .set(Todo::ID, &e.id)
                .set(Todo::TEXT, e.text.to_uppercase())
        })
        .version(version)
        .build()
        .unwrap()
}

#[test]
fn item_11_another_schema_builds_the_state_anew_from_the_same_log() {
    let folder = Folder::new();
    let store = folder.open();
    store
        .commit((created("a", "milk"), completed("a")))
        .unwrap();
    close(store);
    let store = folder.open_with(other_schema(0));
    assert_eq!(todos(&store), [todo("a", "MILK", false)]);
    assert!(store.query(&Tag::query()).is_err());
    close(store);
    assert_eq!(todos(&folder.open()), [todo("a", "milk", true)]);
}

#[test]
fn item_12_another_version_of_the_materializers_builds_the_state_anew() {
    let old = || {
        Schema::builder()
            .table::<Todo>()
            .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id))
            .version(1)
            .build()
            .unwrap()
    };
    let folder = Folder::new();
    let store = folder.open_with(old());
    store.commit(created("a", "milk")).unwrap();
    close(store);
    // The leader's own state is written by the time it has closed its files.
    close(folder.open_with(old()));
    let store = folder.open_with(other_schema(2));
    assert_eq!(todos(&store), [todo("a", "MILK", false)]);
}
