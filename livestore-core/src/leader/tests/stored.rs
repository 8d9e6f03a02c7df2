//! A leader whose state is in a file, and what it does when that cannot follow the log.

use std::path::PathBuf;

use rusqlite::Connection;

use super::{A, Bench, Leader, pushing};
use crate::{
    event::{Place, SeqNum, new_id},
    eventlog::Eventlog,
    leader::StateFile,
    query::{Query, sql},
    state::State,
    sync::FromLeader,
    testing::test,
};

/// A directory that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("livestore-test-{}", new_id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn log(&self) -> PathBuf {
        self.0.join("eventlog.db")
    }

    fn state(&self) -> PathBuf {
        self.0.join("state.db")
    }

    /// A leader over the files, and a session.
    fn bench(&self) -> Bench {
        let log = Eventlog::open_file(&self.log()).unwrap();
        let mut bench = Bench::keeping(log, StateFile::File(self.state()), None);
        bench.session(A);
        bench
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is in the system's folder for such things anyway.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Looks the stored state through, if it has not been, and says what was found.
fn look_through(bench: &mut Bench) {
    if let Some(file) = bench.leader.unchecked_state() {
        let found = State::look_through(&file, || false);
        bench.leader.state_checked(found.unwrap());
    }
}

/// Lets the leader do what can wait until there is none left, and returns what it has to say.
fn catch_up(bench: &mut Bench) -> Vec<FromLeader> {
    look_through(bench);
    let calls = (0..100).take_while(|_| !bench.leader.catch_up()).count();
    assert!(calls < 100, "it comes to an end");
    let said = bench.turn([]);
    said.to(A).into_iter().cloned().collect()
}

#[test]
fn an_event_of_the_log_that_cannot_be_read_is_no_damage_of_the_state() {
    let folder = Folder::new();
    let mut bench = folder.bench();
    bench.commit(A, &["a", "b", "c"]);
    let log = Connection::open(folder.log()).unwrap();
    let damage = "UPDATE eventlog SET args = CAST(X'ff' AS TEXT) WHERE seq_global = 2";
    assert_eq!(log.execute(damage, ()).unwrap(), 1);
    for id in 0..5 {
        assert_eq!(catch_up(&mut bench), []);
        let events = bench.make(&[&id.to_string()]);
        bench.turn([pushing(A, events)]);
    }
}

fn state(bench: &mut Bench) -> &mut State {
    let Leader { confirmed, log, .. } = &mut bench.leader;
    confirmed.opened(log).unwrap()
}

/// Lets the state grow up to so many pages, at least those it has.
fn limit_pages(bench: &mut Bench, pages: u32) {
    let limit = sql(format!("PRAGMA max_page_count = {pages}")).rows::<(i64,)>();
    let limited = state(bench).query(&limit.statement(), |rows| limit.read(rows));
    assert_eq!(limited.unwrap().len(), 1);
}

/// Commits more than fits into a page.
fn commit_much(bench: &mut Bench) {
    for _ in 0..20 {
        let id = new_id().repeat(100);
        bench.commit(A, &[&id]);
    }
}

#[test]
fn a_state_for_which_there_is_no_room_goes_on_when_there_is_some() {
    let folder = Folder::new();
    let mut bench = folder.bench();
    commit_much(&mut bench);
    assert_eq!(catch_up(&mut bench), []);
    let before = state(&mut bench).head();
    limit_pages(&mut bench, 1);
    commit_much(&mut bench);
    assert_eq!(catch_up(&mut bench), []);
    assert_eq!(state(&mut bench).head(), before, "nothing was changed");
    limit_pages(&mut bench, 10_000);
    assert_eq!(catch_up(&mut bench), []);
    assert_eq!(state(&mut bench).head(), bench.leader.log.head().seq);
    assert!(bench.leader.image().is_some());
}

#[test]
fn a_state_for_which_there_is_no_room_for_long_is_kept_in_memory() {
    let folder = Folder::new();
    let mut bench = folder.bench();
    bench.commit(A, &["a"]);
    assert_eq!(catch_up(&mut bench), []);
    limit_pages(&mut bench, 1);
    commit_much(&mut bench);
    for _ in 0..3 {
        assert!(bench.leader.image().is_some(), "it is tried again");
        assert_eq!(catch_up(&mut bench), []);
    }
    assert!(bench.leader.image().is_none());
    // A leader that starts has another try at the file.
    let mut bench = folder.bench();
    assert_eq!(catch_up(&mut bench), []);
    assert!(bench.leader.image().is_some());
}

/// A leader over files whose state is damaged.
fn damaged(folder: &Folder) -> Bench {
    let mut bench = folder.bench();
    commit_much(&mut bench);
    catch_up(&mut bench);
    drop(bench);
    let mut bytes = std::fs::read(folder.state()).unwrap();
    let page = 8 * 4_096..9 * 4_096;
    bytes[page].fill(0xa5);
    std::fs::write(folder.state(), bytes).unwrap();
    folder.bench()
}

#[test]
fn damage_that_no_session_has_an_image_of_is_told_to_nobody() {
    let folder = Folder::new();
    let mut bench = damaged(&folder);
    assert_eq!(catch_up(&mut bench), []);
    assert_eq!(state(&mut bench).head(), bench.leader.log.head().seq);
}

#[test]
fn damage_that_sessions_may_have_images_of_is_told_once() {
    let folder = Folder::new();
    let mut bench = damaged(&folder);
    assert!(bench.leader.image().is_some());
    assert_eq!(catch_up(&mut bench), [FromLeader::Rebuild]);
    assert_eq!(state(&mut bench).head(), bench.leader.log.head().seq);
    bench.commit(A, &["later"]);
    assert_eq!(catch_up(&mut bench), []);
}

#[test]
fn damage_of_an_image_is_told_before_the_first_pull_is_answered() {
    let folder = Folder::new();
    let mut bench = damaged(&folder);
    bench.leader.vet_state();
    assert!(
        bench.leader.unchecked_state().is_some(),
        "nobody has an image"
    );
    assert!(bench.leader.image().is_some(), "the image goes first");
    bench.leader.vet_state();
    let said = bench.pull(A, Place::ROOT, SeqNum::ROOT);
    let said = said.to(A);
    let stands = |wanted: fn(&FromLeader) -> bool| said.iter().position(|said| wanted(said));
    let rebuild = stands(|said| *said == FromLeader::Rebuild).expect("damage is told");
    let answer = stands(|said| matches!(said, FromLeader::Update(_))).expect("a pull is answered");
    assert!(rebuild < answer, "{rebuild} {answer}");
    assert!(bench.leader.image().is_none(), "it is built anew");
    assert_eq!(catch_up(&mut bench), [], "it is told once");
}

#[test]
fn a_session_is_answered_before_a_state_of_no_use_is_emptied() {
    let folder = Folder::new();
    let mut bench = folder.bench();
    bench.commit(A, &["a"]);
    catch_up(&mut bench);
    drop(bench);
    let other = Connection::open(folder.state()).unwrap();
    let foreign = "UPDATE __livestore_state_head SET fingerprint = fingerprint + 1";
    assert_eq!(other.execute(foreign, ()).unwrap(), 1);
    drop(other);
    let before = std::fs::read(folder.state()).unwrap();
    let mut bench = folder.bench();
    assert!(bench.leader.image().is_none());
    assert!(
        std::fs::read(folder.state()).unwrap() == before,
        "the file is as it was"
    );
    assert_eq!(catch_up(&mut bench), []);
    assert_eq!(state(&mut bench).head(), bench.leader.log.head().seq);
    assert!(bench.leader.image().is_some());
}

#[test]
fn a_state_follows_the_log_before_it_has_been_looked_through() {
    let folder = Folder::new();
    let mut bench = folder.bench();
    commit_much(&mut bench);
    catch_up(&mut bench);
    drop(bench);
    let mut bench = folder.bench();
    bench.commit(A, &["later"]);
    while !bench.leader.catch_up() {}
    assert_eq!(state(&mut bench).head(), bench.leader.log.head().seq);
    assert!(bench.leader.unchecked_state().is_some());
    look_through(&mut bench);
    assert!(bench.leader.unchecked_state().is_none(), "once is enough");
}

#[test]
fn a_state_is_looked_through_while_somebody_writes_it() {
    let folder = Folder::new();
    let mut bench = folder.bench();
    for _ in 0..5 {
        commit_much(&mut bench);
    }
    catch_up(&mut bench);
    let mut other = Connection::open(folder.state()).unwrap();
    let writing = other.transaction().unwrap();
    writing.execute("DELETE FROM items", ()).unwrap();
    let found = State::look_through(&folder.state(), || false);
    assert!(matches!(found, Some(Ok(()))), "{found:?}");
    let stopped = State::look_through(&folder.state(), || true);
    assert!(stopped.is_none(), "{stopped:?}");
}

#[test]
fn what_is_found_in_a_state_that_was_given_up_meanwhile_is_of_no_use() {
    let folder = Folder::new();
    let mut bench = damaged(&folder);
    assert!(bench.leader.image().is_some());
    let file = bench.leader.unchecked_state().unwrap();
    let found = State::look_through(&file, || false).unwrap();
    assert!(found.is_err());
    bench.leader.check_state();
    assert_eq!(catch_up(&mut bench), [FromLeader::Rebuild]);
    bench.leader.state_checked(found);
    assert_eq!(catch_up(&mut bench), []);
    assert!(bench.leader.image().is_some());
}

#[test]
fn a_state_of_another_log_is_not_taken_for_this_ones_before_it_is_emptied() {
    let folder = Folder::new();
    let mut bench = folder.bench();
    bench.commit(A, &["a"]);
    catch_up(&mut bench);
    drop(bench);
    let file = Connection::open(folder.state()).unwrap();
    let another = "UPDATE __livestore_state_head SET lineage = lineage + 1";
    assert_eq!(file.execute(another, ()).unwrap(), 1);
    let lineage = || -> i64 {
        let sql = "SELECT lineage FROM __livestore_state_head";
        file.query_row(sql, (), |row| row.get(0)).unwrap()
    };
    let before = lineage();
    let mut bench = folder.bench();
    assert!(bench.leader.image().is_none());
    // A disk that refuses to empty it leaves it like this to the next leader.
    assert_eq!(lineage(), before);
    assert_eq!(catch_up(&mut bench), []);
    assert!(bench.leader.image().is_some());
    assert_eq!(lineage(), before - 1);
}
