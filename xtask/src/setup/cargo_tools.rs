//! trunk and the wasm-bindgen tools: programs that cargo installs.
//!
//! wasm-bindgen's tools must have exactly the version of the library in `Cargo.lock`; for trunk any release from the
//! tried one on will do. What is on the path in the right version is used, everything else goes into `.tools/bin`.

use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    version::{self, Version},
    workspace::Workspace,
};

const TRUNK: &str = "0.22.0-beta.1";
const TRUNK_AT_LEAST: Version = Version::new(0, 22, 0);

/// Makes sure that trunk and the wasm-bindgen tools are there.
pub(super) fn prepare(workspace: &Workspace, shell: &Shell) -> Result<()> {
    let lock = workspace.lock_file()?;
    let wasm_bindgen = version::in_lock_file(&lock, "wasm-bindgen")
        .ok_or_else(|| Failure::new("Cargo.lock names no version of wasm-bindgen"))?;
    let has_wasm_bindgen = ["wasm-bindgen", "wasm-bindgen-test-runner"]
        .into_iter()
        .all(|tool| installed(shell, tool).as_deref() == Some(wasm_bindgen));
    if !has_wasm_bindgen {
        process::say(&format!(
            "installing wasm-bindgen {wasm_bindgen} into .tools (usually 2 to 4 min)"
        ));
        install(
            workspace,
            shell,
            "1",
            &["wasm-bindgen-cli", "--version", wasm_bindgen],
        )?;
    }
    let trunk = installed(shell, "trunk").and_then(|found| Version::parse(&found));
    if trunk.is_none_or(|found| found < TRUNK_AT_LEAST) {
        process::say(&format!(
            "installing trunk {TRUNK} into .tools (usually 5 to 15 min)"
        ));
        let plain = ["--no-default-features", "--features", "rustls"];
        install(
            workspace,
            shell,
            "0",
            &[&["trunk", "--version", TRUNK], &plain[..]].concat(),
        )?;
    }
    Ok(())
}

fn installed(shell: &Shell, tool: &str) -> Option<String> {
    let said = process::output(shell.command(tool).arg("--version")).ok()?;
    version::in_output(&said).map(str::to_owned)
}

/// Installs a tool, optimised so far. trunk only waits for others; wasm-bindgen goes through megabytes of wasm.
fn install(workspace: &Workspace, shell: &Shell, level: &str, what: &[&str]) -> Result<()> {
    let command = |locked: bool| {
        let mut command = shell.command("cargo");
        command
            .args(["install", "--force"])
            .args(what)
            .args(locked.then_some("--locked"))
            .arg("--root")
            .arg(workspace.tools())
            .env("CARGO_TARGET_DIR", workspace.target().join("tools"))
            // Compiling them fast is worth more than fast code.
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        command
    };
    if process::run(&mut command(true)).is_ok() {
        return Ok(());
    }
    // A registry mirror may not have the very versions that the tool was released with.
    process::say("again, without the tool's own lock file");
    process::run(&mut command(false))
}
