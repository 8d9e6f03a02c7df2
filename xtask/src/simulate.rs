//! `cargo xtask simulate`: plays seeds of the simulation on all cores.
//!
//! What is played, and what must hold, is the business of the crate `livestore-simulation`.

use std::process::ExitCode;

use crate::{
    failure::Result,
    process,
    setup::{self, Needs},
    workspace::Workspace,
};

/// Builds the simulation with its own profile and passes the arguments on.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode> {
    let needs = Needs {
        lints: false,
        web: false,
        browser: false,
        npm: false,
        postgres: false,
    };
    let prepared = setup::prepare(workspace, needs)?;
    let mut command = prepared.shell.command("cargo");
    command
        .args(["run", "--quiet", "--profile", "simulate"])
        .args([
            "--package",
            "livestore-simulation",
            "--bin",
            "simulate",
            "--",
        ])
        .args(arguments);
    process::say("playing seeds");
    let succeeded = process::watch(&mut command, |_| {})?;
    Ok(if succeeded {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
