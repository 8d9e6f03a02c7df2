//! `cargo xtask test`: which suites run, in which order, and how the whole ends.
//!
//! What a suite does is in `suites`, the figures in `count` and `report`.

mod count;
mod report;
mod suites;

use std::process::ExitCode;

use crate::{
    arguments,
    failure::Result,
    setup::{self, Needs},
    workspace::Workspace,
};
use report::Summary;
use suites::Suite;

/// What is asked for on the command line.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    suites: Vec<Suite>,
    /// For the test programs.
    arguments: Vec<String>,
}

/// Prepares the machine and runs the suites; a failing one does not keep the later ones from running.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode> {
    let options = Options::parse(arguments)?;
    let any = |suites: &[Suite]| options.suites.iter().any(|suite| suites.contains(suite));
    let needs = Needs {
        lints: any(&[Suite::Lint]),
        web: any(&[Suite::Lint, Suite::Wasm, Suite::EndToEnd]),
        browser: any(&[Suite::Wasm, Suite::EndToEnd]),
        npm: any(&[Suite::Native, Suite::EndToEnd]),
        postgres: any(&[Suite::Native]),
    };
    let prepared = setup::prepare(workspace, needs)?;
    let runner = suites::Runner {
        workspace,
        prepared: &prepared,
        arguments: &options.arguments,
    };
    let mut summary = Summary::default();
    for suite in &options.suites {
        runner.run(*suite, &mut summary);
    }
    print!("\n{summary}");
    Ok(if summary.is_success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut words = arguments.iter();
        let mut named = Vec::new();
        for word in words.by_ref().take_while(|word| *word != "--") {
            named.push(Suite::named(word).ok_or_else(|| arguments::unknown(word))?);
        }
        let in_order = Suite::ALL.into_iter();
        Ok(Self {
            suites: in_order
                .filter(|suite| named.is_empty() || named.contains(suite))
                .collect(),
            arguments: words.cloned().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn everything_runs_if_no_suite_is_named() {
        assert_eq!(parse("").unwrap().suites, Suite::ALL);
        assert_eq!(parse("-- part_of_a_name").unwrap().suites, Suite::ALL);
    }

    #[test]
    fn named_suites_run_in_their_own_order_and_with_the_arguments() {
        let options = parse("e2e lint -- toggle --nocapture").unwrap();
        assert_eq!(options.suites, [Suite::Lint, Suite::EndToEnd]);
        assert_eq!(options.arguments, ["toggle", "--nocapture"]);
    }

    #[test]
    fn an_unknown_suite_is_named() {
        assert!(parse("unit").unwrap_err().to_string().contains("`unit`"));
    }
}
