//! The files a log is in: the one it is written to, and those that were damaged before it.
//!
//! They are numbered. The one with the highest number is the log; where an earlier one is still there,
//! it was damaged, and what could be read of it is in its successor. A file appears whole or not at
//! all, so a crash in between leaves the damaged one as the last, and it is read once more.

use std::{fmt, path::PathBuf};

use super::EventlogError;

/// How many damaged files are kept.
const KEPT: usize = 2;

/// A place with files, as the platform has it.
pub(crate) trait LogFiles: fmt::Debug + Send {
    /// Returns the names of all files.
    fn names(&self) -> Result<Vec<String>, String>;
    /// Reads a file that nobody has open.
    fn read(&self, name: &str) -> Result<Vec<u8>, String>;
    /// Makes a file that was not there; after a crash it is there whole or not at all.
    fn publish(&self, name: &str, bytes: &[u8]) -> Result<(), String>;
    /// Removes a file.
    fn remove(&self, name: &str) -> Result<(), String>;
    /// Returns the path under which SQLite opens it.
    fn path(&self, name: &str) -> PathBuf;
}

/// Where a log is.
#[derive(Debug)]
pub(super) struct Home {
    files: Box<dyn LogFiles>,
    number: u32,
}

impl Home {
    /// Finds the log, or the place for a new one.
    pub(super) fn find(files: Box<dyn LogFiles>) -> Result<Self, EventlogError> {
        let newest = numbers(&*files)?.last().copied();
        Ok(Self {
            files,
            number: newest.unwrap_or(1),
        })
    }

    pub(super) fn name(&self) -> String {
        name_of(self.number)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.files.path(&self.name())
    }

    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, EventlogError> {
        self.files.read(name).map_err(failed(name))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files
            .names()
            .is_ok_and(|names| names.iter().any(|other| other == name))
    }

    /// Makes a new log beside the damaged one, and moves to it.
    pub(super) fn succeed(&mut self, bytes: &[u8]) -> Result<(), EventlogError> {
        let next = name_of(self.number + 1);
        // Before, since there may be no room for more.
        let damaged = numbers(&*self.files)?;
        for number in damaged.iter().rev().skip(KEPT) {
            self.remove(&name_of(*number))?;
        }
        self.files.publish(&next, bytes).map_err(failed(&next))?;
        self.number += 1;
        Ok(())
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), EventlogError> {
        self.files.remove(name).map_err(failed(name))
    }

    /// Removes all damaged files.
    pub(super) fn remove_damaged(&self) -> Result<(), EventlogError> {
        let damaged = numbers(&*self.files)?;
        let damaged = damaged.iter().filter(|number| **number < self.number);
        for number in damaged {
            self.remove(&name_of(*number))?;
        }
        Ok(())
    }
}

fn failed(name: &str) -> impl FnOnce(String) -> EventlogError {
    let name = name.to_owned();
    |message| EventlogError::File { name, message }
}

fn name_of(number: u32) -> String {
    match number {
        1 => "eventlog.db".to_owned(),
        number => format!("eventlog-{number}.db"),
    }
}

/// Returns the name that a log's file must have had, if these are those of all others.
#[cfg(target_arch = "wasm32")]
pub(crate) fn missing_name(others: &[String]) -> String {
    let taken = |number: &u32| others.contains(&name_of(*number));
    let newest = others.iter().filter_map(|name| number_of(name)).max();
    // A damaged file stands before its successor.
    let before = newest.and_then(|newest| newest.checked_sub(1));
    let missing = before.filter(|number| *number > 0 && !taken(number));
    name_of(missing.unwrap_or_else(|| newest.unwrap_or(0) + 1))
}

/// Returns the numbers of the files that are there, in order.
fn numbers(files: &dyn LogFiles) -> Result<Vec<u32>, EventlogError> {
    let names = files.names().map_err(failed("eventlog.db"))?;
    let mut numbers: Vec<u32> = names.iter().filter_map(|name| number_of(name)).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn number_of(name: &str) -> Option<u32> {
    let number = match name.strip_prefix("eventlog")?.strip_suffix(".db")? {
        "" => 1,
        rest => rest.strip_prefix('-')?.parse().ok()?,
    };
    (name_of(number) == name).then_some(number)
}
