//! The driver's process: WebDriver commands go to it, and it starts the browsers.

use std::{
    env,
    ffi::OsString,
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::Session;
use crate::Failure;

const VARIABLE: &str = "CHROMEDRIVER";
const START: Duration = Duration::from_secs(30);
/// How long killed browsers may take to be gone.
const END: Duration = Duration::from_secs(2);
/// It takes one port for IPv4 and IPv6, and gives up when the one that is free for IPv4 isn't for IPv6.
const ATTEMPTS: usize = 5;

/// A running chromedriver on a free port; it is killed when dropped.
///
/// It stays in the tests' process group, so that an interrupt from the keyboard reaches it and its browsers too.
#[derive(Debug)]
pub struct Driver {
    process: Child,
    url: String,
    files: TempDir,
    profiles: AtomicUsize,
}

impl Driver {
    /// Starts chromedriver and waits until it takes commands.
    pub fn start() -> Result<Self, Failure> {
        let program = env::var_os(VARIABLE).unwrap_or_else(|| OsString::from("chromedriver"));
        let mut reason = String::new();
        for _ in 0..ATTEMPTS {
            match Self::try_start(&program)? {
                Ok(driver) => return Ok(driver),
                Err(output) => reason = format!("it ended with: {output}"),
            }
        }
        Err(failure(&program, reason))
    }

    /// Returns its output if it ended at once.
    fn try_start(program: &OsString) -> Result<Result<Self, String>, Failure> {
        // Profiles and all else that driver and browsers leave behind.
        let files = tempfile::Builder::new()
            .prefix("livestore-e2e-")
            .tempdir()?;
        let errors = files.path().join("errors");
        let mut process = Command::new(program)
            .arg("--port=0")
            .env("TMPDIR", files.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors)?)
            .spawn()
            .map_err(|error| failure(program, error.to_string()))?;
        let output = process.stdout.take().expect("its standard output is piped");
        let mut driver = Self {
            process,
            url: String::new(),
            files,
            profiles: AtomicUsize::new(0),
        };
        match announcement(output).recv_timeout(START) {
            Ok(Ok(port)) => {
                driver.url = format!("http://127.0.0.1:{port}");
                Ok(Ok(driver))
            }
            Ok(Err(output)) => Ok(Err(format!("{output}{}", fs::read_to_string(errors)?))),
            Err(_) => Err(failure(
                program,
                format!("it was not ready within {START:?}"),
            )),
        }
    }

    /// Opens a browser with a fresh profile.
    pub async fn open(&self) -> Result<Session, Failure> {
        self.open_profile(&self.new_profile()).await
    }

    /// Returns the folder of a fresh profile, which goes when the driver does.
    pub(super) fn new_profile(&self) -> PathBuf {
        let number = self.profiles.fetch_add(1, Ordering::Relaxed);
        self.files.path().join(format!("profile-{number}"))
    }

    /// Opens a browser with a profile that no browser has open.
    pub(super) async fn open_profile(&self, profile: &Path) -> Result<Session, Failure> {
        Session::open(&self.url, profile).await
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Both fail only if it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        // The last of the browsers' processes may still write while they end.
        let start = Instant::now();
        while fs::remove_dir_all(&self.files).is_err()
            && self.files.path().exists()
            && start.elapsed() < END
        {
            thread::sleep(Duration::from_millis(5));
        }
    }
}

fn failure(program: &OsString, reason: String) -> Failure {
    Failure::Program {
        program: program.to_string_lossy().into_owned(),
        variable: VARIABLE,
        reason,
    }
}

/// Sends the port once the driver says it is ready, or all it said if it ended before.
///
/// Reads on after that, so that the driver never waits for its reader.
fn announcement(output: impl Read + Send + 'static) -> mpsc::Receiver<Result<u16, String>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut said = String::new();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            match announced_port(&line) {
                // Nobody listens any more when it took too long; so below.
                Some(port) => drop(sender.send(Ok(port))),
                None => said.extend([&line, "\n"]),
            }
        }
        let _ = sender.send(Err(said));
    });
    receiver
}

/// Reads "ChromeDriver was started successfully on port 41235."
fn announced_port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_line_that_says_the_driver_is_ready() {
        let lines = "Starting ChromeDriver 156.0 on port 0\nOnly local connections are allowed.\n\
                     ChromeDriver was started successfully on port 41235.\n";
        assert_eq!(announcement(lines.as_bytes()).recv(), Ok(Ok(41235)));
    }

    #[test]
    fn what_a_driver_says_that_does_not_start_is_kept() {
        let lines = "Starting ChromeDriver 156.0 on port 0\nport not available. Exiting...\n";
        assert_eq!(
            announcement(lines.as_bytes()).recv(),
            Ok(Err(lines.to_owned()))
        );
    }
}
