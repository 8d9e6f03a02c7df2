//! The server program, and its sudden ends.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Stdio},
};

/// A server on a folder and a port that stay.
pub(crate) struct Server {
    process: Option<Child>,
    port: u16,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let mut server = Self {
            process: None,
            port,
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        server.run().await;
        server
    }

    pub(crate) fn url(&self, store: &str) -> String {
        format!("ws://127.0.0.1:{}/?storeId={store}&transport=ws", self.port)
    }

    /// Starts the program and waits until it listens.
    pub(crate) async fn run(&mut self) {
        let mut process = Command::new(env!("CARGO_BIN_EXE_livestore-server"))
            .args([
                "--listen",
                &format!("127.0.0.1:{}", self.port),
                "--log",
                "warn",
            ])
            .args([
                "--storage",
                &format!("sqlite:{}", self.folder.path().display()),
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let output = process.stdout.take().expect("its output is piped");
        self.process = Some(process);
        let listening = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map(|_| line)
        });
        let line = listening.await.expect("it is read").expect("it is read");
        assert!(line.starts_with("listening on"), "the server says `{line}`");
    }

    /// Kills the program as a power cut would: it does not hear of it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("it is killed");
            process.wait().expect("it is gone");
        }
    }
}
