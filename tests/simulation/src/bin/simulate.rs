//! Plays seeds of the simulation; started by `cargo xtask simulate`.

use std::{process::ExitCode, time::Instant};

use livestore_simulation::{BUGS, Bug, Counts, run, run_all};

/// What is asked for on the command line.
struct Options {
    from: u64,
    seeds: u64,
    one: bool,
    bug: Option<Bug>,
    whole: bool,
    keep_going: bool,
}

fn main() -> ExitCode {
    let options = match parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
    };
    if options.one {
        let outcome = run(options.from, options.bug);
        if options.whole {
            outcome
                .trace
                .lines()
                .iter()
                .for_each(|line| println!("{line}"));
        }
        println!("{outcome}\n\n{}", outcome.counts);
        return exit(outcome.failure.is_none());
    }
    let start = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut counts, mut played, mut failed) = (Counts::default(), 0_u64, Vec::new());
    run_all(
        options.from..options.from + options.seeds,
        options.bug,
        threads,
        |outcome| {
            counts.merge(&outcome.counts);
            played += 1;
            if let Some(failure) = &outcome.failure {
                if options.keep_going {
                    println!(
                        "seed {}: {}",
                        outcome.seed,
                        failure.to_string().lines().next().unwrap_or_default()
                    );
                } else {
                    println!("{outcome}");
                }
                failed.push(outcome.seed);
            }
            options.keep_going || failed.is_empty()
        },
    );
    failed.sort_unstable();
    println!(
        "\n{counts}\n{played} seeds in {:.1} s, {} failed {failed:?}",
        start.elapsed().as_secs_f64(),
        failed.len()
    );
    exit(failed.is_empty())
}

fn exit(success: bool) -> ExitCode {
    if success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn parse(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options {
        from: 0,
        seeds: 1_000,
        one: false,
        bug: None,
        whole: false,
        keep_going: false,
    };
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| format!("`{word}` wants a value"))
        };
        let number = |text: String| {
            text.parse()
                .map_err(|_| format!("`{text}` is not a number"))
        };
        match word.as_str() {
            "--seeds" => options.seeds = number(value()?)?,
            "--from" => options.from = number(value()?)?,
            "--seed" => {
                options.from = number(value()?)?;
                options.one = true;
            }
            "--bug" => {
                let name = value()?;
                let bug = BUGS.iter().find(|bug| format!("{bug:?}") == name);
                options.bug =
                    Some(*bug.ok_or_else(|| {
                        format!("there is no bug `{name}`; the bugs are: {BUGS:?}")
                    })?);
            }
            "--trace" => options.whole = true,
            "--keep-going" => options.keep_going = true,
            _ => return Err(format!("`{word}` is not understood here")),
        }
    }
    Ok(options)
}
