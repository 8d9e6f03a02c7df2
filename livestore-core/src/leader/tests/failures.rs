//! One transaction for everything of a turn, and what happens when it cannot be written.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use rusqlite::Connection;

use super::{A, B, Bench, number, pushing, remote};
use crate::{
    event::Place,
    eventlog::Eventlog,
    sync::{FromLeader, PageInfo, SyncOptions},
    testing::test,
};

/// A log that counts its transactions and fails to commit them when told.
struct Disk {
    commits: Arc<AtomicUsize>,
    full: Arc<AtomicBool>,
}

fn disk(sync: Option<SyncOptions>) -> (Bench, Disk) {
    let mut connection = Connection::open_in_memory().unwrap();
    let disk = Disk {
        commits: Arc::default(),
        full: Arc::default(),
    };
    let (commits, full) = (Arc::clone(&disk.commits), Arc::clone(&disk.full));
    connection
        .commit_hook(Some(move || {
            commits.fetch_add(1, SeqCst);
            full.load(SeqCst)
        }))
        .unwrap();
    let bench = Bench::over(Eventlog::open(connection).unwrap(), sync);
    disk.commits.store(0, SeqCst);
    (bench, disk)
}

fn stopped(message: &FromLeader) -> bool {
    matches!(message, FromLeader::Stopped { .. })
}

#[test]
fn all_pushes_of_a_turn_are_one_transaction() {
    let (mut bench, disk) = disk(None);
    bench.session(A);
    bench.session(B);
    let events = bench.make(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    let pushes = events
        .chunks(1)
        .enumerate()
        .map(|(i, event)| pushing(if i % 2 == 0 { A } else { B }, event.to_vec()));
    bench.turn(pushes.collect::<Vec<_>>());
    assert_eq!(bench.log().len(), 10);
    assert_eq!(disk.commits.load(SeqCst), 1);
}

#[test]
fn item_03_pulled_events_and_the_backend_head_are_one_transaction() {
    let (mut bench, disk) = disk(Some(SyncOptions::default()));
    bench.session(A);
    bench.commit(A, &["ours"]);
    bench.connect();
    disk.commits.store(0, SeqCst);
    bench.page(&[remote(1, "a"), remote(2, "b")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 a", "e2 b", "e3r1 ours"]);
    assert_eq!((bench.backend_head(), disk.commits.load(SeqCst)), (2, 1));
}

#[test]
fn item_03_a_page_that_cannot_be_written_leaves_a_log_that_boots() {
    let (mut bench, disk) = disk(Some(SyncOptions::default()));
    bench.session(A);
    bench.commit(A, &["ours"]);
    bench.connect();
    disk.full.store(true, SeqCst);
    let said = bench.page(&[remote(1, "a"), remote(2, "b")], PageInfo::NoMore);
    assert!(
        said.to(A).iter().any(|message| stopped(message)),
        "{said:?}"
    );

    disk.full.store(false, SeqCst);
    let mut bench = bench.reopened();
    assert_eq!(
        (bench.log(), bench.backend_head()),
        (vec!["e1 ours".into()], 0)
    );
    bench.session(A);
    bench.connect();
    bench.page(&[remote(1, "a"), remote(2, "b")], PageInfo::NoMore);
    assert_eq!(bench.log(), ["e1 a", "e2 b", "e3r1 ours"]);
}

#[test]
fn item_16_what_cannot_be_written_is_not_acknowledged_and_everybody_is_told() {
    let (mut bench, disk) = disk(None);
    bench.session(A);
    bench.session(B);
    bench.commit(A, &["kept"]);
    disk.full.store(true, SeqCst);
    let (_, said) = bench.commit(A, &["lost"]);
    assert!(matches!(said.to(A)[..], [FromLeader::Stopped { .. }]));
    assert!(matches!(said.to(B)[..], [FromLeader::Stopped { .. }]));
    assert_eq!(bench.log(), ["e1 kept"]);
}

#[test]
fn item_16_nothing_is_written_behind_what_could_not_be_written() {
    let (mut bench, disk) = disk(None);
    bench.session(A);
    disk.full.store(true, SeqCst);
    let events = bench.make(&["lost", "later"]);
    bench.push(A, events[..1].to_vec());
    disk.full.store(false, SeqCst);
    bench.push(A, events[1..].to_vec());
    assert!(bench.log().is_empty());
}

#[test]
fn item_16_a_session_that_comes_to_a_stopped_leader_is_told_at_once() {
    let (mut bench, disk) = disk(None);
    bench.session(A);
    disk.full.store(true, SeqCst);
    bench.commit(A, &["lost"]);
    bench.leader.add_session(B);
    let said = bench.pull(B, Place::ROOT, number("e0"));
    assert!(
        said.to(B).iter().any(|message| stopped(message)),
        "{said:?}"
    );
}
