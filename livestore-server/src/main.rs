//! `livestore-server`: the sync backend as a program.

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("livestore-server: {failure}");
            ExitCode::FAILURE
        }
    }
}
