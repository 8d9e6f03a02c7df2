//! The sync server beside an app that is served: built, started, and ended with trunk.

use std::{
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{ChildStdin, Command, Stdio},
};

use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    workspace::{App, Workspace},
};

const PACKAGE: &str = "livestore-server";
/// What the server says once it can be reached, before its address.
const LISTENING: &str = "listening on ws://";

/// A server that runs until its standard input ends.
#[derive(Debug)]
pub(super) struct SyncServer {
    address: String,
    input: ChildStdin,
}

impl SyncServer {
    /// Builds the server and starts it for an app that is seen at `port` of this machine.
    pub(super) fn start(
        workspace: &Workspace,
        shell: &Shell,
        app: &App,
        port: u16,
    ) -> Result<Self> {
        process::say("building the sync server (the first time usually 1 to 3 min)");
        process::run(shell.command("cargo").args(["build", "--package", PACKAGE]))?;
        let storage = storage(workspace, app);
        let mut command = shell.command(workspace.program(PACKAGE, "debug"));
        // What is set for a server elsewhere is not meant for this one.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("LIVESTORE_") {
                command.env_remove(name);
            }
        }
        command
            .args(["serve", "--end-with-input", "--listen", "127.0.0.1:0"])
            .arg(format!("--storage=sqlite:{}", storage.display()))
            .arg(format!("--origins={}", origins(port)))
            .arg("--log=warn")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let not_started = |reason: &str| {
            Failure::new(format!(
                "the sync server {reason}; `--no-sync` serves the app without it"
            ))
        };
        let mut child = command
            .spawn()
            .map_err(|error| not_started(&format!("cannot be started: {error}")))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(not_started("has no pipes"));
        };
        let Some(address) = read_address(output) else {
            drop(input);
            let ended = child
                .wait()
                .map_or(String::new(), |status| format!(" ({status})"));
            return Err(not_started(&format!("did not start{ended}")));
        };
        eprintln!("what is synced is kept in {}", storage.display());
        Ok(Self { address, input })
    }

    /// Has trunk pass what comes to `/sync` on to the server, which ends when trunk does.
    pub(super) fn go_with(self, trunk: &mut Command) {
        trunk
            .args(["--proxy-ws", "--proxy-rewrite=/sync"])
            .arg(format!("--proxy-backend=ws://{}/", self.address))
            // Trunk reads nothing. The pipe's end closes when trunk's process ends, however that comes.
            .stdin(Stdio::from(self.input));
    }
}

/// Where an app's stores are kept, until somebody removes what was built.
fn storage(workspace: &Workspace, app: &App) -> PathBuf {
    workspace.target().join("serve").join(&app.name)
}

/// The pages that may connect: trunk's own. It does not tell the server which host they asked for.
fn origins(port: u16) -> String {
    ["127.0.0.1", "localhost", "[::1]"]
        .map(|host| format!("http://{host}:{port}"))
        .join(",")
}

/// Waits until the server says where it is.
fn read_address(output: impl Read) -> Option<String> {
    let mut lines = BufReader::new(output).lines().map_while(|line| line.ok());
    lines.find_map(|line| line.strip_prefix(LISTENING).map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_ends_has_no_address() {
        let said = "something\nlistening on ws://127.0.0.1:41233\n";
        assert_eq!(
            read_address(said.as_bytes()).as_deref(),
            Some("127.0.0.1:41233")
        );
        assert_eq!(read_address(&b"error: no\n"[..]), None);
    }

    #[test]
    fn pages_of_this_machine_may_connect_by_each_of_its_names() {
        assert_eq!(
            origins(8081),
            "http://127.0.0.1:8081,http://localhost:8081,http://[::1]:8081"
        );
    }
}
