//! The system's package manager: installs packages where that needs no password, else gives the command to type.

use std::process::{Command, Stdio};

use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
};

/// What one thing is called by the package managers.
#[derive(Debug, Clone)]
pub(super) struct Packages {
    /// What it is, for people.
    pub(super) what: &'static str,
    /// How long an installation usually takes.
    pub(super) takes: &'static str,
    /// Debian's and Ubuntu's packages.
    pub(super) apt: Vec<String>,
    /// Homebrew's arguments after `brew install`.
    pub(super) brew: &'static str,
    /// Fedora's packages.
    pub(super) dnf: &'static str,
    /// Arch's packages.
    pub(super) pacman: &'static str,
}

impl Packages {
    /// Installs the packages, or fails with the command that does.
    pub(super) fn install(&self, shell: &Shell) -> Result<()> {
        let by_hand = || {
            Failure::new(format!(
                "{} is missing and can't be installed automatically here; install it with\n\n    {}\n\nand run this again",
                self.what,
                self.command_line(shell)
            ))
        };
        if let Some(apt) = Apt::find(shell) {
            process::say(&format!(
                "installing {} with apt-get (usually {})",
                self.what, self.takes
            ));
            return apt
                .install(&self.apt)
                .map_err(|e| Failure::new(format!("{e}\n{}", by_hand())));
        }
        // Casks may ask for a password, formulas don't.
        if shell.which("brew").is_some() && !self.brew.starts_with("--cask") {
            process::say(&format!(
                "installing {} with Homebrew (usually {})",
                self.what, self.takes
            ));
            return process::run(
                shell
                    .command("brew")
                    .arg("install")
                    .args(self.brew.split(' ')),
            );
        }
        Err(by_hand())
    }

    fn command_line(&self, shell: &Shell) -> String {
        let has = |program| shell.which(program).is_some();
        if has("apt-get") {
            format!("sudo apt-get install {}", self.apt.join(" "))
        } else if has("brew") {
            format!("brew install {}", self.brew)
        } else if has("dnf") {
            format!("sudo dnf install {}", self.dnf)
        } else if has("pacman") {
            format!("sudo pacman -S {}", self.pacman)
        } else {
            format!(
                "your package manager (on Debian: apt-get install {})",
                self.apt.join(" ")
            )
        }
    }
}

/// apt-get, where we may use it without being asked for a password.
#[derive(Debug)]
pub(super) struct Apt<'a> {
    shell: &'a Shell,
    sudo: bool,
}

impl<'a> Apt<'a> {
    /// apt-get, if it is there and we are root or sudo asks for no password.
    pub(super) fn find(shell: &'a Shell) -> Option<Self> {
        shell.which("apt-get")?;
        let id = process::output(shell.command("id").arg("-u")).ok()?;
        let sudo = id.trim() != "0";
        if sudo {
            process::output(shell.command("sudo").args(["-n", "true"])).ok()?;
        }
        Some(Self { shell, sudo })
    }

    /// A command that runs as root.
    pub(super) fn as_root(&self, program: &str) -> Command {
        if !self.sudo {
            return self.shell.command(program);
        }
        let mut command = self.shell.command("sudo");
        command.args(["-n", program]);
        command
    }

    /// Installs packages, refreshing the package lists if that is what it takes.
    pub(super) fn install(&self, packages: &[String]) -> Result<()> {
        // Without package lists, or with outdated ones, the first attempt fails: that is no news for anybody.
        if process::output(&mut self.installation(packages)).is_ok() {
            return Ok(());
        }
        self.refresh()?;
        process::run(self.installation(packages).stdout(Stdio::null()))
    }

    fn installation(&self, packages: &[String]) -> Command {
        let mut command = self.as_root("env");
        command
            .args([
                "DEBIAN_FRONTEND=noninteractive",
                "apt-get",
                "install",
                "-y",
                "-qq",
            ])
            .arg("--no-install-recommends")
            .args(packages);
        command
    }

    /// Fetches the package lists.
    pub(super) fn refresh(&self) -> Result<()> {
        process::say("refreshing apt's package lists (usually 10 s)");
        process::run(
            self.as_root("apt-get")
                .args(["update", "-qq"])
                .stdout(Stdio::null()),
        )
    }
}

/// The newest `PREFIX-NUMBER` among apt's packages; `None` also without apt or without package lists.
pub(super) fn newest_numbered(shell: &Shell, prefix: &str) -> Option<u32> {
    let pattern = format!("^{prefix}-[0-9]+$");
    let found =
        process::output(
            shell
                .command("apt-cache")
                .args(["search", "--names-only", &pattern]),
        )
        .ok()?;
    found
        .lines()
        .filter_map(|line| number_after(prefix, line.split_whitespace().next()?))
        .max()
}

/// The number in a name such as `clang-22`.
pub(super) fn number_after(prefix: &str, name: &str) -> Option<u32> {
    name.strip_prefix(prefix)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_names_give_their_number_and_others_none() {
        assert_eq!(number_after("clang", "clang-22"), Some(22));
        assert_eq!(number_after("clang", "clang-format"), None);
        assert_eq!(number_after("clang", "clang"), None);
        assert_eq!(number_after("clang", "clang-cpp-22"), None);
    }
}
