//! `cargo xtask bench`: starts the benchmark program, and builds the page that it opens in a browser.
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
/// The variable that tells the benchmark program where the built page is.
const PAGE: &str = "LIVESTORE_BENCH_PAGE";

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
            "--release",
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
        if let Some(browser) = &prepared.browser {
            browser.describe_to(&mut command);
        }
    }
    process::say(&format!("running the {part} benchmarks"));
    process::run(&mut command)
}
