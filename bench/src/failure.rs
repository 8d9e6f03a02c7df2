//! What ends the program without figures.

use std::{io, path::PathBuf};

/// Why benchmarks could not be run to their end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The program was called in a way it doesn't know.
    #[error("{0}")]
    Usage(&'static str),
    /// A scenario failed.
    #[error("{scenario}: {source}")]
    Scenario {
        /// Its name.
        scenario: String,
        /// What failed.
        source: livestore_bench_scenarios::Failure,
    },
    /// Something that trunk makes is not there.
    #[error(
        "{folder} holds no built page: `cargo xtask bench` builds it, or `trunk build --release` in the folder above"
    )]
    NotBuilt {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// The page told that it cannot go on.
    #[error("the benchmark page failed: {0}")]
    Page(String),
    /// The page has said nothing for too long.
    #[error("the benchmark page has been silent for {seconds} s{}", said(.console))]
    Silent {
        /// How long.
        seconds: u64,
        /// The errors in the browser's console.
        console: Vec<String>,
    },
    /// A program of its own, started for a run, failed.
    #[error("a run in a process of its own failed: {0}")]
    Process(String),
    /// A leader's stored state stays behind its log.
    #[error("the leader does not store its state to the end")]
    Unsettled,
    /// Browser or driver failed.
    #[error(transparent)]
    Browser(#[from] livestore_tests::Failure),
    /// The driver refused a command.
    #[error("the browser's driver failed: {0}")]
    Driver(String),
    /// A storage engine failed.
    #[error(transparent)]
    Storage(#[from] livestore_server::storage::StorageError),
    /// An engine or a floor did something else than it should.
    #[error("the server's storage: {0}")]
    Server(String),
    /// A floor on SQLite failed.
    #[error("the floor on SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A floor on PostgreSQL failed.
    #[error("the floor on PostgreSQL: {0}")]
    Postgres(#[from] tokio_postgres::Error),
    /// Not JSON, or not the JSON that was expected.
    #[error("unexpected JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A file, folder or socket could not be used.
    #[error(transparent)]
    Io(#[from] io::Error),
}

fn said(console: &[String]) -> String {
    if console.is_empty() {
        return String::new();
    }
    format!("; its console says:\n{}", console.join("\n"))
}
