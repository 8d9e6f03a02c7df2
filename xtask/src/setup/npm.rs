//! The npm packages of the tests, each set in a folder of its own in `.tools`.

use std::{fs, path::PathBuf};

use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    workspace::Workspace,
};

/// A set of packages.
#[derive(Debug)]
pub(super) struct Packages {
    /// The folder's name.
    name: &'static str,
    /// What they are, for messages.
    what: &'static str,
    /// Where in the workspace they are named.
    manifest: &'static str,
}

/// LiveStore for TypeScript, which the tests run beside our clients.
pub(super) const INTEROP: Packages = Packages {
    name: "interop",
    what: "LiveStore for TypeScript",
    manifest: "tests/interop/node/package.json",
};

/// What finds accessibility problems in a page.
pub(super) const AXE: Packages = Packages {
    name: "axe",
    what: "axe-core",
    manifest: "tests/axe/package.json",
};

/// Makes sure that the packages are there, and says where.
///
/// Without node, `None`: the tests that want them say so.
pub(super) fn prepare(
    workspace: &Workspace,
    shell: &Shell,
    packages: &Packages,
) -> Result<Option<PathBuf>> {
    let Packages {
        name,
        what,
        manifest,
    } = packages;
    let own = workspace.tools().join(name);
    let wanted = workspace.root().join(manifest);
    let wanted = fs::read(&wanted)
        .map_err(|error| Failure::new(format!("{}: {error}", wanted.display())))?;
    // It is copied last, so what it says is installed.
    let installed = own.join("installed.json");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(Some(own));
    }
    if shell.which("node").is_none() || shell.which("npm").is_none() {
        eprintln!("no node and npm here: the tests with {what} will fail");
        return Ok(None);
    }
    process::say(&format!(
        "installing {what} into .tools with npm (usually less than 1 min)"
    ));
    let written =
        fs::create_dir_all(&own).and_then(|()| fs::write(own.join("package.json"), &wanted));
    written.map_err(|error| Failure::new(format!("{}: {error}", own.display())))?;
    let mut command = shell.command("npm");
    command
        .args([
            "install",
            "--no-fund",
            "--no-audit",
            "--loglevel=error",
            // The packages' ranges of each other's versions contradict each other.
            "--legacy-peer-deps",
            "--prefix",
        ])
        .arg(&own);
    process::run(&mut command)?;
    fs::write(&installed, &wanted)
        .map_err(|error| Failure::new(format!("{}: {error}", installed.display())))?;
    Ok(Some(own))
}
