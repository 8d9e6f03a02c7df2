//! Saving what can be read of a damaged log.
//!
//! A log is worth as much as its longest sound beginning: an event means what it means after all those
//! before it, so what follows a hole is set aside. Here the damaged database is read as far as SQLite
//! can, and a new one made of what was found.

mod holes;
mod repair;

use std::path::Path;

use rusqlite::{Connection, MAIN_DB};

use super::{EventlogError, LogDamage, SyncRecord, files::Home, follow, format, insert, read};
use crate::event::{EncodedEvent, Place};

/// The record of the damage, and the events that are of no use to the log any more.
const TABLES: &str = "CREATE TABLE damage (
    kept INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    may_be_more INTEGER NOT NULL,
    unsynced INTEGER NOT NULL,
    set_aside INTEGER NOT NULL,
    file TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE TABLE set_aside AS SELECT * FROM eventlog LIMIT 0;";

/// What could be read of a damaged log.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// In order; there may be holes.
    pub(super) events: Vec<EncodedEvent>,
    /// Whether the end was reached.
    pub(super) has_end: bool,
    pub(super) sync: Option<SyncRecord>,
}

/// Puts a new log in the place of a damaged one, whose file stays.
pub(super) fn salvage(home: &mut Home, cause: &EventlogError) -> Result<(), EventlogError> {
    let found = find(image(home)?);
    let (log, damage) = rebuild(&found, &home.name(), cause)?;
    home.succeed(&log)?;
    tracing::error!(%cause, file = &*damage.file, "{damage}; the damaged file is kept");
    Ok(())
}

/// Returns what is recorded of the damage that this log was saved from, while the damaged file is there.
pub(super) fn recorded(connection: &Connection, home: &Home) -> Option<LogDamage> {
    let number = |row: &rusqlite::Row<'_>, column| row.get(column).map(i64::unsigned_abs);
    let damage = connection.query_row(
        "SELECT kept, lost, may_be_more, unsynced, set_aside, file, reason FROM damage",
        (),
        |row| {
            Ok(LogDamage {
                kept: number(row, 0)?,
                lost: number(row, 1)?,
                may_be_more: row.get(2)?,
                unsynced: number(row, 3)?,
                set_aside: number(row, 4)?,
                file: row.get::<_, String>(5)?.into(),
                reason: row.get::<_, String>(6)?.into(),
            })
        },
    );
    // Most logs have no such table.
    damage.ok().filter(|damage| home.has(&damage.file))
}

/// Returns the damaged database's pages. Where SQLite can, it puts in what is only in its journal yet.
fn image(home: &Home) -> Result<Vec<u8>, EventlogError> {
    match through_sqlite(&home.path()) {
        Ok(image) if !image.is_empty() => Ok(image),
        _ => home.read(&home.name()),
    }
}

fn through_sqlite(path: &Path) -> rusqlite::Result<Vec<u8>> {
    let mut connection = Connection::open(path)?;
    // This also has SQLite open a file that is shorter than it says of itself.
    connection.execute_batch("PRAGMA writable_schema = ON;")?;
    Ok(connection.serialize(MAIN_DB)?.to_vec())
}

/// Reads what can be read, with the first page as it is or, if that gives nothing, as it should be.
fn find(image: Vec<u8>) -> Found {
    let mut best = Found::default();
    for image in repair::attempts(image) {
        // One that cannot even be opened has nothing to give.
        if let Ok(found) = holes::read(&image)
            && found.events.len() > best.events.len()
        {
            best = found;
        }
        if !best.events.is_empty() {
            break;
        }
    }
    best
}

/// Makes a database of what was found, and says what is not in it.
fn rebuild(
    found: &Found,
    file: &str,
    cause: &EventlogError,
) -> Result<(Vec<u8>, LogDamage), EventlogError> {
    let mut head = Place::ROOT;
    let mut kept = 0;
    while let Some(event) = found.events.get(kept)
        && follow(event, head)
    {
        head = event.place();
        kept += 1;
    }
    let (events, set_aside) = found.events.split_at(kept);
    let before = found.sync.clone().unwrap_or_default();
    let newest = |number: fn(&EncodedEvent) -> u64| found.events.iter().map(number).max();
    let end = newest(|event| event.seq.global)
        .unwrap_or_default()
        .max(before.backend_head);
    let missing = end - head.seq.global;
    let damage = LogDamage {
        kept: kept as u64,
        lost: missing.max(set_aside.len() as u64),
        may_be_more: !found.has_end,
        unsynced: end.saturating_sub(before.backend_head.max(head.seq.global)),
        set_aside: set_aside.len() as u64,
        file: file.into(),
        reason: cause.to_string().into(),
    };
    let sync = SyncRecord {
        backend_head: before.backend_head.min(head.seq.global),
        backend_id: before.backend_id,
        // What was numbered after the old log must not follow this one by accident.
        generation: newest(|event| event.seq.rebase_generation)
            .unwrap_or_default()
            .max(before.generation)
            + 1,
        // What is lost was final, perhaps. Where the number is lost too, none that was ever counted to.
        lineage: match found.sync {
            Some(_) => before.lineage + 1,
            None => 1 << 40,
        },
        alone: before.alone,
    };

    let mut connection = Connection::open_in_memory()?;
    format::prepare(&mut connection)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    insert(&transaction, "eventlog", events)?;
    insert(&transaction, "set_aside", set_aside)?;
    super::write_sync(&transaction, &sync)?;
    transaction.execute(
        "INSERT INTO damage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            damage.kept as i64,
            damage.lost as i64,
            damage.may_be_more,
            damage.unsynced as i64,
            damage.set_aside as i64,
            &*damage.file,
            &*damage.reason,
        ),
    )?;
    transaction.commit()?;
    let log = connection.serialize(MAIN_DB)?.to_vec();
    Ok((log, damage))
}
