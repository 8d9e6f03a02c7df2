//! The wasm32-unknown-unknown target: its standard library and a linker, for the toolchain that everything is built with.
//!
//! rustup installs it. Where rustup can't reach its server, `debian_rust` builds it from the distribution's sources.

use std::{fs, io::Write, process::Stdio};

use super::debian_rust;
use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    workspace::Workspace,
};

/// The target's name.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that a program for wasm32 can be built.
pub(super) fn prepare(workspace: &Workspace, shell: &mut Shell) -> Result<()> {
    if links(workspace, shell, "rustc") || debian_rust::adopt(workspace, shell) {
        return Ok(());
    }
    let refused = match add_with_rustup(shell) {
        Ok(()) if links(workspace, shell, "rustc") => return Ok(()),
        Ok(()) => "rustup added it, but rustc can't link a program for it".to_owned(),
        Err(failure) => first_error(&failure.to_string()),
    };
    // Another toolchain of the user's own making is theirs to complete.
    let by_distribution = is_unreachable(&refused) || debian_rust::is_active();
    if by_distribution && debian_rust::prepare(workspace, shell, &refused)? {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the {TARGET} target is missing: {refused}\n\nInstall it with\n\n    rustup target add {TARGET}\n\nand run this again"
    )))
}

/// Whether this rustc turns a small program into a wasm file.
pub(super) fn links(workspace: &Workspace, shell: &Shell, rustc: &str) -> bool {
    compile(workspace, shell, rustc, &["--emit=link"])
}

/// Whether this rustc has a standard library of its own making for wasm32, be there a linker or not.
pub(super) fn has_std(workspace: &Workspace, shell: &Shell, rustc: &str) -> bool {
    compile(workspace, shell, rustc, &["--emit=metadata"])
}

fn compile(workspace: &Workspace, shell: &Shell, rustc: &str, emit: &[&str]) -> bool {
    let folder = workspace.target().join("xtask");
    if fs::create_dir_all(&folder).is_err() {
        return false;
    }
    let child = shell
        .command(rustc)
        .args([
            "--target",
            TARGET,
            "--crate-name",
            "probe",
            "--edition",
            "2024",
            "-",
        ])
        .args(emit)
        .arg("--out-dir")
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // A rustc that ends early shows in its exit status.
        let _ = stdin.write_all(b"fn main() {}");
    }
    child.wait().is_ok_and(|status| status.success())
}

fn add_with_rustup(shell: &Shell) -> Result<()> {
    if shell.which("rustup").is_none() {
        return Err(Failure::new("there is no rustup on this machine"));
    }
    process::say(&format!(
        "adding the {TARGET} target with rustup (usually 10 s)"
    ));
    process::output(shell.command("rustup").args(["target", "add", TARGET])).map(drop)
}

/// Whether rustup's complaint is about its server, and not about the toolchain.
fn is_unreachable(complaint: &str) -> bool {
    complaint.contains("download")
}

/// The line of a tool's output that says what went wrong.
fn first_error(message: &str) -> String {
    message
        .lines()
        .find_map(|line| line.trim().strip_prefix("error: "))
        .unwrap_or(message)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_found_in_what_rustup_says() {
        let said = "`rustup target add` failed: info: x\nerror: component download failed for rust-std\n\nCaused by:\n  0: y";
        assert_eq!(first_error(said), "component download failed for rust-std");
        assert_eq!(first_error("no rustup"), "no rustup");
    }

    #[test]
    fn only_a_failed_download_calls_for_another_source() {
        assert!(is_unreachable(
            "component download failed for rust-std-wasm32-unknown-unknown"
        ));
        assert!(!is_unreachable(
            "toolchain 'mine' does not support components"
        ));
    }
}
