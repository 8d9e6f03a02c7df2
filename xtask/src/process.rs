//! Running other programs: with the workspace's tools on the path and without what cargo told *us*.

use std::{
    env,
    ffi::{OsStr, OsString},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    failure::{Failure, Result},
    workspace::Workspace,
};

/// How child processes are started: where, with which tools and with which Rust toolchain.
#[derive(Debug, Clone)]
pub(crate) struct Shell {
    root: PathBuf,
    path: OsString,
    toolchain: Option<String>,
    variables: Vec<(String, OsString)>,
}

impl Shell {
    /// Starts processes in the workspace's top folder, its own tools first on the path.
    pub(crate) fn new(workspace: &Workspace) -> Result<Self> {
        let tools = workspace.tools();
        let own = [tools.join("bin"), tools.join("npm/node_modules/.bin")];
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path = env::join_paths(own.into_iter().chain(env::split_paths(&inherited)))
            .map_err(|e| Failure::new(format!("cannot put the workspace's tools on PATH: {e}")))?;
        Ok(Self {
            root: workspace.root().to_path_buf(),
            path,
            toolchain: None,
            variables: Vec::new(),
        })
    }

    /// From here on every child uses this rustup toolchain.
    pub(crate) fn use_toolchain(&mut self, name: &str) {
        self.toolchain = Some(name.to_owned());
    }

    /// From here on every child sees this variable.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.variables.push((name.to_owned(), value.into()));
    }

    /// A command that is ready for arguments.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", &self.path);
        // `cargo xtask` describes the xtask crate in its child's environment; a build must not see that.
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            let about_us = name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
            if about_us || name == "CARGO" || name == "CARGO_BIN_NAME" {
                command.env_remove(name.as_ref());
            }
        }
        // The proxy that started us fixed a toolchain, which may not be the one to go on with.
        if let Some(name) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", name);
            command.env_remove("RUSTUP_TOOLCHAIN_SOURCE");
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// The file that is started when this program is called by its name; a path stands for itself.
    pub(crate) fn which(&self, program: &str) -> Option<PathBuf> {
        env::split_paths(&self.path)
            .map(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)))
            .find(|file| is_program(file))
    }

    /// Every program on the path whose name passes the test.
    pub(crate) fn programs(&self, test: impl Fn(&str) -> bool) -> Vec<String> {
        env::split_paths(&self.path)
            .filter_map(|folder| folder.read_dir().ok())
            .flatten()
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| test(name))
            .collect()
    }
}

/// Whether this is a file that can be started.
pub(crate) fn is_program(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata()
            .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        file.is_file()
    }
}

/// Runs a command, its output going to the terminal; an unsuccessful end is a failure.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().map_err(|e| not_started(command, &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!(
            "`{}` failed ({status})",
            display(command)
        )))
    }
}

/// Runs a command quietly; gives what it wrote to its standard output, or fails with what it wrote to its error output.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| not_started(command, &e))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!(
        "`{}` failed ({}): {}",
        display(command),
        output.status,
        said.trim()
    )))
}

/// Runs a command, passing each line of its standard output on to the terminal and to `line`; says whether it succeeded.
pub(crate) fn watch(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|e| not_started(command, &e))?;
    let lost =
        |e: std::io::Error| Failure::new(format!("lost the output of `{}`: {e}", display(command)));
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while reader.read_until(b'\n', &mut bytes).map_err(lost)? > 0 {
            std::io::stdout().write_all(&bytes).map_err(lost)?;
            line(&String::from_utf8_lossy(&bytes));
            bytes.clear();
        }
    }
    Ok(child.wait().map_err(lost)?.success())
}

/// Becomes the command where the system can do that, so that signals reach it; else runs it to its end.
pub(crate) fn become_command(command: &mut Command) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(not_started(command, &error))
    }
    #[cfg(not(unix))]
    {
        run(command)
    }
}

/// Tells the person at the terminal what happens now.
pub(crate) fn say(message: &str) {
    eprintln!("\n==> {message}");
}

/// The command as one would type it.
pub(crate) fn display(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot start `{}`: {error}", display(command)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn watching_a_command_sees_every_line_and_how_it_ended() {
        let mut lines = Vec::new();
        let ok = watch(
            Command::new("sh").args(["-c", "echo one; echo two; exit 3"]),
            |line| {
                lines.push(line.trim().to_owned());
            },
        )
        .unwrap();
        assert_eq!(lines, ["one", "two"]);
        assert!(!ok);
    }

    #[test]
    fn a_failed_command_names_itself_and_what_it_said() {
        let failure =
            output(Command::new("sh").args(["-c", "echo bad luck >&2; exit 1"])).unwrap_err();
        let message = failure.to_string();
        assert!(message.contains("sh -c"), "{message}");
        assert!(message.contains("bad luck"), "{message}");
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = run(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(failure.to_string().contains("no-such-program-here"));
    }

    #[test]
    fn children_do_not_see_which_crate_we_are() {
        let shell = Shell::new(&Workspace::find().unwrap()).unwrap();
        let seen = output(&mut shell.command("env")).unwrap();
        assert!(!seen.contains("CARGO_PKG_NAME="), "{seen}");
    }
}
