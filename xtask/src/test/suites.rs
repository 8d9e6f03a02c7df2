//! The suites: which commands each of them runs.
//!
//! The commands of one kind name the same packages with the same features, so that nothing is built twice.

use std::{process::Command, time::Instant};

use super::{
    count::Count,
    report::{Report, Summary},
};
use crate::{
    failure::Result,
    process,
    setup::Prepared,
    trunk,
    workspace::{App, Workspace},
};

const TARGET: &str = "wasm32-unknown-unknown";
/// The end-to-end tests, which want built apps and a browser.
const END_TO_END: &str = "livestore-tests";
/// What they deploy apps with.
const SERVER: &str = "livestore-server";
/// The versions of the test app, and the features that make them.
const TEST_APPS: [(&str, &[&str]); 2] = [("test-app-v1", &[]), ("test-app-v2", &["v2"])];
/// What `.cargo/config.toml` says to leave out of SQLite in the browser.
const SQLITE_FLAGS: &str = "SQLITE_WASM_RS_FLAGS";

/// The crates that run on wasm32 and have tests there.
const WASM_LIBRARIES: [&str; 2] = ["livestore-core", "livestore-leptos"];

/// A part of the test run that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Suite {
    /// rustfmt and clippy.
    Lint,
    /// Tests on this machine.
    Native,
    /// Examples in the documentation.
    Doc,
    /// What a server renders, which takes another build of Leptos.
    Ssr,
    /// Tests in a browser.
    Wasm,
    /// The built apps in a browser.
    EndToEnd,
}

impl Suite {
    /// All suites in the order in which they run: what fails fast comes first.
    pub(super) const ALL: [Self; 6] = [
        Self::Lint,
        Self::Native,
        Self::Doc,
        Self::Ssr,
        Self::Wasm,
        Self::EndToEnd,
    ];

    /// The suite of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Lint => "lint",
            Self::Native => "native",
            Self::Doc => "doc",
            Self::Ssr => "ssr",
            Self::Wasm => "wasm",
            Self::EndToEnd => "e2e",
        }
    }
}

/// What the suites are run with.
#[derive(Debug)]
pub(super) struct Runner<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) prepared: &'a Prepared,
    /// For the test programs.
    pub(super) arguments: &'a [String],
}

impl Runner<'_> {
    /// Runs a suite and adds how it went.
    pub(super) fn run(&self, suite: Suite, summary: &mut Summary) {
        match suite {
            Suite::Lint => {
                summary.add(check("rustfmt", || self.rustfmt()));
                summary.add(check("clippy", || Ok(self.clippy())));
                summary.add(check("clippy wasm32", || self.clippy_wasm()));
            }
            Suite::Native => summary.add(self.tests(suite, || Ok(self.native()))),
            Suite::Doc => summary.add(self.tests(suite, || Ok(self.doc()))),
            Suite::Ssr => summary.add(self.tests(suite, || Ok(self.ssr()))),
            Suite::Wasm => summary.add(self.tests(suite, || Ok(self.wasm()))),
            Suite::EndToEnd => summary.add(self.tests(suite, || self.end_to_end())),
        }
    }

    /// Runs a command that prints test results.
    fn tests(&self, suite: Suite, command: impl FnOnce() -> Result<Command>) -> Report {
        let start = Instant::now();
        let mut count = Count::default();
        let succeeded = command().and_then(|mut command| {
            if !self.arguments.is_empty() {
                command.arg("--").args(self.arguments);
            }
            process::say(&process::display(&command));
            process::watch(&mut command, |line| count.add_line(line))
        });
        let seconds = start.elapsed().as_secs_f64();
        match succeeded {
            Ok(succeeded) => Report::of_tests(suite.name(), count, succeeded, seconds),
            Err(failure) => Report::of_problem(suite.name(), failure.to_string(), seconds),
        }
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = self.prepared.shell.command("cargo");
        command.args(arguments);
        command
    }

    fn rustfmt(&self) -> Result<Command> {
        Ok(self.cargo(&["fmt", "--all", "--check"]))
    }

    fn clippy(&self) -> Command {
        self.cargo(&[
            "clippy",
            "--keep-going",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ])
    }

    fn clippy_wasm(&self) -> Result<Command> {
        let mut command = self.cargo(&[
            "clippy",
            "--keep-going",
            "--target",
            TARGET,
            "--all-targets",
        ]);
        for library in WASM_LIBRARIES {
            command.args(["--package", library]);
        }
        for app in self
            .workspace
            .apps()?
            .into_iter()
            .chain(self.workspace.bench_page()?)
            .chain([self.workspace.test_app()?])
        {
            command.args(["--package", &app.package]);
        }
        with_all_of_sqlite(&mut command);
        command.args(["--", "-D", "warnings"]);
        Ok(command)
    }

    fn native(&self) -> Command {
        let mut command = self.cargo(&[
            "test",
            "--no-fail-fast",
            "--workspace",
            "--exclude",
            END_TO_END,
            "--lib",
            "--bins",
            "--tests",
            "--examples",
        ]);
        if let Some(folder) = &self.prepared.interop {
            command.env("LIVESTORE_INTEROP", folder);
        }
        command
    }

    fn doc(&self) -> Command {
        self.cargo(&[
            "test",
            "--no-fail-fast",
            "--workspace",
            "--exclude",
            END_TO_END,
            "--doc",
        ])
    }

    fn ssr(&self) -> Command {
        let package = ["--package", "livestore-leptos", "--features", "ssr"];
        let mut command = self.cargo(&["test", "--no-fail-fast"]);
        command.args(package).args(["--test", "provider_html"]);
        command
    }

    fn wasm(&self) -> Command {
        let mut command = self.cargo(&[
            "test",
            "--no-fail-fast",
            "--target",
            TARGET,
            "--lib",
            "--tests",
        ]);
        for library in WASM_LIBRARIES {
            command.args(["--package", library]);
        }
        if let Some(browser) = &self.prepared.browser {
            browser.describe_to_wasm_tests(&mut command);
        }
        with_all_of_sqlite(&mut command);
        command
    }

    /// Builds the sync server's program and every app, aside from the folder that a running `serve` writes to, then gives the test command.
    fn end_to_end(&self) -> Result<Command> {
        let mut command = self.cargo(&["test", "--no-fail-fast", "--package", END_TO_END]);
        command.args(["--lib", "--tests"]);
        process::run(&mut self.cargo(&["build", "--package", SERVER]))?;
        command.env("LIVESTORE_SERVER", self.workspace.program(SERVER, "debug"));
        for app in self.workspace.apps()? {
            self.build_for(&mut command, &app, &app.name, &[])?;
        }
        let test_app = self.workspace.test_app()?;
        for (name, features) in TEST_APPS {
            self.build_for(&mut command, &test_app, name, features)?;
        }
        if let Some(browser) = &self.prepared.browser {
            browser.describe_to(&mut command);
        }
        if let Some(folder) = &self.prepared.axe {
            let script = folder.join("node_modules/axe-core/axe.min.js");
            command.env("LIVESTORE_AXE", script);
        }
        Ok(command)
    }

    /// Builds an app, and tells the tests where it is.
    fn build_for(
        &self,
        command: &mut Command,
        app: &App,
        name: &str,
        features: &[&str],
    ) -> Result<()> {
        let dist = self.workspace.target().join("e2e").join(name);
        let variable = format!("LIVESTORE_APP_{}", name.to_uppercase().replace('-', "_"));
        let dist = trunk::build(&self.prepared.shell, app, features, &dist)?;
        command.env(variable, dist);
        Ok(())
    }
}

/// Runs a command that only succeeds or fails.
fn check(name: &'static str, command: impl FnOnce() -> Result<Command>) -> Report {
    let start = Instant::now();
    let result = command().and_then(|mut command| {
        process::say(&process::display(&command));
        process::run(&mut command)
    });
    if let Err(failure) = &result {
        eprintln!("{failure}");
    }
    Report::of_check(name, result.is_ok(), start.elapsed().as_secs_f64())
}

/// The apps leave out what they don't use; the libraries' tests have all of it, full-text search too.
fn with_all_of_sqlite(command: &mut Command) {
    command.env(SQLITE_FLAGS, "");
}
