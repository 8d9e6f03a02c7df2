//! SQLite: besides what every engine does, processes that die and files that are not as they were left.

use std::{
    fs,
    io::{BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use livestore_server::storage::{Appended, EventStore, SqliteStore, StorageError};
use tempfile::TempDir;

use crate::{
    conformance::{Place, conformance},
    events::{all_facts, assert_chain, chain, log, store},
};

/// Where the child process keeps its store.
const CHILD: &str = "LIVESTORE_TEST_CHILD";
const DATABASE: &str = "events.db";

#[derive(Debug)]
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Place for Folder {
    async fn open(&self) -> Arc<dyn EventStore> {
        Arc::new(SqliteStore::open(self.path()).unwrap())
    }
}

conformance!(super::Folder::new());

/// Not a test: the process that the tests below kill.
#[tokio::test]
#[ignore = "is started by other tests"]
async fn child_that_appends_until_it_is_killed() {
    let folder = std::env::var_os(CHILD).expect("another test has set where");
    let engine = SqliteStore::open(folder).unwrap();
    let name = store("s");
    let info = engine.open(&name).await.unwrap();
    let mut head = info.head;
    println!("\nhead {head}");
    loop {
        let outcome = engine
            .append(&name, &info.backend_id, head, &chain(head, 50))
            .await;
        assert_eq!(outcome.unwrap(), Appended::Done);
        head += 50;
        println!("head {head}");
    }
}

fn child(folder: &Path) -> std::process::Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::child_that_appends_until_it_is_killed"])
        .args(["--ignored", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_killed_process_leaves_everything_it_was_told_is_durable() {
    let folder = Folder::new();
    let mut least = 0;
    for round in 0..6 {
        let mut child = child(folder.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = None;
        // Not at the same point each time.
        for _ in 0..=round * 3 {
            told = lines
                .by_ref()
                .map(Result::unwrap)
                .find_map(|line| line.strip_prefix("head ")?.parse::<u64>().ok());
        }
        let told = told.expect("the child tells its head until it is killed");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(told >= least, "{told} after {least}");

        let engine = folder.open().await;
        let page = log(&*engine, &store("s")).await;
        assert!(
            page.store.head >= told,
            "lost {told}, has {}",
            page.store.head
        );
        assert_eq!(page.store.head % 50, 0, "a piece of a batch");
        assert_eq!(page.events.len() as u64, page.store.head);
        assert_chain(&page.events);
        least = page.store.head;
    }
    assert!(least >= 50);
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_who_has_the_folder() {
    let folder = Folder::new();
    let mut child = child(folder.path());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .find(|line| line.as_ref().unwrap().starts_with("head "))
        .unwrap()
        .unwrap();
    let error = SqliteStore::open(folder.path()).unwrap_err();
    let id = child.id();
    child.kill().unwrap();
    child.wait().unwrap();
    let StorageError::Unusable { place, reason } = &error else {
        panic!("{error}");
    };
    assert_eq!(**place, *folder.path().to_string_lossy());
    assert!(reason.contains(&format!("process {id} ")), "{reason}");
    // The system has unlocked it.
    SqliteStore::open(folder.path()).unwrap();
}

#[tokio::test]
async fn a_second_engine_of_this_process_is_refused_until_the_first_is_dropped() {
    let folder = Folder::new();
    let first = SqliteStore::open(folder.path()).unwrap();
    assert!(SqliteStore::open(folder.path()).is_err());
    let clone = first.clone();
    drop(first);
    assert!(SqliteStore::open(folder.path()).is_err());
    drop(clone);
    SqliteStore::open(folder.path()).unwrap();
}

#[tokio::test]
async fn dropping_the_engine_finishes_what_was_asked_for() {
    let folder = Folder::new();
    let engine = Arc::new(SqliteStore::open(folder.path()).unwrap());
    let name = store("s");
    let info = engine.open(&name).await.unwrap();
    let events = chain(0, 5_000);
    let mut append = engine.append(&name, &info.backend_id, 0, &events);
    // Polled once, then forgotten.
    assert!(futures::poll!(&mut append).is_pending());
    drop(append);
    drop(engine);
    let page = log(&*folder.open().await, &name).await;
    assert_eq!(all_facts(&page.events), all_facts(&events));
}

#[tokio::test]
async fn files_of_others_and_of_the_future_are_left_alone() {
    let folder = Folder::new();
    let path = folder.path().join(DATABASE);
    let refusal = || {
        let error = SqliteStore::open(folder.path()).unwrap_err();
        assert!(matches!(error, StorageError::Unusable { .. }), "{error}");
        assert!(error.to_string().contains(DATABASE), "{error}");
        error.to_string()
    };

    fs::write(
        &path,
        "these are my notes, not a database, but as long as a header of one".repeat(9),
    )
    .unwrap();
    assert!(refusal().contains("not a database"));
    fs::remove_file(&path).unwrap();

    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE mine (x)").unwrap();
    assert!(refusal().contains("another program's"));
    drop(connection);
    fs::remove_file(&path).unwrap();

    drop(SqliteStore::open(folder.path()).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    assert!(refusal().contains("99"));
}

#[tokio::test]
async fn damage_names_the_store_it_is_in_and_leaves_the_others() {
    let folder = Folder::new();
    let engine = folder.open().await;
    let (whole, torn) = (store("whole"), store("torn"));
    for name in [&whole, &torn] {
        let info = engine.open(name).await.unwrap();
        engine
            .append(name, &info.backend_id, 0, &chain(0, 2_000))
            .await
            .unwrap();
    }
    drop(engine);
    // The last pages are full of the second store's events.
    let path = folder.path().join(DATABASE);
    let mut file = fs::File::options().write(true).open(&path).unwrap();
    file.seek(SeekFrom::End(-5 * 4096)).unwrap();
    file.write_all(&[0xAA; 4 * 4096]).unwrap();
    drop(file);

    let engine = folder.open().await;
    let page = engine.page(&torn, 0, crate::events::ALL).await;
    let error = page.expect_err("a page of garbage was read");
    assert!(
        matches!(&error, StorageError::Damaged { store, .. } if **store == *"torn"),
        "{error}"
    );
    assert!(error.to_string().contains("`torn`"), "{error}");
    let page = log(&*engine, &whole).await;
    assert_eq!(all_facts(&page.events), all_facts(&chain(0, 2_000)));
    let outcome = engine
        .append(&whole, &page.store.backend_id, 2_000, &chain(2_000, 1))
        .await;
    assert_eq!(outcome.unwrap(), Appended::Done);
}

#[tokio::test]
async fn arguments_that_are_not_json_any_more_name_the_store() {
    let folder = Folder::new();
    let engine = folder.open().await;
    let name = store("s");
    let info = engine.open(&name).await.unwrap();
    engine
        .append(&name, &info.backend_id, 0, &chain(0, 3))
        .await
        .unwrap();
    drop(engine);
    let connection = rusqlite::Connection::open(folder.path().join(DATABASE)).unwrap();
    connection
        .execute("UPDATE events SET args = '{' WHERE seq = 2", ())
        .unwrap();
    drop(connection);
    let error = folder
        .open()
        .await
        .page(&name, 0, crate::events::ALL)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, StorageError::Damaged { store, .. } if **store == *"s"),
        "{error}"
    );
}

#[tokio::test]
async fn an_append_that_cannot_be_written_does_not_take_its_neighbours_with_it() {
    let folder = Folder::new();
    let engine = folder.open().await;
    let (good, bad) = (store("good"), store("bad"));
    let (id, bad_id) = (
        engine.open(&good).await.unwrap().backend_id,
        engine.open(&bad).await.unwrap().backend_id,
    );
    drop(engine);
    // An event where the head says that there is none.
    let connection = rusqlite::Connection::open(folder.path().join(DATABASE)).unwrap();
    let stray = "INSERT INTO events SELECT key, 3, 2, 'x', NULL, 'c', 's', 0 FROM stores WHERE name = 'bad'";
    assert_eq!(connection.execute(stray, ()).unwrap(), 1);
    drop(connection);
    let engine = folder.open().await;
    let events = chain(0, 5);
    // Polled together, they wait for the writer together, round after round.
    for after in (0..100).step_by(5) {
        let more = chain(after, 5);
        let (good, bad) = futures::join!(
            engine.append(&good, &id, after, &more),
            engine.append(&bad, &bad_id, 0, &events),
        );
        assert_eq!(good.unwrap(), Appended::Done);
        assert!(matches!(bad, Err(StorageError::Damaged { .. })), "{bad:?}");
    }
    assert_eq!(log(&*engine, &good).await.events.len(), 100);
    assert_eq!(engine.open(&bad).await.unwrap().head, 0);
}
