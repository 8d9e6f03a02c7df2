//! Cutting what is sent into pieces that the other side takes.

use std::{io, ops::Range};

use serde::Serialize;

/// How much one message may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events.
    pub events: usize,
    /// Bytes of JSON, everything around the events included.
    pub bytes: usize,
}

impl Limits {
    /// What LiveStore 0.4 sends at most, in a push and in a page.
    pub const WIRE: Self = Self {
        events: 100,
        bytes: 900_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::WIRE
    }
}

/// One item that fits into no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it takes {bytes} bytes, and a message has room for {room}")]
pub struct Oversize {
    /// Which one.
    pub index: usize,
    /// How many bytes it takes.
    pub bytes: usize,
    /// How many there are for it.
    pub room: usize,
}

/// Cuts items into ranges, each as long as the limits allow; `around` is what a message takes without
/// any item. No items are no range.
///
/// An item that fits into no message is told as such and left out.
pub fn chunks<T: Serialize>(items: &[T], around: usize, limits: Limits) -> Chunks<'_, T> {
    Chunks {
        items,
        next: 0,
        size_of_next: None,
        room: limits.bytes.saturating_sub(around),
        events: limits.events.max(1),
    }
}

/// See [`chunks`].
#[derive(Debug)]
pub struct Chunks<'a, T> {
    items: &'a [T],
    next: usize,
    /// Measured when the last chunk was found to be full.
    size_of_next: Option<usize>,
    room: usize,
    events: usize,
}

impl<T: Serialize> Iterator for Chunks<'_, T> {
    type Item = Result<Range<usize>, Oversize>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next;
        let mut taken = 0;
        while self.next < self.items.len() && self.next - start < self.events {
            let bytes = match self.size_of_next.take() {
                Some(bytes) => bytes,
                None => encoded_len(&self.items[self.next]) + COMMA,
            };
            if bytes > self.room {
                if self.next > start {
                    self.size_of_next = Some(bytes);
                    break;
                }
                self.next += 1;
                return Some(Err(Oversize {
                    index: start,
                    bytes,
                    room: self.room,
                }));
            }
            if taken + bytes > self.room {
                self.size_of_next = Some(bytes);
                break;
            }
            taken += bytes;
            self.next += 1;
        }
        (self.next > start).then_some(Ok(start..self.next))
    }
}

const COMMA: usize = 1;

/// Returns how many bytes a value takes as JSON.
pub(super) fn encoded_len(value: &impl Serialize) -> usize {
    let mut counted = Counted(0);
    // Nothing that counts can fail, and what has no JSON form is found when it is encoded.
    let _ = serde_json::to_writer(&mut counted, value);
    counted.0
}

struct Counted(usize);

impl io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
