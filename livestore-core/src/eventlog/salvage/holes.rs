//! Reading a database around its damaged pages.

use rusqlite::{Connection, MAIN_DB, OptionalExtension};

use super::{Found, format, read};
use crate::event::{EncodedEvent, SeqNum};

/// Numbers further apart than this are not looked for behind a hole.
const FAR: u64 = 1 << 40;

/// Reads all events that an image of a database gives.
pub(super) fn read(image: &[u8]) -> rusqlite::Result<Found> {
    let mut connection = Connection::open_in_memory()?;
    connection.deserialize_read_exact(MAIN_DB, image, image.len(), false)?;
    connection.execute_batch("PRAGMA cell_size_check = ON; PRAGMA writable_schema = ON;")?;
    // Brings an older format forward, in this copy, if the damage lets it.
    let _ = format::prepare(&mut connection);
    let sync = read::sync_record(&connection).ok();
    let mut reader = Reader {
        connection: &connection,
        events: Vec::new(),
    };
    let has_end = reader.read_all();
    Ok(Found {
        events: reader.events,
        has_end,
        sync,
    })
}

struct Reader<'a> {
    connection: &'a Connection,
    events: Vec<EncodedEvent>,
}

impl Reader<'_> {
    /// Reads from the start to the end, over every hole; false if the end was not reached.
    fn read_all(&mut self) -> bool {
        loop {
            let last = self.last();
            if self.read_on(last).is_ok() {
                return true;
            }
            // As far as it got.
            let last = self.last();
            let Some(edge) = self.other_edge(last) else {
                return false;
            };
            let Some(edge) = edge else {
                return true;
            };
            let mut before = self.read_back(last, edge.seq);
            before.reverse();
            self.events.append(&mut before);
            self.events.push(edge);
        }
    }

    fn last(&self) -> SeqNum {
        self.events.last().map_or(SeqNum::ROOT, |event| event.seq)
    }

    /// Takes what follows a place, up to the end or the first thing that cannot be read.
    fn read_on(&mut self, after: SeqNum) -> rusqlite::Result<()> {
        let sql =
            read::select("(seq_global, seq_client) > (?1, ?2) ORDER BY seq_global, seq_client");
        let mut select = self.connection.prepare(&sql)?;
        let mut rows = select.query((after.global as i64, after.client as i64))?;
        while let Some(row) = rows.next()? {
            let event = sound(row, self.last())?;
            self.events.push(event);
        }
        Ok(())
    }

    /// Finds the first event behind a hole that can be reached from its number. `None` where nothing can be
    /// read, `Some(None)` where nothing is.
    fn other_edge(&self, last: SeqNum) -> Option<Option<EncodedEvent>> {
        let sql = read::select(
            "(seq_global, seq_client) >= (?1, 0) ORDER BY seq_global, seq_client LIMIT 1",
        );
        let mut step = 1;
        while step < FAR {
            let from = last.global.checked_add(step)?;
            let found = self.connection.prepare_cached(&sql).and_then(|mut select| {
                select
                    .query_row([from as i64], |row| sound(row, last))
                    .optional()
            });
            if let Ok(found) = found {
                return Some(found);
            }
            step *= 2;
        }
        None
    }

    /// Reads back from an event to the hole before it.
    fn read_back(&self, hole: SeqNum, from: SeqNum) -> Vec<EncodedEvent> {
        let sql = read::select(
            "(seq_global, seq_client) < (?1, ?2) ORDER BY seq_global DESC, seq_client DESC",
        );
        let mut events: Vec<EncodedEvent> = Vec::new();
        let mut read = || -> rusqlite::Result<()> {
            let mut select = self.connection.prepare(&sql)?;
            let mut rows = select.query((from.global as i64, from.client as i64))?;
            while let Some(row) = rows.next()? {
                let event = sound(row, hole)?;
                if !events
                    .last()
                    .map_or(from, |last| last.seq)
                    .is_after(event.seq)
                {
                    break;
                }
                events.push(event);
            }
            Ok(())
        };
        // What it gives before it fails is what there is.
        let _ = read();
        events
    }
}

/// Reads an event that must stand behind another one.
fn sound(row: &rusqlite::Row<'_>, after: SeqNum) -> rusqlite::Result<EncodedEvent> {
    let event = read::event(row).map_err(|_| rusqlite::Error::InvalidQuery)?;
    if event.seq.is_after(after) && read::is_sound(&event) {
        Ok(event)
    } else {
        Err(rusqlite::Error::InvalidQuery)
    }
}
