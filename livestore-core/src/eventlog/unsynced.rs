//! What a log that was emptied had for itself, until the app has it.

use rusqlite::TransactionBehavior;

use super::{Eventlog, EventlogError, SyncRecord, read, write_sync};
use crate::{
    event::{EncodedEvent, EventId, Place},
    fault::{self, Bug},
};

impl Eventlog {
    /// Takes out everything, for a new backend; what only this client has is put aside in the same
    /// transaction: events that the backend has not confirmed, and all client-only ones.
    pub(crate) fn clear(&mut self, generation: u64) -> Result<(), EventlogError> {
        fault::write_point("before the log is emptied")?;
        let sync = SyncRecord {
            generation,
            lineage: self.sync.lineage + 1,
            ..SyncRecord::default()
        };
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("DELETE FROM unsynced WHERE taken", ())?;
        if !fault::has(Bug::ForgetUnsynced) {
            transaction.execute(
                &format!(
                    "INSERT INTO unsynced (lineage, {0}) SELECT ?1, {0} FROM eventlog \
                     WHERE seq_client > 0 OR seq_global > ?2 ORDER BY seq_global, seq_client",
                    read::COLUMNS
                ),
                (sync.lineage as i64, self.sync.backend_head as i64),
            )?;
        }
        transaction.execute("DELETE FROM eventlog", ())?;
        write_sync(&transaction, &sync)?;
        fault::write_point("before the emptied log is committed")?;
        transaction.commit()?;
        (self.head, self.sync) = (Place::ROOT, sync);
        fault::write_point("after the log is emptied")?;
        Ok(())
    }

    /// Returns what was put aside and nobody has taken, and a number that stands for it.
    pub(crate) fn unsynced(&self) -> Result<(Vec<EncodedEvent>, u64), EventlogError> {
        let mut select = self.connection.prepare(&format!(
            "SELECT {} FROM unsynced WHERE NOT taken ORDER BY number",
            read::COLUMNS
        ))?;
        let events = self.read_events(select.query(())?)?;
        let upto = self.connection.query_row(
            "SELECT coalesce(max(number), 0) FROM unsynced",
            (),
            |row| row.get::<_, i64>(0),
        )?;
        Ok((events, upto.unsigned_abs()))
    }

    /// The app has what was put aside, up to a number.
    pub(crate) fn take_unsynced(&mut self, upto: u64) -> Result<(), EventlogError> {
        fault::write_point("before it is noted that the app has the unsynced events")?;
        self.connection.execute(
            "UPDATE unsynced SET taken = 1 WHERE number <= ?1",
            [upto as i64],
        )?;
        Ok(())
    }

    /// Returns which events were put aside since the log was of this lineage, as far as that is known.
    pub(crate) fn unsynced_since(&self, lineage: u64) -> Result<Vec<EventId>, EventlogError> {
        let mut select = self
            .connection
            .prepare("SELECT id FROM unsynced WHERE lineage > ?1 ORDER BY number")?;
        let ids = select.query_map([lineage as i64], |row| {
            // Ids are stored with a sign.
            Ok(EventId(row.get::<_, i64>(0)? as u64))
        })?;
        Ok(ids.collect::<Result<_, _>>()?)
    }
}
