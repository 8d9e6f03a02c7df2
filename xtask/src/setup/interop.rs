//! LiveStore for TypeScript, which the tests run beside our clients: npm packages, in `.tools`.

use std::{fs, path::PathBuf};

use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    workspace::Workspace,
};

/// Makes sure that the packages are there, and says where.
///
/// Without node, `None`: the tests that want it say so.
pub(super) fn prepare(workspace: &Workspace, shell: &Shell) -> Result<Option<PathBuf>> {
    let own = workspace.tools().join("interop");
    let wanted = workspace.root().join("tests/interop/node/package.json");
    let wanted = fs::read(&wanted)
        .map_err(|error| Failure::new(format!("{}: {error}", wanted.display())))?;
    // It is copied last, so what it says is installed.
    let installed = own.join("installed.json");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(Some(own));
    }
    if shell.which("node").is_none() || shell.which("npm").is_none() {
        eprintln!("no node and npm here: the tests with LiveStore for TypeScript will fail");
        return Ok(None);
    }
    process::say("installing LiveStore for TypeScript into .tools with npm (usually 1 min)");
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
