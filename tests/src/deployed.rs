//! An app as it is deployed: one program that serves it and syncs it, with its data in files.

use std::{
    env,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use crate::{Failure, built_app::target};

/// Names the server's program.
const VARIABLE: &str = "LIVESTORE_SERVER";

/// A server with an app, which can be killed and started again; it is killed when dropped.
#[derive(Debug)]
pub struct Deployed {
    app: PathBuf,
    storage: TempDir,
    address: SocketAddr,
    process: Option<Child>,
}

impl Deployed {
    /// Starts a server for the built app in a folder, without any data.
    pub fn start(app: &Path) -> Result<Self, Failure> {
        // Free a moment ago; a port that the system chooses at each start would make another origin.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let mut server = Self {
            app: app.to_owned(),
            storage: tempfile::tempdir()?,
            address,
            process: None,
        };
        server.restart()?;
        Ok(server)
    }

    /// Returns the address of a path, which may have a query and a fragment.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Kills the server in the middle of whatever it does.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Fails only if it has ended already.
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts the server again at the same place, with what it had stored.
    pub fn restart(&mut self) -> Result<(), Failure> {
        self.kill();
        let program = program();
        let not_started = |reason: String| Failure::Program {
            program: program.display().to_string(),
            variable: VARIABLE,
            reason,
        };
        let mut process = Command::new(&program)
            .args(["--listen", &self.address.to_string(), "--log", "warn"])
            .arg(format!(
                "--storage=sqlite:{}",
                self.storage.path().display()
            ))
            .arg("--app")
            .arg(&self.app)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| not_started(error.to_string()))?;
        let output = process.stdout.take();
        // It says where it listens, and then what it serves.
        let lines = output.map(|output| BufReader::new(output).lines().map_while(Result::ok));
        let ready = lines
            .into_iter()
            .flatten()
            .any(|line| line.starts_with("serving "));
        self.process = Some(process);
        if ready {
            return Ok(());
        }
        self.kill();
        Err(not_started("it ended at once".to_owned()))
    }
}

impl Drop for Deployed {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program, as `cargo xtask test e2e` has built it.
fn program() -> PathBuf {
    let name = format!("livestore-server{}", env::consts::EXE_SUFFIX);
    env::var_os(VARIABLE).map_or_else(|| target().join("debug").join(name), PathBuf::from)
}
