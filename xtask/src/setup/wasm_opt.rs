//! wasm-opt, which makes release builds smaller: from the path, or from the npm package `binaryen`.
//!
//! Without npm, trunk downloads its own when it needs one.

use crate::{
    failure::Result,
    process::{self, Shell},
    version::{self, Version},
    workspace::Workspace,
};

const BINARYEN: &str = "132.0.0";
/// Older ones don't know the wasm features that today's compilers use.
const AT_LEAST: Version = Version::new(120, 0, 0);

/// Makes sure that there is a recent wasm-opt, as far as that is ours to do.
pub(super) fn prepare(workspace: &Workspace, shell: &Shell) -> Result<()> {
    let own = workspace.tools().join("npm");
    // Starting the npm package's wasm-opt takes a second; that it is there is enough.
    if own.join("node_modules/.bin/wasm-opt").is_file() {
        return Ok(());
    }
    let said = process::output(shell.command("wasm-opt").arg("--version")).unwrap_or_default();
    let found = version::in_output(&said).and_then(Version::parse);
    if found.is_some_and(|version| version >= AT_LEAST) {
        return Ok(());
    }
    if shell.which("npm").is_none() {
        eprintln!(
            "no wasm-opt and no npm here: trunk will download wasm-opt for the first release build"
        );
        return Ok(());
    }
    process::say(&format!(
        "installing wasm-opt {BINARYEN} into .tools with npm (usually 20 s)"
    ));
    let mut command = shell.command("npm");
    command
        .args([
            "install",
            "--no-fund",
            "--no-audit",
            "--loglevel=error",
            "--no-save",
            "--prefix",
        ])
        .arg(&own)
        .arg(format!("binaryen@{BINARYEN}"));
    process::run(&mut command)
}
