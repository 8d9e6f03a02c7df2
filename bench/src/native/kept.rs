//! Steps on stores that are kept in files, each in a process of its own.

use std::{env, path::Path, process::Command, time::Duration};

use futures::executor::block_on;
use livestore_bench_scenarios::{
    Samples,
    kept::{self, Place, Step, Version},
};
use livestore_core::adapter::Native as Files;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{IMPLEMENTATION, Native};
use crate::{failure::Failure, kept::Steps};

/// What this program calls itself with for a step.
pub(crate) const STEP: &str = "step";

/// Starts processes; `TMPDIR` decides on which disk their files are.
pub(super) struct Processes {
    files: TempDir,
}

impl Processes {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            files: tempfile::tempdir()?,
        })
    }
}

impl Steps for Processes {
    const IMPLEMENTATION: &'static str = IMPLEMENTATION;

    async fn step(
        &mut self,
        store: &str,
        version: Version,
        step: Step,
        _: Duration,
    ) -> Result<Samples, Failure> {
        let output = Command::new(env::current_exe()?)
            .arg(STEP)
            .arg(self.files.path())
            .arg(serde_json::to_string(&(store, version, step))?)
            .output()?;
        if !output.status.success() {
            return Err(Failure::Process(
                String::from_utf8_lossy(&output.stderr).into_owned(),
            ));
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

/// Carries out a step and prints what it gave: what the program started for a step does.
pub(crate) fn run_step(mut arguments: impl Iterator<Item = String>) -> Result<(), Failure> {
    let (Some(folder), Some(task)) = (arguments.next(), arguments.next()) else {
        return Err(Failure::Usage("a step wants a folder and a task"));
    };
    let (store, version, step): (String, Version, Step) = serde_json::from_str(&task)?;
    let host = Native::new();
    let failed = |source| Failure::Scenario {
        scenario: store.clone(),
        source,
    };
    let samples = match step {
        Step::FloorBoot(..) | Step::FloorCommit(..) => {
            let open = |name: &str| open(Path::new(&folder), &store, name);
            kept::run_floor(&host, &open, step).map_err(failed)?
        }
        _ => {
            let adapter = Files::file(&folder);
            let place = Place {
                store: &store,
                version,
                adapter: &adapter,
            };
            let open = block_on(kept::run(&host, place, step)).map_err(failed)?;
            let samples = open.samples.clone();
            match step {
                // Nothing that comes after this may be needed for the commits to be there.
                Step::Commit(..) => std::mem::forget(open),
                _ => block_on(open.close()).map_err(failed)?,
            }
            samples
        }
    };
    println!("{}", serde_json::to_string(&samples)?);
    Ok(())
}

/// Opens a file of a store as the adapter does.
fn open(folder: &Path, store: &str, name: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(folder.join(store).join(name))?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
    Ok(connection)
}
