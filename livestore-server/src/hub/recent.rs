//! The end of a store's log, kept in memory for those who follow it closely.

use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
};

use crate::storage::{PageLimit, StoredEvent};

/// How much of a log is kept in memory.
#[derive(Clone, Copy, Debug)]
pub struct RecentLimit {
    /// At most so many events.
    pub events: usize,
    /// At most about so many bytes.
    pub bytes: usize,
}

/// An event of the log, ready to be sent: it is encoded once, whoever many read it.
#[derive(Debug)]
pub struct Published {
    event: StoredEvent,
    encoded: OnceLock<Box<str>>,
}

impl Published {
    pub(super) fn new(event: StoredEvent) -> Arc<Self> {
        Arc::new(Self {
            event,
            encoded: OnceLock::new(),
        })
    }

    /// Returns the event.
    pub fn event(&self) -> &StoredEvent {
        &self.event
    }

    /// Returns its encoded form, made by the first who asks.
    pub fn encoded(&self) -> &str {
        self.encoded
            .get_or_init(|| crate::frames::encode_event(&self.event).into())
    }
}

/// The events after `base` up to `head`.
#[derive(Debug)]
pub(super) struct Recent {
    base: u64,
    head: u64,
    events: VecDeque<Arc<Published>>,
    bytes: usize,
    limit: RecentLimit,
}

impl Recent {
    pub(super) fn new(limit: RecentLimit) -> Self {
        Self {
            base: 0,
            head: 0,
            events: VecDeque::new(),
            bytes: 0,
            limit,
        }
    }

    /// Forgets everything and goes on from a head.
    pub(super) fn restart(&mut self, head: u64) {
        *self = Self {
            base: head,
            head,
            ..Self::new(self.limit)
        };
    }

    /// Appends events that follow the head, and forgets the oldest where there are too many.
    pub(super) fn extend(&mut self, events: impl IntoIterator<Item = Arc<Published>>) {
        for event in events {
            self.head = event.event.seq_num;
            self.bytes += weight(&event.event);
            self.events.push_back(event);
        }
        while self.events.len() > self.limit.events || self.bytes > self.limit.bytes {
            let Some(oldest) = self.events.pop_front() else {
                break;
            };
            self.bytes -= weight(&oldest.event);
            self.base = oldest.event.seq_num;
        }
    }

    /// Returns events after a number, or nothing if that reaches further back than what is kept.
    pub(super) fn after(&self, number: u64, limit: PageLimit) -> Option<Vec<Arc<Published>>> {
        if number < self.base {
            return None;
        }
        let start = self
            .events
            .partition_point(|event| event.event.seq_num <= number);
        let mut bytes = 0;
        let fits = |event: &&Arc<Published>| {
            let first = bytes == 0;
            bytes += weight(&event.event);
            first || bytes <= limit.bytes
        };
        let there = self.events.range(start..).take(limit.events);
        Some(there.take_while(fits).cloned().collect())
    }
}

/// Returns about how much memory an event takes.
pub(super) fn weight(event: &StoredEvent) -> usize {
    let args = event.args.as_ref().map_or(0, |args| args.get().len());
    args + event.name.len() + event.client_id.len() + event.session_id.len() + 128
}
