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

/// Runs both halves of the benchmarks, or the named one, with the remaining arguments.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let (halves, rest): (&[&str], _) = match arguments.split_first() {
        Some((half, rest)) if half == "native" => (&["native"], rest),
        Some((half, rest)) if half == "browser" => (&["browser"], rest),
        _ => (&["native", "browser"], arguments),
    };
    let prepared = setup::prepare(workspace, Needs::BENCH)?;
    for half in halves {
        run_half(workspace, &prepared, half, rest)?;
    }
    Ok(())
}

fn run_half(
    workspace: &Workspace,
    prepared: &Prepared,
    half: &str,
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
            half,
        ])
        .args(arguments);
    if half == "browser" {
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
    process::say(&format!("running the {half} benchmarks"));
    process::run(&mut command)
}
