//! Why an end-to-end test failed.

use std::{io, panic::Location, path::PathBuf, time::Duration};

use thirtyfour::error::WebDriverError;

/// What ends a test that didn't panic.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The app under test has not been built.
    #[error(
        "no built app `{app}` at {folder}: run the end-to-end tests with `cargo xtask test e2e`, which builds it, or let {variable} name a folder made by `trunk build`"
    )]
    AppNotBuilt {
        /// The app's package name.
        app: String,
        /// Where a build of it was looked for.
        folder: PathBuf,
        /// The environment variable that can name another folder.
        variable: String,
    },

    /// A program that a test needs could not be started.
    #[error(
        "cannot start `{program}` (the environment variable {variable} can name another program): {reason}"
    )]
    Program {
        /// The program as it was called.
        program: String,
        /// The environment variable that can name another program.
        variable: &'static str,
        /// What the system or the program said.
        reason: String,
    },

    /// Waiting for a condition took too long.
    #[error("{at}: expected {expected}; after {waited:.1?} there is {seen}")]
    Wait {
        /// Where the test waits.
        at: &'static Location<'static>,
        /// What was waited for.
        expected: String,
        /// How long.
        waited: Duration,
        /// What there was instead when the time was up.
        seen: String,
    },

    /// Something a user does could not be done on the page.
    #[error("{at}: cannot {action}: {source}")]
    Action {
        /// Where the test does it.
        at: &'static Location<'static>,
        /// What was to be done.
        action: String,
        /// What the driver said.
        source: WebDriverError,
    },

    /// The page logged errors to the browser's console.
    #[error("the page logged errors to the browser's console:\n{}", .0.join("\n"))]
    Console(Vec<String>),

    /// Something that a test had the page do failed there.
    #[error("{at}: the page cannot {action}: {reason}")]
    Page {
        /// Where the test does it.
        at: &'static Location<'static>,
        /// What was to be done.
        action: String,
        /// What the page said.
        reason: String,
    },

    /// The browser's driver refused a command.
    #[error(transparent)]
    WebDriver(#[from] WebDriverError),

    /// A file, folder or socket could not be used.
    #[error(transparent)]
    Io(#[from] io::Error),
}
