//! A log outside a store: as it is exported, kept, and brought into a store again.

use std::{
    fmt,
    io::{BufRead, Write},
};

use rusqlite::{Connection, MAIN_DB};

use super::{Eventlog, EventlogError, LogChange, SyncRecord};
use crate::event::{EncodedEvent, SeqNum};

/// Events read and written at a time.
const PAGE: usize = 1_000;

/// A whole log that no store has open: exported as an SQLite database or as lines of JSON, or made of either.
///
/// Lines of JSON have one event each, in order, and say nothing of the backend; a database keeps what the log knew
/// of it.
///
/// ```
/// # futures::executor::block_on(async {
/// # use livestore_core::{prelude::*, store::LogArchive};
/// # let schema = || Schema::builder().build().unwrap();
/// # let store = Store::builder(schema()).adapter(Memory::new()).open("my-app").await?;
/// let archive = LogArchive::from_database(&store.export_log().await?)?;
/// let mut lines = Vec::new();
/// archive.write_json_lines(&mut lines)?;
///
/// let memory = Memory::new();
/// memory.import("my-app", LogArchive::from_json_lines(&lines[..])?)?;
/// let again = Store::builder(schema()).adapter(memory).open("my-app").await?;
/// # assert_eq!(again.head(), store.head());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub struct LogArchive {
    log: Eventlog,
}

/// A log that can't be read or written as lines of JSON.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// Reading or writing failed.
    #[error("line {line} of the log could not be read or written: {source}")]
    Io {
        /// The line, from 1.
        line: usize,
        /// What failed.
        source: std::io::Error,
    },
    /// A line is no event.
    #[error("line {line} is no event: {source}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The events don't follow one another, or SQLite failed.
    #[error(transparent)]
    Log(#[from] EventlogError),
}

impl LogArchive {
    /// Makes an archive of events that follow one another.
    ///
    /// # Errors
    /// When they don't.
    pub fn from_events(events: &[EncodedEvent]) -> Result<Self, EventlogError> {
        let mut archive = Self {
            log: Eventlog::in_memory()?,
        };
        archive.append(events)?;
        Ok(archive)
    }

    /// Opens the bytes of a database, as [`Store::export_log`](crate::store::Store::export_log) gives them.
    ///
    /// # Errors
    /// When they are no log, or one of a newer format.
    pub fn from_database(bytes: &[u8]) -> Result<Self, EventlogError> {
        let mut image = bytes.to_vec();
        // The format versions for writing and reading: memory has no WAL, and SQLite would not open it.
        if let Some(versions) = image.get_mut(18..20) {
            versions.fill(1);
        }
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact(MAIN_DB, &image[..], image.len(), false)?;
        Ok(Self {
            log: Eventlog::open(connection)?,
        })
    }

    /// Reads lines of JSON, page by page.
    ///
    /// # Errors
    /// When a line can't be read or is no event, or does not follow the one before it.
    pub fn from_json_lines(lines: impl BufRead) -> Result<Self, ArchiveError> {
        let mut archive = Self::from_events(&[])?;
        let mut page = Vec::with_capacity(PAGE);
        for (at, text) in lines.lines().enumerate() {
            let line = at + 1;
            let text = text.map_err(|source| ArchiveError::Io { line, source })?;
            if text.trim().is_empty() {
                continue;
            }
            let event = serde_json::from_str(&text)
                .map_err(|source| ArchiveError::Line { line, source })?;
            page.push(event);
            if page.len() == PAGE {
                archive.append(&page)?;
                page.clear();
            }
        }
        archive.append(&page)?;
        Ok(archive)
    }

    /// Returns the log as the bytes of a database.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn to_database(&mut self) -> Result<Vec<u8>, EventlogError> {
        self.log.export()
    }

    /// Writes an event a line, page by page.
    ///
    /// # Errors
    /// When the log can't be read or a line can't be written.
    pub fn write_json_lines(&self, mut to: impl Write) -> Result<(), ArchiveError> {
        let (mut read, mut line) = (SeqNum::ROOT, 0);
        loop {
            let page = self.log.events_after(read, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            read = last.seq;
            for event in &page {
                line += 1;
                write_line(event, &mut to).map_err(|source| ArchiveError::Io { line, source })?;
            }
        }
    }

    /// Returns the events after a place, at most `limit`, in order.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        self.log.events_after(after, limit)
    }

    /// Returns the last event's number.
    pub fn head(&self) -> SeqNum {
        self.log.head().seq
    }

    pub(crate) fn into_log(self) -> Eventlog {
        self.log
    }

    /// Copies everything into a log that has nothing yet.
    pub(crate) fn copy_into(&self, log: &mut Eventlog) -> Result<(), EventlogError> {
        let mut read = SeqNum::ROOT;
        loop {
            let page = self.log.events_after(read, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            read = last.seq;
            log.write(&LogChange {
                append: &page,
                // With the last piece, so that half a copy says nothing wrong.
                sync: (read == self.head()).then(|| self.log.sync().clone()),
                ..LogChange::default()
            })?;
        }
    }

    fn append(&mut self, events: &[EncodedEvent]) -> Result<(), EventlogError> {
        let Some(last) = events.last() else {
            return Ok(());
        };
        let generation = last.seq.rebase_generation;
        self.log.write(&LogChange {
            append: events,
            sync: Some(SyncRecord {
                generation: generation.max(self.log.sync().generation),
                ..self.log.sync().clone()
            }),
            ..LogChange::default()
        })
    }
}

/// Writes one event and the end of its line.
pub(crate) fn write_line(event: &EncodedEvent, to: &mut impl Write) -> std::io::Result<()> {
    serde_json::to_writer(&mut *to, event)?;
    to.write_all(b"\n")
}

impl fmt::Debug for LogArchive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogArchive")
            .field("head", &self.head())
            .finish_non_exhaustive()
    }
}
