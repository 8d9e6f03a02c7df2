//! `cargo xtask build-server`: the sync server as one deploys it.

use crate::{
    arguments,
    failure::Result,
    process,
    setup::{self, Needs},
    workspace::Workspace,
};

const PACKAGE: &str = "livestore-server";
/// The workspace's release profile is for the size of a download; this one is for speed, and for panics that end
/// a task instead of the program.
const PROFILE: &str = "server";

/// Builds the server and says where it is.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    arguments::none(arguments)?;
    let prepared = setup::prepare(workspace, Needs::BUILD)?;
    process::say("building the sync server (the first time usually 3 to 6 min)");
    let mut command = prepared.shell.command("cargo");
    command.args(["build", "--package", PACKAGE, "--profile", PROFILE]);
    process::run(&mut command)?;
    let program = workspace.program(PACKAGE, PROFILE);
    println!("the sync server is built: {}", program.display());
    Ok(())
}
