//! Other processes: refused while one has the store, killed at any moment.

use std::{
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use futures::executor::block_on;
use livestore_core::{adapter::Native, prelude::*};

use super::Folder;
use crate::{
    fixture::{created, schema, todos},
    testing::test,
};

const DIRECTORY: &str = "LIVESTORE_TEST_DIRECTORY";
const COMMITS: &str = "LIVESTORE_TEST_COMMITS";

/// Another process that has the store open; killed when dropped.
struct Other {
    process: Child,
    output: BufReader<ChildStdout>,
}

impl Other {
    /// Starts it; it then commits that many events, one by one.
    fn start(directory: &Path, commits: usize) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "native::processes::as_another_process"])
            .arg("--nocapture")
            .env(DIRECTORY, directory)
            .env(COMMITS, commits.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut other = Self { process, output };
        assert_eq!(other.says().as_deref(), Some("open"));
        other
    }

    /// The next thing it says of the store; nothing once it has ended.
    fn says(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // The test harness talks too, and its line may have no end.
            if let Some((_, said)) = line.split_once("store: ") {
                return said.strip_suffix('\n').map(str::to_owned);
            }
        }
    }

    /// Kills it and returns what it had said and nobody had read.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::iter::from_fn(|| self.says()).collect()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn say(what: &str) {
    println!("store: {what}");
    std::io::stdout().flush().unwrap();
}

/// What the other tests run in a process of its own; by itself it has nothing to do.
#[test]
fn as_another_process() {
    let Ok(directory) = std::env::var(DIRECTORY) else {
        return;
    };
    let commits: usize = std::env::var(COMMITS).unwrap().parse().unwrap();
    let opening = Store::builder(schema()).adapter(Native::file(directory));
    let store = block_on(opening.open("test")).unwrap();
    say("open");
    for _ in 0..commits {
        let id = new_id();
        block_on(store.commit(created(&id, "")).unwrap().persisted()).unwrap();
        say(&id);
    }
    // Until it is killed, or who started it is gone.
    let _ = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn a_second_process_is_refused_and_told_who_has_the_store() {
    let folder = Folder::new();
    let other = Other::start(folder.path(), 0);
    let refused = block_on(folder.builder(schema()).open("test")).unwrap_err();
    let message = refused.to_string();
    let process = format!("process {} has", other.process.id());
    assert!(message.contains(&process), "{message}");
    assert!(message.contains("one process at a time"), "{message}");
    other.kill();
    folder.open();
}

#[test]
fn a_process_that_was_refused_may_open_another_store_of_the_directory() {
    let folder = Folder::new();
    let _other = Other::start(folder.path(), 0);
    let store = block_on(folder.builder(schema()).open("another")).unwrap();
    store.commit(created("a", "")).unwrap();
}

#[test]
fn item_04_what_was_persisted_when_the_process_was_killed_is_all_there() {
    let folder = Folder::new();
    let mut persisted = Vec::new();
    for round in 1..=4 {
        let mut other = Other::start(folder.path(), 100_000);
        for _ in 0..round * 17 {
            persisted.push(other.says().unwrap());
        }
        persisted.extend(other.kill());
        let store = folder.open();
        let found: Vec<_> = todos(&store).into_iter().map(|todo| todo.id).collect();
        for id in &persisted {
            assert!(found.contains(id), "{id} of {}", persisted.len());
        }
        // Only what was under way may be there as well.
        assert!(found.len() <= persisted.len() + round, "{}", found.len());
        assert_eq!(store.head().global as usize, found.len());
        super::close(store);
        folder.wait_until_closed();
    }
}
