//! Reading the eventlog.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Eventlog, EventlogError, SyncRecord, follow};
use crate::event::{ClientId, EncodedArgs, EncodedEvent, EventId, Place, SeqNum, SessionId};

pub(super) const COLUMNS: &str = "seq_global, seq_client, seq_rebase_generation, \
     parent_global, parent_client, parent_rebase_generation, name, args, client_id, session_id, id";
const PLACE: &str = "seq_global, seq_client, seq_rebase_generation, id";

impl Eventlog {
    /// Returns the events after a place in the log, at most `limit`, in order.
    pub(crate) fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM eventlog WHERE (seq_global, seq_client) > (?1, ?2) \
             ORDER BY seq_global, seq_client LIMIT ?3"
        ))?;
        self.read_events(select.query((
            after.global as i64,
            after.client as i64,
            limit_of(limit),
        ))?)
    }

    /// Returns the synced events after a number, at most `limit`, in order.
    pub(crate) fn synced_after(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        let mut select = self.connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM eventlog WHERE seq_global > ?1 AND seq_client = 0 \
             ORDER BY seq_global LIMIT ?2"
        ))?;
        self.read_events(select.query((after as i64, limit_of(limit)))?)
    }

    /// Whether this very event stands at this place.
    pub(crate) fn contains(&self, place: Place) -> Result<bool, EventlogError> {
        if place == Place::ROOT {
            return Ok(true);
        }
        let found = self
            .connection
            .prepare_cached(&format!(
                "SELECT {PLACE} FROM eventlog WHERE seq_global = ?1 AND seq_client = ?2"
            ))?
            .query_row(
                (place.seq.global as i64, place.seq.client as i64),
                read_place,
            )
            .optional()?;
        Ok(found == Some(place))
    }

    /// Returns the last place that is not after this number.
    pub(crate) fn last_up_to(&self, seq: SeqNum) -> Result<Place, EventlogError> {
        let found = self
            .connection
            .prepare_cached(&format!(
                "SELECT {PLACE} FROM eventlog WHERE (seq_global, seq_client) <= (?1, ?2) \
                 ORDER BY seq_global DESC, seq_client DESC LIMIT 1"
            ))?
            .query_row((seq.global as i64, seq.client as i64), read_place)
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    /// Returns what the backend attached to a synced event.
    pub(crate) fn metadata(&self, global: u64) -> Result<Option<Arc<str>>, EventlogError> {
        let metadata: Option<Option<String>> = self
            .connection
            .prepare_cached(
                "SELECT sync_metadata FROM eventlog WHERE seq_global = ?1 AND seq_client = 0",
            )?
            .query_row([global as i64], |row| row.get(0))
            .optional()?;
        Ok(metadata.flatten().map(Into::into))
    }

    /// Returns the log as the bytes of a database.
    pub(crate) fn export(&mut self) -> Result<Vec<u8>, EventlogError> {
        Ok(self.connection.serialize(rusqlite::MAIN_DB)?.to_vec())
    }

    /// Reads on after a place, at most `limit` events, and says how far the log is sound; `None` at its end.
    ///
    /// # Errors
    /// When something cannot be read, or does not follow what is before it.
    pub(crate) fn check_after(
        &self,
        place: Place,
        limit: usize,
    ) -> Result<Option<Place>, EventlogError> {
        // A rebase may have taken it out.
        let mut head = if self.contains(place)? {
            place
        } else {
            Place::ROOT
        };
        let events = self.events_after(head.seq, limit)?;
        let at_end = events.len() < limit;
        for event in events {
            let damaged = |message: &str| EventlogError::Damaged {
                seq: event.seq,
                message: message.to_owned(),
            };
            if !follow(&event, head) {
                return Err(damaged("it does not follow the event before it"));
            }
            if !is_sound(&event) {
                return Err(damaged("its arguments are not JSON"));
            }
            head = event.place();
        }
        if at_end && head != self.head {
            return Err(EventlogError::Unreadable {
                message: format!("it ends at {} instead of {}", head.seq, self.head.seq),
            });
        }
        Ok((!at_end).then_some(head))
    }

    pub(super) fn read_events(
        &self,
        mut rows: rusqlite::Rows<'_>,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        let mut events = Vec::new();
        let mut names = Names::default();
        while let Some(row) = rows.next()? {
            events.push(read_event(row, &mut names)?);
        }
        Ok(events)
    }
}

/// The last texts read: neighbours mostly have the same name and author, and then share them.
struct Names {
    name: Arc<str>,
    client: ClientId,
    session: SessionId,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            name: "".into(),
            client: "".into(),
            session: "".into(),
        }
    }
}

/// Returns the SQL text that reads the log's events under a condition.
pub(super) fn select(condition: &str) -> String {
    format!("SELECT {COLUMNS} FROM eventlog WHERE {condition}")
}

/// Reads one event.
pub(super) fn event(row: &Row<'_>) -> Result<EncodedEvent, EventlogError> {
    read_event(row, &mut Names::default())
}

/// Whether an event's arguments are what they were encoded as.
pub(super) fn is_sound(event: &EncodedEvent) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(event.args.as_str()).is_ok()
}

pub(super) fn head(connection: &Connection) -> rusqlite::Result<Place> {
    let last = connection
        .query_row(
            &format!(
                "SELECT {PLACE} FROM eventlog ORDER BY seq_global DESC, seq_client DESC LIMIT 1"
            ),
            (),
            read_place,
        )
        .optional()?;
    Ok(last.unwrap_or_default())
}

pub(super) fn sync_record(connection: &Connection) -> rusqlite::Result<SyncRecord> {
    connection.query_row(
        "SELECT backend_head, backend_id, generation, lineage, alone FROM sync_status",
        (),
        |row| {
            Ok(SyncRecord {
                backend_head: row.get::<_, i64>(0)?.unsigned_abs(),
                backend_id: row.get::<_, Option<String>>(1)?.map(Into::into),
                generation: row.get::<_, i64>(2)?.unsigned_abs(),
                lineage: row.get::<_, i64>(3)?.unsigned_abs(),
                alone: row.get(4)?,
            })
        },
    )
}

fn read_event(row: &Row<'_>, names: &mut Names) -> Result<EncodedEvent, EventlogError> {
    let seq = read_seq(row, 0)?;
    let text = |column: usize| {
        row.get_ref(column)?
            .as_str()
            .map_err(|error| EventlogError::Damaged {
                seq,
                message: error.to_string(),
            })
    };
    let (name, client, session) = (text(6)?, text(8)?, text(9)?);
    if *names.name != *name {
        names.name = name.into();
    }
    if names.client.as_str() != client {
        names.client = client.into();
    }
    if names.session.as_str() != session {
        names.session = session.into();
    }
    Ok(EncodedEvent {
        name: Arc::clone(&names.name),
        args: EncodedArgs::trusted(text(7)?),
        seq,
        parent: read_seq(row, 3)?,
        client_id: names.client.clone(),
        session_id: names.session.clone(),
        id: EventId(row.get::<_, i64>(10)?.unsigned_abs()),
    })
}

fn read_place(row: &Row<'_>) -> rusqlite::Result<Place> {
    Ok(Place {
        seq: read_seq(row, 0)?,
        id: EventId(row.get::<_, i64>(3)?.unsigned_abs()),
    })
}

fn read_seq(row: &Row<'_>, column: usize) -> rusqlite::Result<SeqNum> {
    let number = |i| row.get::<_, i64>(column + i).map(i64::unsigned_abs);
    Ok(SeqNum {
        global: number(0)?,
        client: number(1)?,
        rebase_generation: number(2)?,
    })
}

fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
