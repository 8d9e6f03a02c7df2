//! The developer commands, started with `cargo xtask`: set-up, serve, builds, test, bench, simulate, fuzz.
//!
//! This file holds the dispatch and the help; each command has a module, and `setup` prepares the machine for all of them.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod bench;
mod build_server;
mod failure;
mod fuzz;
mod process;
mod serve;
mod setup;
mod simulate;
mod test;
mod trunk;
mod version;
mod workspace;

use std::process::ExitCode;

use failure::{Failure, Result};
use workspace::Workspace;

const HELP: &str = "\
The developer commands of this workspace. Each prepares what is missing on this machine first.

cargo xtask serve [APP] [--port N] [--release] [--open] [--no-sync]
    Builds an app (todomvc, if none is named), serves it and rebuilds it on changes. At `/sync` is a sync server,
    which keeps what it is sent in target/serve/APP.

cargo xtask build-server
    Builds the sync server for deploying, into target/server.

cargo xtask build [APP]
    Builds an app for release into its dist folder.

cargo xtask test [SUITE...] [-- ARGUMENTS]
    Runs every check and test, or only these suites: lint, native, doc, ssr, wasm, e2e.
    ARGUMENTS go to the test programs, for example a part of a test's name.

cargo xtask bench [native|server|browser] [ARGUMENTS]
    Runs the benchmarks, or one part of them. ARGUMENTS are beginnings of scenarios' names, such as `boot-`.

cargo xtask simulate [--seeds N] [--from SEED] [--keep-going] [--seed SEED [--trace]] [--bug NAME]
    Plays seeds of the deterministic simulation on all cores (1000 from 0, unless told otherwise) until
    one fails, or a single one. A bug is a deliberate fault in the engine, which must be found.

cargo xtask fuzz [TARGET...] [--runs N]
    Gives malformed input to the server (frames, bytes, requests, messages; 1000000 each, unless told
    otherwise), led by what code it reaches, and keeps what reached new code in the corpus.

cargo xtask setup
    Only prepares the machine.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<ExitCode> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    if matches!(command, "help" | "-h" | "--help")
        || rest.iter().any(|a| a == "-h" || a == "--help")
    {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let workspace = Workspace::find()?;
    match command {
        "serve" => serve::run(&workspace, rest)?,
        "build" => trunk::run(&workspace, rest)?,
        "build-server" => build_server::run(&workspace, rest)?,
        "test" => return test::run(&workspace, rest),
        "bench" => bench::run(&workspace, rest)?,
        "simulate" => return simulate::run(&workspace, rest),
        "fuzz" => fuzz::run(&workspace, rest)?,
        "setup" => {
            arguments::none(rest)?;
            setup::prepare(&workspace, setup::Needs::ALL)?;
        }
        _ => {
            return Err(Failure::new(format!(
                "there is no command `{command}`\n\n{HELP}"
            )));
        }
    }
    Ok(ExitCode::SUCCESS)
}
