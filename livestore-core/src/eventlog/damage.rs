//! What is known of a log that was damaged.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

/// A log was damaged, and this became of it.
///
/// Damage is what no crash can do: a disk that fails, a file that something else has written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LogDamage {
    /// How many events could be kept: all before the first one that cannot be read.
    pub kept: u64,
    /// How many are lost, at least. A sync backend brings back those that it has.
    pub lost: u64,
    /// Whether there may have been more, since the log's end could not be read.
    pub may_be_more: bool,
    /// How many of the lost ones no sync backend has confirmed: they are gone for good.
    pub unsynced: u64,
    /// How many of the lost ones can be read, but follow one that cannot. They are in the log's export, in a
    /// table `set_aside`.
    pub set_aside: u64,
    /// The damaged file, which is kept.
    pub file: Arc<str>,
    /// What was found.
    pub reason: Arc<str>,
}

impl fmt::Display for LogDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, lost, .. } = self;
        write!(f, "the eventlog was damaged: {kept} events were kept, ")?;
        match (lost, self.may_be_more) {
            (0, true) => f.write_str("those after them are lost"),
            (lost, true) => write!(f, "at least {lost} are lost"),
            (lost, false) => write!(f, "{lost} are lost"),
        }
    }
}
