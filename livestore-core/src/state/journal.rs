//! The materialization journal: what the last events changed, for taking them back.

use std::collections::VecDeque;

use super::Changeset;
use crate::event::SeqNum;

/// Records kept; what would have to be taken back further is built anew from the log.
const LIMIT: usize = 50_000;

/// The changesets of the events that may still move, oldest first.
///
/// An event that changed nothing has a record too.
#[derive(Debug)]
pub(crate) struct Journal {
    records: VecDeque<(SeqNum, Changeset)>,
    /// Events up to here have no record.
    start: SeqNum,
    limit: usize,
}

/// An event that has no record, so nothing was taken back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "missing materialization journal record for what follows {after}: the journal starts after {start}"
)]
pub(crate) struct MissingRecord {
    pub(crate) after: SeqNum,
    pub(crate) start: SeqNum,
}

impl Journal {
    /// Starts behind the last event of a state.
    pub(crate) fn new(start: SeqNum) -> Self {
        Self {
            records: VecDeque::new(),
            start,
            limit: LIMIT,
        }
    }

    /// Adds the record of an event behind the last one; at the same place it takes the other's.
    pub(crate) fn record(&mut self, seq: SeqNum, changeset: Changeset) {
        self.records.truncate(
            self.records
                .partition_point(|(other, _)| seq.is_after(*other)),
        );
        self.records.push_back((seq, changeset));
        while self.records.len() > self.limit {
            self.discard_first();
        }
    }

    /// Drops the records up to a place, whatever their generations.
    pub(crate) fn discard_up_to(&mut self, seq: SeqNum) {
        while self
            .records
            .front()
            .is_some_and(|(first, _)| !first.is_after(seq))
        {
            self.discard_first();
        }
        if seq.is_after(self.start) {
            self.start = seq;
        }
    }

    /// Returns the records of everything after a place, oldest first.
    ///
    /// # Errors
    /// When there is none of some event after it.
    pub(crate) fn after(
        &self,
        place: SeqNum,
    ) -> Result<impl DoubleEndedIterator<Item = &Changeset>, MissingRecord> {
        if self.start.is_after(place) {
            return Err(MissingRecord {
                after: place,
                start: self.start,
            });
        }
        let from = self.position_after(place);
        Ok(self.records.range(from..).map(|(_, changeset)| changeset))
    }

    /// Drops the records of everything after a place: it is taken back.
    pub(crate) fn truncate(&mut self, place: SeqNum) {
        self.records.truncate(self.position_after(place));
    }

    /// Returns how many events have a record.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    fn position_after(&self, place: SeqNum) -> usize {
        self.records
            .partition_point(|(seq, _)| !seq.is_after(place))
    }

    fn discard_first(&mut self) {
        if let Some((seq, _)) = self.records.pop_front() {
            self.start = seq;
        }
    }
}

#[cfg(test)]
mod tests;
