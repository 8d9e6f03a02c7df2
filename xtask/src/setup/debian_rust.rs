//! For networks that Rust's release server can't be reached from: Debian's rustc with a self-built wasm32 standard library.
//!
//! Debian ships a current rustc together with the sources of its standard library, but not the library for
//! wasm32-unknown-unknown. It is built once, put where that rustc looks for it, and the toolchain is linked into rustup
//! under a name of our own, which an override selects for this workspace only.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use super::{
    packages::{self, Apt},
    rust_target,
};
use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
    workspace::{self, Workspace},
};

const TOOLCHAIN: &str = "livestore-wasm";
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// Takes the toolchain into use if an earlier run has built it; says whether that was so.
pub(super) fn adopt(workspace: &Workspace, shell: &mut Shell) -> bool {
    let mut candidate = shell.clone();
    candidate.use_toolchain(TOOLCHAIN);
    let linked = process::output(
        shell
            .command("rustup")
            .args(["toolchain", "list", "--quiet"]),
    )
    .is_ok_and(|list| list.lines().any(|line| line.trim() == TOOLCHAIN));
    if !linked
        || !rust_target::links(workspace, &candidate, "rustc")
        || select(workspace, shell).is_err()
    {
        return false;
    }
    *shell = candidate;
    true
}

/// Whether the toolchain is the one in use, complete or not.
pub(super) fn is_active() -> bool {
    env::var("RUSTUP_TOOLCHAIN").is_ok_and(|active| active == TOOLCHAIN)
}

/// Builds and selects the toolchain; says `false` where there is no apt-get, or none of these packages.
pub(super) fn prepare(workspace: &Workspace, shell: &mut Shell, why: &str) -> Result<bool> {
    let Some(apt) = Apt::find(shell) else {
        return Ok(false);
    };
    let known = |shell: &Shell| {
        process::output(shell.command("apt-cache").args(["show", "rustc-web"])).is_ok()
    };
    if !known(shell) {
        apt.refresh()?;
    }
    if !known(shell) {
        return Ok(false);
    }
    process::say(&format!(
        "installing Debian's rustc instead (usually 1 min): {why}"
    ));
    apt.install(&rust_packages(shell))?;
    if !rust_target::has_std(workspace, shell, RUSTC) {
        build_std(workspace, shell, &apt)?;
    }
    if shell.which("rustup").is_some() {
        process::output(
            shell
                .command("rustup")
                .args(["toolchain", "link", TOOLCHAIN, "/usr"]),
        )?;
        select(workspace, shell)?;
        shell.use_toolchain(TOOLCHAIN);
    }
    if rust_target::links(workspace, shell, "rustc") {
        Ok(true)
    } else {
        Err(Failure::new(
            "Debian's rustc is installed, but it can't link a program for wasm32",
        ))
    }
}

fn rust_packages(shell: &Shell) -> Vec<String> {
    let mut list: Vec<String> = [
        "rustc-web",
        "cargo-web",
        "rust-web-src",
        "rust-web-llvm",
        "rust-web-clippy",
        "rustfmt-web",
    ]
    .map(str::to_owned)
    .to_vec();
    // rust-web-llvm calls the lld of exactly the LLVM it depends on.
    let depends = process::output(
        shell
            .command("apt-cache")
            .args(["depends", "rust-web-llvm"]),
    )
    .unwrap_or_default();
    let llvm = depends
        .split_whitespace()
        .find_map(|word| packages::number_after("llvm", word));
    if let Some(number) = llvm {
        list.extend([format!("lld-{number}"), format!("clang-{number}")]);
    }
    list
}

/// Builds the standard library and the test harness with their bitcode, which link-time optimisation needs.
fn build_std(workspace: &Workspace, shell: &Shell, apt: &Apt<'_>) -> Result<()> {
    process::say("building the standard library for wasm32 (usually 1 min)");
    let krate = workspace.tools().join("wasm-std");
    let manifest = "[package]\nname = \"wasm-std\"\nedition = \"2024\"\n\n[workspace]\n";
    workspace::write(&krate.join("Cargo.toml"), manifest)?;
    workspace::write(&krate.join("src/lib.rs"), "")?;
    let target = workspace.target().join("wasm-std");
    // An older compiler's libraries would be copied along.
    let _ = fs::remove_dir_all(&target);
    process::run(
        shell
            .command(CARGO)
            .current_dir(&krate)
            .args([
                "build",
                "--quiet",
                "--release",
                "--target",
                rust_target::TARGET,
            ])
            .arg("-Zbuild-std=std,panic_abort,test")
            .env("CARGO_TARGET_DIR", &target)
            .env("RUSTC", RUSTC)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    )?;
    let libraries = libraries_in(&target.join(rust_target::TARGET).join("release/deps"))?;
    let arguments = ["--print", "target-libdir", "--target", rust_target::TARGET];
    let place = process::output(shell.command(RUSTC).args(arguments))?;
    let place = place.trim();
    process::run(apt.as_root("rm").args(["-rf", place]))?;
    process::run(apt.as_root("mkdir").args(["-p", place]))?;
    process::run(apt.as_root("cp").args(&libraries).arg(place))?;
    // Cargo does not notice that the library below its earlier builds is another one.
    let _ = fs::remove_dir_all(workspace.target().join(rust_target::TARGET));
    Ok(())
}

fn libraries_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|e| Failure::io("list", folder, &e))?;
    let is_library = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".rlib") && !name.starts_with("libwasm_std")
    };
    Ok(entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(is_library)
        .collect())
}

fn select(workspace: &Workspace, shell: &Shell) -> Result<()> {
    let mut command = shell.command("rustup");
    command
        .args(["override", "set", TOOLCHAIN, "--path"])
        .arg(workspace.root());
    process::output(&mut command).map(drop)
}
