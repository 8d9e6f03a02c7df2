//! Throw-away PostgreSQL servers for tests and benchmarks: each with its own data in a temporary folder, and
//! reached by a socket in it, so that they don't meet.
//!
//! Where the programs are is in `programs`, what new servers start from in `template`. The servers write as durably as any: what is tested is what is used.

#![warn(missing_docs)]

mod programs;
mod template;

use std::{
    fs, io,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use programs::Programs;
use tempfile::TempDir;
use tokio_postgres::NoTls;

/// How long a start may take on a busy machine.
const START: Duration = Duration::from_secs(60);
/// Runs a server until its standard input says so or ends, which it does however the test process ends; then
/// the server is stopped as if it had crashed, and its folder removed unless the word is to keep it.
const KEEPER: &str = r#"
folder=$1
shift
"$@" >>"$folder/log" 2>&1 &
server=$!
read -r word
kill -QUIT "$server"
wait "$server"
if [ "$word" != keep ]; then rm -rf "$folder"; fi
"#;

/// A server.
#[derive(Debug)]
pub struct Cluster {
    programs: Programs,
    folder: PathBuf,
    /// `None` while it is stopped.
    keeper: Mutex<Option<Child>>,
    databases: AtomicU64,
}

impl Cluster {
    /// Returns the server that the tests of this process share.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL on this machine or it does not start.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts a server, for tests that stop it. It ends with this process at the latest.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL on this machine or it does not start.
    pub fn start() -> Self {
        let programs = Programs::find();
        let folder =
            TempDir::with_prefix("livestore-postgres-").expect("a temporary folder can be made");
        template::copy(&programs, &folder.path().join("data"));
        programs.hand_over(folder.path());
        let cluster = Self {
            programs,
            // From here on the keeper removes it.
            folder: folder.keep(),
            keeper: Mutex::new(None),
            databases: AtomicU64::new(0),
        };
        cluster.start_again();
        cluster
    }

    /// Makes a database and returns its address.
    ///
    /// # Panics
    ///
    /// If the server does not run.
    pub async fn database(&self) -> String {
        let name = format!("test{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let (client, connection) = tokio_postgres::connect(&self.address("postgres"), NoTls)
            .await
            .expect("the server runs");
        let driver = tokio::spawn(connection);
        client
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .expect("a database can be made");
        drop(client);
        // Its error would be that of the statement.
        let _ = driver.await;
        self.address(&name)
    }

    /// Returns the address of a database of this server.
    pub fn address(&self, database: &str) -> String {
        format!(
            "host={} user=postgres dbname={database}",
            self.folder.display()
        )
    }

    /// Stops the server as a crash would, if it runs; the data stay.
    pub fn crash(&self) {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keeper) = keeper.take() {
            end(keeper, Some("keep\n"));
        }
    }

    /// Starts the server, which is stopped, on the data that are there.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn start_again(&self) {
        let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(keeper.is_none(), "it runs");
        let server = self.programs.command("postgres");
        let mut command = Command::new("sh");
        command
            .args(["-c", KEEPER, "keeper"])
            .arg(&self.folder)
            .arg(server.get_program())
            .args(server.get_args())
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-c", "listen_addresses=", "-c"])
            .arg(format!("unix_socket_directories={}", self.folder.display()))
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            // It outlives the test by a moment, and who reads the test's output must not wait for that.
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        *keeper = Some(command.spawn().expect("a shell can be started"));
        self.wait_until_ready();
    }

    fn wait_until_ready(&self) {
        let start = Instant::now();
        loop {
            // The last line of the file says so.
            let state = fs::read_to_string(self.folder.join("data/postmaster.pid"));
            if state.is_ok_and(|state| state.lines().nth(7).map(str::trim) == Some("ready")) {
                return;
            }
            assert!(
                start.elapsed() < START,
                "PostgreSQL has not started: {}",
                fs::read_to_string(self.folder.join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let keeper = self
            .keeper
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        match keeper.take() {
            Some(keeper) => end(keeper, None),
            // Whoever stopped it told to keep the folder.
            None => drop(fs::remove_dir_all(&self.folder)),
        }
    }
}

/// Ends a server by closing its keeper's input, after a word.
fn end(mut keeper: Child, word: Option<&str>) {
    if let Some(mut input) = keeper.stdin.take()
        && let Some(word) = word
    {
        // If the keeper is gone, so is the server.
        let _ = io::Write::write_all(&mut input, word.as_bytes());
    }
    let _ = keeper.wait();
}
