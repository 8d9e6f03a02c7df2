//! `cargo xtask build`, and how trunk is started by the other commands.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    arguments,
    failure::Result,
    process::{self, Shell},
    setup::{self, Needs},
    workspace::{App, Workspace},
};

/// Builds the named app for release into its `dist` folder.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let app = workspace.app(arguments::app(arguments)?)?;
    let prepared = setup::prepare(workspace, Needs::SERVE)?;
    let dist = build(&prepared.shell, &app, &[], &app.folder.join("dist"))?;
    println!("{} is built: {}", app.name, dist.display());
    Ok(())
}

/// Builds an app with some of its features for release into a folder, which is given back.
pub(crate) fn build(shell: &Shell, app: &App, features: &[&str], dist: &Path) -> Result<PathBuf> {
    process::say(&format!(
        "building {} for release (the first time usually 4 to 6 min, then under 1 min)",
        app.name
    ));
    let mut command = command(shell, app);
    command.args(["build", "--release", "--dist"]).arg(dist);
    if !features.is_empty() {
        command.args(["--features", &features.join(",")]);
    }
    process::run(&mut command)?;
    Ok(dist.to_path_buf())
}

/// A trunk that works on an app.
pub(crate) fn command(shell: &Shell, app: &App) -> Command {
    let mut command = shell.command("trunk");
    command.current_dir(&app.folder);
    // trunk reads the variable as a truth value and fails on the customary `1`.
    if env::var_os("NO_COLOR").is_some() {
        command.env("NO_COLOR", "true");
    }
    command
}
