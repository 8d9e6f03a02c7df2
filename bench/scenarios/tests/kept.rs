//! Every step on a kept store is carried out once, with all its assertions.

#![cfg(not(target_arch = "wasm32"))]

use std::{path::Path, time::Instant};

use futures::executor::block_on;
use livestore_bench_scenarios::{
    Failure, Host, LocalFuture, Samples,
    kept::{self, Boot, MISSING, Pace, Place, Step, Version},
};
use livestore_core::adapter::Native;
use rusqlite::Connection;

const TODOS: usize = 1_500;

struct Clock(Instant);

impl Host for Clock {
    fn implementation(&self) -> &str {
        "test"
    }

    fn now(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1_000.0
    }

    fn rest(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Carries out a step on a store, which is then closed.
fn run(folder: &Path, store: &str, version: Version, step: Step) -> Result<Samples, Failure> {
    let adapter = Native::file(folder);
    let place = Place {
        store,
        version,
        adapter: &adapter,
    };
    block_on(async {
        let open = kept::run(&Clock(Instant::now()), place, step).await?;
        let samples = open.samples.clone();
        open.close().await?;
        Ok(samples)
    })
}

fn run_floor(folder: &Path, store: &str, step: Step) -> Result<Samples, Failure> {
    let folder = folder.join(store);
    std::fs::create_dir_all(&folder)?;
    let open = |name: &str| Connection::open(folder.join(name));
    kept::run_floor(&Clock(Instant::now()), &open, step)
}

#[test]
fn a_filled_store_boots_from_its_state_and_from_its_log() -> Result<(), Failure> {
    let files = tempfile::tempdir()?;
    let step = |version, step| run(files.path(), "boot", version, step);
    step(Version::This, Step::Fill(TODOS))?;
    let settled = step(Version::This, Step::Settle(TODOS))?;
    assert_eq!(settled.get(MISSING), Some(0.0));
    step(Version::This, Step::Boot(TODOS, Boot::Stored))?;
    run_floor(files.path(), "boot", Step::FloorBoot(TODOS, Boot::Stored))?;
    for version in [Version::Next, Version::This] {
        step(version, Step::Boot(TODOS, Boot::Rebuild))?;
        run_floor(files.path(), "boot", Step::FloorBoot(TODOS, Boot::Rebuild))?;
    }
    Ok(())
}

#[test]
fn a_boot_of_another_number_of_todos_or_from_another_state_is_refused() -> Result<(), Failure> {
    let files = tempfile::tempdir()?;
    let step = |version, step| run(files.path(), "boot", version, step);
    step(Version::This, Step::Fill(TODOS))?;
    assert!(step(Version::This, Step::Boot(TODOS + 1, Boot::Stored)).is_err());
    assert!(step(Version::Next, Step::Boot(TODOS, Boot::Stored)).is_err());
    assert!(
        run_floor(
            files.path(),
            "boot",
            Step::FloorBoot(TODOS + 1, Boot::Stored)
        )
        .is_err()
    );
    Ok(())
}

#[test]
fn what_was_committed_is_read_back() -> Result<(), Failure> {
    let files = tempfile::tempdir()?;
    for (store, pace) in [("one", Pace::OneByOne), ("all", Pace::AtOnce)] {
        let step = |step| run(files.path(), store, Version::This, step);
        step(Step::Commit(TODOS, pace))?;
        step(Step::Check(TODOS))?;
        assert!(step(Step::Check(TODOS - 1)).is_err());
        run_floor(files.path(), store, Step::FloorCommit(TODOS, pace))?;
    }
    run_floor(files.path(), "tabs", Step::FloorCrossTab(TODOS))?;
    Ok(())
}

#[test]
fn a_held_list_has_all_todos() -> Result<(), Failure> {
    let files = tempfile::tempdir()?;
    run(files.path(), "held", Version::This, Step::Hold(TODOS)).map(drop)
}
