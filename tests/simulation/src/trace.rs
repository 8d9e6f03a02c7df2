//! The record of a run: what happened, when, in words.

use std::{fmt, time::Duration};

/// How many of the last events a failure shows.
const SHOWN: usize = 60;

/// Everything that happened in a run, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    lines: Vec<String>,
}

impl Trace {
    /// Adds what happens now.
    pub(crate) fn note(&mut self, now: Duration, what: fmt::Arguments<'_>) {
        self.lines
            .push(format!("{:>9.3} {what}", now.as_secs_f64()));
    }

    /// Returns all lines.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Returns the last lines, which a failure shows.
    pub fn tail(&self) -> &[String] {
        &self.lines[self.lines.len().saturating_sub(SHOWN)..]
    }
}
