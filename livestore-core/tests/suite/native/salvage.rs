//! Logs that are damaged: what can be read is kept, what cannot is reported, the damaged file stays.

use std::fs;

use futures::executor::block_on;
use livestore_core::{LogDamage, prelude::*};

use super::{Folder, close};
use crate::{
    fixture::{created, eventually, schema, todos},
    testing::test,
};

const EVENTLOG: &str = "eventlog.db";
const SUCCESSOR: &str = "eventlog-2.db";
const PAGE: usize = 4_096;
const EVENTS: usize = 3_000;

/// A closed store with three thousand events, whose log has then been changed.
fn damaged(change: impl FnOnce(&mut Vec<u8>)) -> Folder {
    let folder = Folder::new();
    let store = folder.open();
    for start in (0..EVENTS).step_by(100) {
        let batch: Vec<_> = (start..start + 100).map(todo).collect();
        store.commit(batch).unwrap();
    }
    close(store);
    folder.wait_until_closed();
    let path = folder.file(EVENTLOG);
    let mut bytes = fs::read(&path).unwrap();
    assert!(bytes.len() > 100 * PAGE, "{} bytes", bytes.len());
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    folder
}

fn todo(number: usize) -> crate::fixture::TodoCreated {
    created(
        &format!("{number:05}"),
        "some text of some length, as people write it",
    )
}

/// Waits until the damage has been found, and returns what is known of it.
fn damage(store: &Store) -> LogDamage {
    eventually(|| store.sync_status().log_damage.is_some());
    store.sync_status().log_damage.unwrap()
}

/// Checks that a store shows the first events, all of those that were kept and no others, works, and does
/// so when it is opened again; returns what is known of the damage.
fn is_saved(folder: &Folder) -> LogDamage {
    let before = fs::read(folder.file(EVENTLOG)).unwrap();
    let store = folder.open();
    let known = damage(&store);
    let kept = usize::try_from(known.kept).unwrap();
    eventually(|| todos(&store).len() == kept);
    let shown: Vec<_> = todos(&store).into_iter().map(|todo| todo.id).collect();
    let first: Vec<_> = (0..kept).map(|number| todo(number).id).collect();
    assert_eq!(shown, first);
    assert_eq!(&*known.file, EVENTLOG);
    assert_eq!(
        block_on(store.export_damaged_log()).unwrap().as_ref(),
        Some(&before),
        "the damaged file is kept as it was"
    );

    block_on(store.commit(created("new", "")).unwrap().persisted()).unwrap();
    close(store);
    folder.wait_until_closed();
    let store = folder.open();
    assert_eq!(todos(&store).len(), kept + 1);
    assert_eq!(store.sync_status().log_damage, Some(known.clone()));
    assert_eq!(fs::read(folder.file(EVENTLOG)).unwrap(), before);
    close(store);
    folder.wait_until_closed();
    known
}

#[test]
fn a_log_with_an_overwritten_page_in_its_middle_keeps_what_stands_before_it() {
    let folder = damaged(|bytes| {
        let at = bytes.len() / PAGE / 2 * PAGE;
        bytes[at..at + PAGE].fill(0xa5);
    });
    let damage = is_saved(&folder);
    assert!((1_200..1_800).contains(&damage.kept), "{damage:?}");
    assert_eq!(damage.kept + damage.lost, EVENTS as u64);
    assert!(!damage.may_be_more, "{damage:?}");
    // One page's worth cannot be read, all else can.
    let unreadable = damage.lost - damage.set_aside;
    assert!((1..100).contains(&unreadable), "{damage:?}");
    assert_eq!(damage.unsynced, damage.lost, "there is no backend");
}

#[test]
fn a_log_with_zeros_in_two_places_keeps_what_stands_before_the_first() {
    let folder = damaged(|bytes| {
        let pages = bytes.len() / PAGE;
        bytes[pages / 4 * PAGE..][..2 * PAGE].fill(0);
        bytes[pages * 3 / 4 * PAGE..][..3 * PAGE].fill(0);
    });
    let damage = is_saved(&folder);
    assert!((600..900).contains(&damage.kept), "{damage:?}");
    assert_eq!(damage.kept + damage.lost, EVENTS as u64);
    let unreadable = damage.lost - damage.set_aside;
    assert!((5..300).contains(&unreadable), "both holes: {damage:?}");
}

#[test]
fn a_log_that_has_lost_its_first_page_is_read_all_the_same() {
    for content in [0, 0xa5] {
        let folder = damaged(|bytes| bytes[..PAGE].fill(content));
        let damage = is_saved(&folder);
        assert_eq!((damage.kept, damage.lost), (EVENTS as u64, 0), "{damage:?}");
        assert!(!damage.may_be_more);
    }
}

#[test]
fn a_log_that_has_lost_its_table_of_contents_is_read_all_the_same() {
    // The header is there, and says that there are no tables.
    let folder = damaged(|bytes| {
        let mut empty = vec![0; PAGE - 100];
        empty[0] = 13;
        empty[5..7].copy_from_slice(&(PAGE as u16).to_be_bytes());
        bytes[100..PAGE].copy_from_slice(&empty);
    });
    let damage = is_saved(&folder);
    assert_eq!((damage.kept, damage.lost), (EVENTS as u64, 0), "{damage:?}");
}

#[test]
fn a_log_that_is_cut_off_keeps_what_stands_before_the_end() {
    let folder = damaged(|bytes| bytes.truncate(bytes.len() / 2 + 1_234));
    let damage = is_saved(&folder);
    assert!((1_200..1_800).contains(&damage.kept), "{damage:?}");
    assert!(damage.may_be_more, "its end cannot be read: {damage:?}");
    assert!(damage.to_string().contains("lost"), "{damage}");
}

#[test]
fn a_log_with_bytes_changed_in_an_event_keeps_what_stands_before_it() {
    let folder = damaged(|bytes| {
        let marked = format!("\"id\":\"{:05}\"", 2_000);
        let at = bytes
            .windows(marked.len())
            .position(|window| window == marked.as_bytes())
            .unwrap();
        // No longer JSON, in a page that is sound otherwise.
        bytes[at..at + 4].fill(0);
    });
    let damage = is_saved(&folder);
    assert_eq!((damage.kept, damage.lost), (2_000, 1_000), "{damage:?}");
    assert_eq!(damage.set_aside, 999);
}

#[test]
fn of_a_log_that_is_no_database_nothing_is_kept_but_the_file() {
    let nonsense = "nonsense".repeat(10_000);
    let folder = damaged(|bytes| *bytes = nonsense.clone().into_bytes());
    let damage = is_saved(&folder);
    assert_eq!((damage.kept, damage.lost), (0, 0));
    assert!(damage.may_be_more);
    assert_eq!(
        damage.to_string(),
        "the eventlog was damaged: 0 events were kept, those after them are lost"
    );
}

#[test]
fn a_log_of_another_program_is_refused_and_left_alone() {
    let folder = Folder::new();
    fs::create_dir_all(folder.file("")).unwrap();
    let path = folder.file(EVENTLOG);
    let database = Folder::new();
    // Any database will do that has tables and is not a log: a store's state.
    let store = database.open();
    store.commit(created("a", "")).unwrap();
    fs::write(&path, store.export_state().unwrap()).unwrap();
    let before = fs::read(&path).unwrap();
    let error = block_on(folder.builder(schema()).open("test")).unwrap_err();
    assert!(error.to_string().contains("no eventlog"), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
    assert!(!folder.file(SUCCESSOR).exists());
}

#[test]
fn events_behind_a_hole_are_in_the_logs_export() {
    let folder = damaged(|bytes| {
        let at = bytes.len() / PAGE / 2 * PAGE;
        bytes[at..at + PAGE].fill(0xa5);
    });
    let store = folder.open();
    let damage = damage(&store);
    let export = block_on(store.export_log()).unwrap();
    let copy = Folder::new();
    fs::create_dir_all(copy.file("")).unwrap();
    let path = copy.file(EVENTLOG);
    fs::write(&path, export).unwrap();
    let log = rusqlite::Connection::open(path).unwrap();
    let number = |sql: &str| log.query_row(sql, (), |row| row.get::<_, i64>(0)).unwrap() as u64;
    assert_eq!(number("SELECT count(*) FROM eventlog"), damage.kept);
    assert_eq!(number("SELECT count(*) FROM set_aside"), damage.set_aside);
    let last = "SELECT max(seq_global) FROM set_aside";
    assert_eq!(number(last), EVENTS as u64);
    let todo = "SELECT count(*) FROM set_aside WHERE json_extract(args, '$.id') = '02999'";
    assert_eq!(number(todo), 1);
}

#[test]
fn damage_that_is_found_while_the_store_is_open_is_mended_on_the_spot() {
    let folder = damaged(|bytes| {
        let at = bytes.len() / PAGE / 2 * PAGE;
        bytes[at..at + PAGE].fill(0xa5);
    });
    // The first page is sound, so it opens with everything the stored state has.
    let store = folder.open();
    let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let record = std::sync::Arc::clone(&heard);
    let _subscription = store.subscribe_sync_status(move |status| {
        record.lock().unwrap().push(status.log_damage.clone());
    });
    let damage = damage(&store);
    eventually(|| todos(&store).len() as u64 == damage.kept);
    eventually(|| heard.lock().unwrap().last() == Some(&Some(damage.clone())));
    // What was committed meanwhile gets there, and a second session sees the same.
    let receipt = store.commit(created("new", "")).unwrap();
    block_on(receipt.persisted()).unwrap();
    let other = folder.open();
    assert_eq!(todos(&other), todos(&store));
    assert_eq!(todos(&other).len() as u64, damage.kept + 1);
}

#[test]
fn a_damaged_file_can_be_forgotten() {
    let folder = damaged(|bytes| bytes[..PAGE].fill(0));
    let store = folder.open();
    damage(&store);
    block_on(store.forget_damaged_log()).unwrap();
    eventually(|| store.sync_status().log_damage.is_none());
    assert!(!folder.file(EVENTLOG).exists());
    assert_eq!(block_on(store.export_damaged_log()).unwrap(), None);
    close(store);
    folder.wait_until_closed();
    let store = folder.open();
    assert_eq!(store.sync_status().log_damage, None);
    assert_eq!(todos(&store).len(), EVENTS);
}

#[test]
fn a_log_that_is_damaged_again_is_saved_again_and_the_last_two_files_are_kept() {
    let folder = damaged(|bytes| bytes[..PAGE].fill(0));
    close(folder.open());
    for number in 2..=4 {
        folder.wait_until_closed();
        let path = folder.file(&format!("eventlog-{number}.db"));
        let mut bytes = fs::read(&path).unwrap();
        bytes[..PAGE].fill(0xa5);
        fs::write(path, bytes).unwrap();
        let store = folder.open();
        let damage = damage(&store);
        assert_eq!(&*damage.file, format!("eventlog-{number}.db"));
        assert_eq!(todos(&store).len(), EVENTS);
        close(store);
    }
    let there = [1, 2, 3, 4, 5].map(|number: u32| {
        let name = match number {
            1 => EVENTLOG.to_owned(),
            number => format!("eventlog-{number}.db"),
        };
        folder.file(&name).exists()
    });
    assert_eq!(there, [false, false, true, true, true]);
}
