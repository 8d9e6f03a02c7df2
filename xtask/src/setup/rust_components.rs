//! rustfmt and clippy, for the toolchain in use.

use std::{env, path::Path};

use crate::{
    failure::{Failure, Result},
    process::{self, Shell},
};

/// Makes sure that rustfmt and clippy are there.
pub(super) fn prepare(shell: &Shell) -> Result<()> {
    let sysroot = process::output(shell.command("rustc").args(["--print", "sysroot"]))?;
    let programs = Path::new(sysroot.trim()).join("bin");
    let there = |name: &str| {
        let file = programs.join(format!("{name}{}", env::consts::EXE_SUFFIX));
        process::is_program(&file)
            || (shell.which("rustup").is_none() && shell.which(name).is_some())
    };
    if ["rustfmt", "cargo-fmt", "cargo-clippy"]
        .into_iter()
        .all(there)
    {
        return Ok(());
    }
    process::say("adding rustfmt and clippy with rustup (usually 10 s)");
    process::run(shell.command("rustup").args(["component", "add", "rustfmt", "clippy"])).map_err(|e| {
        Failure::new(format!(
            "rustfmt or clippy is missing ({e}); install them with\n\n    rustup component add rustfmt clippy\n\nand run this again"
        ))
    })
}
