//! One browser with its own profile.

use std::{
    env, fs,
    panic::Location,
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel,
    WebDriver, WindowHandle,
};

use crate::{Failure, wait};

const VARIABLE: &str = "CHROMIUM";
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
const ARGUMENTS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1000,900",
];
/// How long one command may take: a page load on a busy machine, at worst.
const COMMAND: Duration = Duration::from_secs(60);

/// A browser, with a tab for the test; it is killed when dropped. [`Session::quit`] ends it the polite way.
#[derive(Debug)]
pub struct Session {
    driver: WebDriver,
    // The window that stays when a test's own windows are closed.
    base: WindowHandle,
    process: Option<Pid>,
    profile: PathBuf,
}

/// How Chromium says so.
const ASKED_IN_VAIN: &str = "Blocked attempt to show a 'beforeunload' confirmation panel";

impl Session {
    pub(super) async fn open(driver_url: &str, profile: &Path) -> Result<Self, Failure> {
        // A proxy for the outside world has no business between the test and its browser.
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(COMMAND)
            .build()
            .expect("this client needs no set-up");
        let driver = WebDriver::builder(driver_url, capabilities(profile)?)
            .client(client)
            .await?;
        let process = driver
            .capabilities()
            .get("goog:processID")
            .and_then(Value::as_i64)
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        let base = driver.window().await?;
        Ok(Self {
            driver,
            base,
            process,
            profile: profile.to_owned(),
        })
    }

    /// Returns the client for this browser's commands.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Returns the address at which the browser takes commands of its own debugging protocol.
    pub fn devtools(&self) -> Result<String, Failure> {
        // A line with the port, and one with the path.
        let written = fs::read_to_string(self.profile.join("DevToolsActivePort"))?;
        Ok(format!(
            "ws://127.0.0.1:{}",
            written.trim_end().replace('\n', "")
        ))
    }

    /// Returns the browser's processes, where the system lists them in `/proc`.
    pub fn processes(&self) -> Vec<i32> {
        let all = self.process.map(family).unwrap_or_default();
        all.into_iter()
            .map(|process| process.as_raw_nonzero().get())
            .collect()
    }

    /// Ends the browser, and lets it finish writing its files.
    pub async fn quit(mut self) -> Result<(), Failure> {
        self.driver.clone().quit().await?;
        self.process = None;
        Ok(())
    }

    /// Kills the browser and everything it has started, in the middle of whatever they do, and waits until all of it
    /// has ended: on a busy machine a page could still write files that the next browser reads.
    pub(super) async fn kill(self) -> Result<(), Failure> {
        let Some(browser) = self.process else {
            return Ok(());
        };
        let mut stopped = Vec::new();
        loop {
            let mut found = family(browser);
            found.retain(|process| !stopped.contains(process));
            if found.is_empty() {
                break;
            }
            for process in &found {
                // What stands still starts no process that would be overlooked. Fails only if it has ended already.
                let _ = kill_process(*process, Signal::STOP);
            }
            stopped.append(&mut found);
        }
        for process in &stopped {
            let _ = kill_process(*process, Signal::KILL);
        }
        wait::until(
            Location::caller(),
            COMMAND,
            "the killed browser's processes to end",
            async || Ok(stopped.iter().filter(|process| runs(**process)).count()),
            |running| *running == 0,
        )
        .await?;
        Ok(())
    }

    /// Opens a new tab and makes it the current one.
    pub async fn open_tab(&self) -> Result<WindowHandle, Failure> {
        // The current one may have been closed, or have crashed.
        self.driver.switch_to_window(self.base.clone()).await?;
        let tab = self.driver.new_tab().await?;
        self.driver.switch_to_window(tab.clone()).await?;
        Ok(tab)
    }

    /// Brings the browser back to where it was when it had started: no tab, and nothing stored for `origin`.
    pub async fn clean_up(&self, origin: &str) -> Result<(), Failure> {
        for window in self
            .driver
            .windows()
            .await?
            .into_iter()
            .filter(|window| *window != self.base)
        {
            self.driver.switch_to_window(window).await?;
            self.driver.close_window().await?;
        }
        self.driver.switch_to_window(self.base.clone()).await?;
        self.driver
            .cdp()
            .storage()
            .clear_all_data_for_origin(origin)
            .await?;
        self.console_errors().await?;
        Ok(())
    }

    /// Returns the errors that pages have logged to the console since the last call.
    ///
    /// That a page would have asked before it was left, had a person touched it, is none: a driver goes on sooner than
    /// what was just committed is persisted.
    pub async fn console_errors(&self) -> Result<Vec<String>, Failure> {
        let entries = self.driver.browser_log().await?;
        Ok(entries
            .into_iter()
            .filter(|entry| entry.level == "SEVERE" && !entry.message.contains(ASKED_IN_VAIN))
            .map(|entry| entry.message)
            .collect())
    }

    /// Writes a picture of the page to a file.
    pub async fn screenshot(&self, file: &Path) -> Result<(), Failure> {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(self.driver.screenshot(file).await?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The client would otherwise ask the driver to end the session, and wait for that. Fails only after `quit`.
        let _ = self.driver.clone().leak();
        if let Some(process) = self.process {
            // Fails only if it has ended already. The browser's own children end with it.
            let _ = kill_process(process, Signal::KILL);
        }
    }
}

/// Returns a process and, where the system lists them in `/proc`, those that descend from it.
fn family(process: Pid) -> Vec<Pid> {
    let children: Vec<(Pid, Pid)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let (id, _, parent) = stat(&entry.ok()?.path())?;
            Some((Pid::from_raw(parent)?, Pid::from_raw(id)?))
        })
        .collect();
    let mut family = vec![process];
    let mut next = 0;
    while let Some(parent) = family.get(next).copied() {
        family.extend(
            children
                .iter()
                .filter(|(of, _)| *of == parent)
                .map(|(_, id)| *id),
        );
        next += 1;
    }
    family
}

/// Whether a process does anything, where the system says so in `/proc`. One that has ended stays listed until its parent
/// has asked for its end; and its first thread may have ended before the others.
fn runs(process: Pid) -> bool {
    fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero()))
        .into_iter()
        .flatten()
        .filter_map(|thread| stat(&thread.ok()?.path()))
        .any(|(_, state, _)| !matches!(state, 'Z' | 'X'))
}

/// Reads a process's or thread's own number, what it is doing, and its parent's number.
fn stat(folder: &Path) -> Option<(i32, char, i32)> {
    // "123 (a name, maybe with spaces) S 45 …"
    let stat = fs::read_to_string(folder.join("stat")).ok()?;
    let (id, rest) = stat.split_once(" (")?;
    let mut rest = rest.rsplit_once(") ")?.1.split(' ');
    let state = rest.next()?.chars().next()?;
    Some((id.parse().ok()?, state, rest.next()?.parse().ok()?))
}

fn capabilities(profile: &Path) -> Result<ChromeCapabilities, Failure> {
    let mut capabilities = DesiredCapabilities::chrome();
    if let Some(program) = program() {
        capabilities.set_binary(&program.to_string_lossy())?;
    }
    for argument in ARGUMENTS {
        capabilities.add_arg(argument)?;
    }
    capabilities.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::Severe)?;
    Ok(capabilities)
}

/// Finds the browser's program; without one the driver looks at the places it knows.
fn program() -> Option<PathBuf> {
    if let Some(program) = env::var_os(VARIABLE) {
        return Some(PathBuf::from(program));
    }
    let path = env::var_os("PATH")?;
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    NAMES.iter().find_map(|name| {
        folders
            .iter()
            .map(|folder| folder.join(name))
            .find(|file| file.is_file())
    })
}
