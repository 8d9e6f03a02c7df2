//! The server under load, a process of its own.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use crate::options::Options;

/// A server that ends with this.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    pub(crate) async fn start(options: &Options) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let own = format!("sqlite:{}", folder.path().display());
        let mut process = Command::new(&options.server)
            .args(["--listen", "127.0.0.1:0", "--log", "warn"])
            .args([
                "--max-frames-per-second",
                "1000000",
                "--max-connections",
                "100000",
            ])
            .args(["--max-connections-per-store", "100000"])
            .args(["--storage", options.storage.as_deref().unwrap_or(&own)])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let output = process.stdout.take().expect("its output is piped");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it says where it listens");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .expect("it says where it listens");
        Self {
            process,
            url: url.to_owned(),
            _folder: folder,
        }
    }

    /// Its resident memory in bytes; 0 where the system does not tell.
    pub(crate) fn memory(&self) -> usize {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<usize>().ok());
        kib.unwrap_or(0) * 1024
    }
}
