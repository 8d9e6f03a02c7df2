//! The benchmark program: `livestore-bench native|server|browser [SCENARIO…]`.
//!
//! It prints a JSON line per figure to standard output and, at the end, a table with floors and targets to standard
//! error. `SCENARIO` is the beginning of a name; without one, everything runs. What the scenarios do is in
//! `livestore-bench-scenarios`.

mod browser;
mod bundle;
mod failure;
mod kept;
mod native;
mod places;
mod server;
mod table;
mod targets;

use std::{env, io::Write as _, process::ExitCode};

use livestore_bench_scenarios::{Line, Selection};

use crate::failure::Failure;

const USAGE: &str = "usage: livestore-bench native|server|browser [SCENARIO…]";

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let outcome = match (arguments.next().as_deref(), arguments) {
        (Some("native"), rest) => measure(native::run, rest),
        (Some("server"), rest) => measure(server::run, rest),
        (Some("browser"), rest) => measure(browser::run, rest),
        (Some(native::COLD_STORE), _) => native::run_cold_store(),
        (Some(native::COLD_FLOOR), _) => native::run_cold_floor(),
        (Some(native::STEP), rest) => native::run_step(rest),
        _ => Err(Failure::Usage(USAGE)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Where the lines go as soon as they are there.
type Sink<'a> = &'a mut dyn FnMut(Vec<Line>);

fn measure(
    run: fn(&Selection, Sink<'_>) -> Result<(), Failure>,
    arguments: impl Iterator<Item = String>,
) -> Result<(), Failure> {
    let mut all = Vec::new();
    let outcome = run(&Selection::new(arguments), &mut |lines| {
        lines.iter().for_each(print);
        all.extend(lines);
    });
    if !all.is_empty() {
        eprintln!("\n{}", table::render(&all));
    }
    outcome
}

fn print(line: &Line) {
    let json = serde_json::to_string(line).expect("a line has a JSON form");
    let mut out = std::io::stdout().lock();
    // Whoever closed the pipe wants no more lines.
    let _ = writeln!(out, "{json}").and_then(|()| out.flush());
}
