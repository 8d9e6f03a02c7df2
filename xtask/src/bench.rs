//! `cargo xtask bench`: starts the benchmark program, and builds the page and the apps that it opens in a browser.
//!
//! What is measured, and how, is the business of the crate `livestore-bench`.

use crate::{
    failure::{Failure, Result},
    process,
    setup::{self, Needs, Prepared},
    trunk,
    workspace::Workspace,
};

const PACKAGE: &str = "livestore-bench";
/// Built for speed, as native programs are; the workspace's release profile is for the size of a download.
const PROFILE: &str = "server";
/// The variable that tells the benchmark program where the built page is.
const PAGE: &str = "LIVESTORE_BENCH_PAGE";
/// The scenarios that measure built apps.
const OF_APPS: [&str; 2] = ["bundle", "tti-cold"];

/// Runs all parts of the benchmarks, or the named one, with the remaining arguments.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (parts, rest): (&[&str], _) = match arguments.split_first() {
        Some((part, rest)) if part == "native" => (&["native"], rest),
        Some((part, rest)) if part == "server" => (&["server"], rest),
        Some((part, rest)) if part == "browser" => (&["browser"], rest),
        _ => (&["native", "server", "browser"], arguments),
    };
    let prepared = setup::prepare(workspace, Needs::BENCH)?;
    for part in parts {
        run_part(workspace, &prepared, part, rest)?;
    }
    Ok(())
}

/// Whether scenarios that measure apps are asked for.
fn is_of_apps(beginning: &str) -> bool {
    OF_APPS
        .iter()
        .any(|family| beginning.starts_with(family) || family.starts_with(beginning))
}

fn build_apps(workspace: &Workspace, prepared: &Prepared) -> Result<()> {
    let bench = |name| workspace.bench_app(name);
    let min = bench("min-app")?;
    let in_memory = min.folder.join("memory").join("dist");
    let builds = [
        (bench("min-baseline")?, None),
        (workspace.app("todomvc")?, None),
        (min.clone(), None),
        (min, Some(in_memory)),
    ];
    for (app, in_memory) in builds {
        let features: &[&str] = if in_memory.is_some() {
            &["memory"]
        } else {
            &[]
        };
        let dist = in_memory.unwrap_or_else(|| app.folder.join("dist"));
        trunk::build(&prepared.shell, &app, features, &dist)?;
    }
    Ok(())
}

fn run_part(
    workspace: &Workspace,
    prepared: &Prepared,
    part: &str,
    arguments: &[String],
) -> Result<()> {
    let mut command = prepared.shell.command("cargo");
    command
        .args([
            "run",
            "--quiet",
            "--profile",
            PROFILE,
            "--package",
            PACKAGE,
            "--",
            part,
        ])
        .args(arguments);
    if part == "browser" {
        let page = workspace
            .bench_page()?
            .ok_or_else(|| Failure::new("this workspace has no benchmark page in bench/page"))?;
        command.env(
            PAGE,
            trunk::build(&prepared.shell, &page, &[], &page.folder.join("dist"))?,
        );
        if arguments.is_empty() || arguments.iter().any(|beginning| is_of_apps(beginning)) {
            build_apps(workspace, prepared)?;
        }
        if let Some(browser) = &prepared.browser {
            browser.describe_to(&mut command);
        }
    }
    process::say(&format!("running the {part} benchmarks"));
    process::run(&mut command)
}
