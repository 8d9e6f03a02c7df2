//! The eventlog: the append-only record of what happened, on SQLite.
//!
//! It is the only truth; state is derived from it. Here live its tables, their format version with
//! the step that brings an older log forward, reading it, and the one way to change it: a
//! [`LogChange`], written in one transaction. Its last events, which no backend has confirmed, may be
//! replaced by a rebase; all others stay for good. A log that was damaged is saved as far as it can be
//! read, and the damaged file is kept. What the events mean is not known here.

mod archive;
mod damage;
mod error;
mod files;
mod format;
mod read;
mod salvage;
mod transaction;
mod unsynced;

use std::{path::Path, sync::Arc};

pub(crate) use archive::write_line;
pub use archive::{ArchiveError, LogArchive};
pub use damage::LogDamage;
pub use error::EventlogError;
pub(crate) use files::LogFiles;
use rusqlite::Connection;
#[cfg(target_arch = "wasm32")]
pub(crate) use {
    files::missing_name,
    format::{FORMAT, MARK_END, is_marked},
};

use self::{files::Home, transaction::Transaction};
use crate::{
    event::{EncodedEvent, EventScope, Place, SeqNum},
    fault::{self, Bug},
};

/// An append-only log of events.
#[derive(Debug)]
pub(crate) struct Eventlog {
    connection: Connection,
    head: Place,
    sync: SyncRecord,
    /// Where its files are, if it could be saved from damage there.
    home: Option<Home>,
    damage: Option<LogDamage>,
}

/// What the log knows of the backend.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SyncRecord {
    /// The last event the backend has confirmed.
    pub(crate) backend_head: u64,
    /// The identity of the backend's log.
    pub(crate) backend_id: Option<Arc<str>>,
    /// The generation in which the leader takes events.
    pub(crate) generation: u64,
    /// Which log this is: the number rises when something that was final is not any more.
    pub(crate) lineage: u64,
    /// Whether everything is final, for lack of a backend.
    pub(crate) alone: bool,
}

/// A change of the log: all of it is written, or nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogChange<'a> {
    /// Take out everything after this place first.
    pub(crate) truncate_after: Option<SeqNum>,
    /// Then append these events.
    pub(crate) append: &'a [EncodedEvent],
    /// What is known of the backend from then on.
    pub(crate) sync: Option<SyncRecord>,
    /// What the backend attached to events, by their numbers.
    pub(crate) metadata: &'a [(u64, Arc<str>)],
}

impl Eventlog {
    /// Opens the log in a database, creating it in an empty one and bringing an older format forward.
    pub(crate) fn open(mut connection: Connection) -> Result<Self, EventlogError> {
        format::prepare(&mut connection)?;
        let head = read::head(&connection)?;
        let sync = read::sync_record(&connection)?;
        Ok(Self {
            connection,
            head,
            sync,
            home: None,
            damage: None,
        })
    }

    /// Opens the log in a place with files. One that is damaged is saved as far as it can be read.
    pub(crate) fn open_in(files: Box<dyn LogFiles>) -> Result<Self, EventlogError> {
        let mut home = Home::find(files)?;
        let log = match Self::open_file(&home.path()) {
            Err(cause) if cause.is_damage() => {
                salvage::salvage(&mut home, &cause)?;
                Self::open_file(&home.path())
            }
            opened => opened,
        };
        Ok(log?.at(home))
    }

    fn at(mut self, home: Home) -> Self {
        self.damage = salvage::recorded(&self.connection, &home);
        self.home = Some(home);
        self
    }

    /// Saves what can be read of a log that turns out to be damaged, and goes on with that.
    ///
    /// # Errors
    /// When there is nothing to save it from, or the new log can't be written; then this one is of no use.
    pub(crate) fn salvage(&mut self, cause: &EventlogError) -> Result<(), EventlogError> {
        // Nobody may have the file open that is read.
        self.connection = Connection::open_in_memory()?;
        let mut home = self.home.take().ok_or_else(|| EventlogError::Unreadable {
            message: cause.to_string(),
        })?;
        let saved = salvage::salvage(&mut home, cause).and_then(|()| Self::open_file(&home.path()));
        match saved {
            Ok(log) => *self = log.at(home),
            Err(error) => {
                self.home = Some(home);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Whether the log is in a file that may be damaged while nobody looks.
    pub(crate) fn is_in_files(&self) -> bool {
        self.home.is_some()
    }

    /// Returns what is known of damage that this log was saved from.
    pub(crate) fn damage(&self) -> Option<&LogDamage> {
        self.damage.as_ref()
    }

    /// Reads the damaged file that this log was saved from.
    pub(crate) fn damaged_file(&self) -> Result<Option<Vec<u8>>, EventlogError> {
        match (&self.home, &self.damage) {
            (Some(home), Some(damage)) => home.read(&damage.file).map(Some),
            _ => Ok(None),
        }
    }

    /// Removes the damaged files, and forgets about them.
    pub(crate) fn forget_damage(&mut self) -> Result<(), EventlogError> {
        self.damage = None;
        self.home.as_ref().map_or(Ok(()), Home::remove_damaged)
    }

    /// Opens a log that lives in memory.
    pub(crate) fn in_memory() -> Result<Self, EventlogError> {
        Self::open(Connection::open_in_memory()?)
    }

    /// Opens a log in a file. What was written survives a crash of the machine, once it returned.
    pub(crate) fn open_file(path: &Path) -> Result<Self, EventlogError> {
        let connection = Connection::open(path)?;
        // Somebody else's database stays as it is.
        format::refuse_foreign(&connection)?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        Self::open(connection)
    }

    /// Opens a log in a file without waiting for the disk.
    #[cfg(feature = "simulation")]
    pub(crate) fn open_file_unsynced(path: &Path) -> Result<Self, EventlogError> {
        let connection = Connection::open(path)?;
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")?;
        Self::open(connection)
    }

    /// Returns the last event's place.
    pub(crate) fn head(&self) -> Place {
        self.head
    }

    /// Returns what is known of the backend.
    pub(crate) fn sync(&self) -> &SyncRecord {
        &self.sync
    }

    /// Appends events in one transaction, all or none.
    pub(crate) fn append(&mut self, events: &[EncodedEvent]) -> Result<(), EventlogError> {
        self.write(&LogChange {
            append: events,
            ..LogChange::default()
        })
    }

    /// Changes the log in one transaction.
    ///
    /// # Errors
    /// When the events don't follow the log, or SQLite fails; then nothing was changed.
    pub(crate) fn write(&mut self, change: &LogChange<'_>) -> Result<(), EventlogError> {
        fault::write_point("before the log is written")?;
        let base = match change.truncate_after {
            Some(place) => self.last_up_to(place)?,
            None => self.head,
        };
        let head = check_contiguous(change.append, base)?;
        if fault::has(Bug::HeadBeforeEvents)
            && let Some(sync) = &change.sync
        {
            let transaction = self.connection.transaction()?;
            write_sync(&transaction, sync)?;
            transaction.commit()?;
            fault::write_point("between the backend head and its events")?;
        }
        let connection = &self.connection;
        let transaction = Transaction::begin(connection)?;
        if let Some(place) = change.truncate_after {
            connection
                .prepare_cached("DELETE FROM eventlog WHERE (seq_global, seq_client) > (?1, ?2)")?
                .execute((place.global as i64, place.client as i64))?;
        }
        insert(connection, "eventlog", change.append)?;
        for (global, metadata) in change.metadata {
            connection
                .prepare_cached(
                    "UPDATE eventlog SET sync_metadata = ?2 WHERE seq_global = ?1 AND seq_client = 0",
                )?
                .execute((*global as i64, &**metadata))?;
        }
        if let Some(sync) = &change.sync {
            write_sync(connection, sync)?;
        }
        fault::write_point("before the log's transaction is committed")?;
        transaction.commit()?;
        self.head = head;
        if let Some(sync) = &change.sync {
            self.sync = sync.clone();
        }
        fault::write_point("after the log is written")?;
        Ok(())
    }

    /// Takes note of whether there is a backend from now on. With one, what was final without is not.
    pub(crate) fn settle_alone(&mut self, alone: bool) -> Result<(), EventlogError> {
        if self.sync.alone == alone {
            return Ok(());
        }
        let rises = !alone && !fault::has(Bug::KeepLineage);
        let sync = SyncRecord {
            alone,
            lineage: self.sync.lineage + u64::from(rises),
            ..self.sync.clone()
        };
        self.write(&LogChange {
            sync: Some(sync),
            ..LogChange::default()
        })
    }
}

/// Reads a log's file as it is, which nobody may have open.
#[cfg(target_arch = "wasm32")]
pub(crate) fn read_raw(files: Box<dyn LogFiles>) -> Result<Vec<u8>, EventlogError> {
    let home = Home::find(files)?;
    home.read(&home.name())
}

/// Checks that events follow one another behind `base`, and returns the last place.
///
/// A backend may leave out numbers: what counts is the parent.
fn check_contiguous(events: &[EncodedEvent], base: Place) -> Result<Place, EventlogError> {
    let mut head = base;
    for event in events {
        if !follow(event, head) {
            return Err(EventlogError::NotContiguous {
                event: event.name.to_string(),
                seq: event.seq,
                parent: event.parent,
                head: head.seq,
            });
        }
        head = event.place();
    }
    Ok(head)
}

/// Whether an event follows a place.
fn follow(event: &EncodedEvent, head: Place) -> bool {
    let follows = match event.scope() {
        EventScope::Synced => SeqNum {
            client: 0,
            ..head.seq
        },
        EventScope::ClientOnly => head.seq,
    };
    let gap = !event.parent.same_position(follows) && !fault::has(Bug::IgnoreGaps);
    !gap && event.seq.is_after(head.seq)
}

fn insert(connection: &Connection, table: &str, events: &[EncodedEvent]) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(&format!(
        "INSERT INTO {table} (seq_global, seq_client, seq_rebase_generation, \
         parent_global, parent_client, parent_rebase_generation, name, args, client_id, session_id, id) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    ))?;
    for event in events {
        insert.execute((
            event.seq.global as i64,
            event.seq.client as i64,
            event.seq.rebase_generation as i64,
            event.parent.global as i64,
            event.parent.client as i64,
            event.parent.rebase_generation as i64,
            &*event.name,
            event.args.as_str(),
            event.client_id.as_str(),
            event.session_id.as_str(),
            event.id.0 as i64,
        ))?;
    }
    Ok(())
}

fn write_sync(connection: &Connection, sync: &SyncRecord) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE sync_status SET backend_head = ?1, backend_id = ?2, generation = ?3, \
             lineage = ?4, alone = ?5",
        )?
        .execute((
            sync.backend_head as i64,
            sync.backend_id.as_deref(),
            sync.generation as i64,
            sync.lineage as i64,
            sync.alone,
        ))
        .map(drop)
}

#[cfg(test)]
mod tests;
