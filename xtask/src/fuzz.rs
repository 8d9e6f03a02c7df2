//! `cargo xtask fuzz`: libFuzzer on the ways into the server.
//!
//! What is fuzzed, and what must hold, is in `livestore-server/tests/malformed`; the programs are in
//! `livestore-server/fuzz`, built here with the compiler's coverage on. What `cargo fuzz` does besides needs a nightly
//! compiler, and is not needed: no code of ours is unsafe.

#[path = "../../livestore-server/tests/malformed/corpus.rs"]
mod corpus;

use std::{fs, path::Path, process::Command};

use crate::{
    arguments,
    failure::{Failure, Result},
    process,
    setup::{self, Needs},
    workspace::Workspace,
};

const TARGETS: [&str; 4] = ["frames", "bytes", "requests", "messages"];
const RUNS: u64 = 1_000_000;
/// Longer inputs are slower and reach nothing more.
const LONGEST: u32 = 4096;
/// Coverage as libFuzzer wants it.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// What is asked for on the command line.
#[derive(Debug, PartialEq, Eq)]
struct Options {
    targets: Vec<&'static str>,
    runs: u64,
}

/// Builds the fuzzers, runs them one after the other, and takes what they found worth keeping into the corpus.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    let prepared = setup::prepare(workspace, Needs::BUILD)?;
    let command = |program: &str| prepared.shell.command(program);
    let host = host(command("rustc"))?;
    let built = workspace.target().join("fuzz");
    let mut build = command("cargo");
    build
        .args(["build", "--release", "--bins", "--target", &host])
        .args(["--manifest-path", "livestore-server/fuzz/Cargo.toml"])
        .arg("--target-dir")
        .arg(&built)
        .env("RUSTFLAGS", FLAGS);
    succeed(&mut build, "the fuzzers do not build")?;
    for target in options.targets {
        let program = built.join(&host).join("release").join(target);
        let program = program.to_string_lossy();
        let kept = workspace
            .root()
            .join("livestore-server/tests/malformed/corpus");
        let kept = kept.join(format!("{target}.jsonl"));
        let folder = built.join("corpus").join(target);
        unpack(&kept, &folder)?;
        let mut fuzz = command(&program);
        fuzz.arg(&folder)
            .arg(format!("-runs={}", options.runs))
            .arg(format!("-max_len={LONGEST}"))
            .args([
                "-timeout=20",
                "-rss_limit_mb=1500",
                "-print_final_stats=1",
                "-verbosity=1",
            ])
            .arg(format!("-artifact_prefix={}/{target}-", built.display()));
        process::say(&format!("fuzzing {target}, {} inputs", options.runs));
        succeed(
            &mut fuzz,
            &format!("the fuzzer `{target}` found something: see above"),
        )?;
        let smallest = built.join("corpus").join(format!("{target}-smallest"));
        empty(&smallest)?;
        let mut merge = command(&program);
        merge.arg("-set_cover_merge=1").args([&smallest, &folder]);
        succeed(&mut merge, "the corpus cannot be merged")?;
        pack(&smallest, &kept)?;
    }
    Ok(())
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            targets: Vec::new(),
            runs: RUNS,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            if word == "--runs" {
                let number = words.next().and_then(|number| number.parse().ok());
                options.runs = number.ok_or_else(|| Failure::new("--runs wants a number"))?;
            } else {
                let target = TARGETS.into_iter().find(|target| target == word);
                options
                    .targets
                    .push(target.ok_or_else(|| arguments::unknown(word))?);
            }
        }
        if options.targets.is_empty() {
            options.targets = TARGETS.to_vec();
        }
        Ok(options)
    }
}

/// The triple of this machine. Named explicitly, it keeps the flags away from build scripts.
fn host(mut rustc: Command) -> Result<String> {
    let told = rustc.arg("-vV").output();
    let told = told.map_err(|e| Failure::new(format!("cannot run rustc: {e}")))?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Failure::new("rustc does not tell its host"))
}

fn succeed(command: &mut Command, otherwise: &str) -> Result<()> {
    process::say(&process::display(command));
    match process::watch(command, |_| {})? {
        true => Ok(()),
        false => Err(Failure::new(otherwise)),
    }
}

fn empty(folder: &Path) -> Result<()> {
    let emptied = match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir_all(folder),
    };
    emptied.map_err(|error| failed(folder, &error))
}

/// Writes the kept inputs as files, as the fuzzer wants them.
fn unpack(kept: &Path, folder: &Path) -> Result<()> {
    empty(folder)?;
    let lines = fs::read_to_string(kept).map_err(|error| failed(kept, &error))?;
    for (number, input) in corpus::inputs(&lines).iter().enumerate() {
        let file = folder.join(number.to_string());
        fs::write(&file, input).map_err(|error| failed(&file, &error))?;
    }
    Ok(())
}

/// Keeps a folder's inputs, the short ones first.
fn pack(folder: &Path, kept: &Path) -> Result<()> {
    let mut inputs = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, &error))? {
        let entry = entry.map_err(|error| failed(folder, &error))?;
        inputs.push(fs::read(entry.path()).map_err(|error| failed(folder, &error))?);
    }
    inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    let lines: String = inputs
        .iter()
        .map(|input| corpus::line(input) + "\n")
        .collect();
    fs::write(kept, lines).map_err(|error| failed(kept, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Options> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn all_targets_are_fuzzed_if_none_is_named() {
        assert_eq!(parse("--runs 5").unwrap().targets, TARGETS);
        assert_eq!(parse("--runs 5").unwrap().runs, 5);
    }

    #[test]
    fn an_unknown_target_is_named() {
        assert!(parse("frame").unwrap_err().to_string().contains("`frame`"));
    }

    #[test]
    fn an_input_is_the_same_once_kept() {
        let input: Vec<u8> = (0..=255).collect();
        assert_eq!(corpus::inputs(&corpus::line(&input)), [input]);
    }
}
