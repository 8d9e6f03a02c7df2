//! Figures: what was done and what was done to it.

use std::{collections::BTreeMap, fmt};

/// Counts by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    /// Counts one.
    pub(crate) fn one(&mut self, what: &'static str) {
        self.add(what, 1);
    }

    /// Counts several.
    pub(crate) fn add(&mut self, what: &'static str, number: u64) {
        *self.0.entry(what).or_default() += number;
    }

    /// Adds another run's.
    pub fn merge(&mut self, other: &Counts) {
        for (what, number) in &other.0 {
            self.add(what, *number);
        }
    }

    /// Returns a count.
    pub fn get(&self, what: &str) -> u64 {
        self.0.get(what).copied().unwrap_or_default()
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, number) in &self.0 {
            writeln!(f, "{number:>10}  {what}")?;
        }
        Ok(())
    }
}
