//! Sequence numbers: where an event stands in a client's log.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::EventScope;

/// The position of an event: `global` counts synced events, `client` the client-only events after
/// it, `rebase_generation` how often this client renumbered what it had pending.
///
/// The derived order is global, then client, then generation. Written as `e5`, `e5.1`, `e5.1r2`.
///
/// ```
/// use livestore_core::event::{EventScope, SeqNum};
///
/// let (seq, parent) = SeqNum::ROOT.next(EventScope::Synced);
/// assert_eq!((seq.to_string(), parent.to_string()), ("e1".into(), "e0".into()));
/// assert_eq!(seq.next(EventScope::ClientOnly).0.to_string(), "e1.1");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct SeqNum {
    /// The number of synced events up to here.
    pub global: u64,
    /// The number of client-only events since the last synced one.
    pub client: u64,
    /// How often the client rebased before it numbered this event.
    pub rebase_generation: u64,
}

impl SeqNum {
    /// Before the first event.
    pub const ROOT: SeqNum = SeqNum {
        global: 0,
        client: 0,
        rebase_generation: 0,
    };

    /// After every event.
    pub const END: SeqNum = SeqNum {
        global: u64::MAX,
        client: u64::MAX,
        rebase_generation: u64::MAX,
    };

    /// Returns the place of a synced event as the backend numbers it.
    pub const fn synced(global: u64) -> SeqNum {
        SeqNum {
            global,
            ..SeqNum::ROOT
        }
    }

    /// Returns the same place in another generation.
    pub(crate) fn in_generation(self, rebase_generation: u64) -> SeqNum {
        SeqNum {
            rebase_generation,
            ..self
        }
    }

    /// Returns the sequence number of the event that follows, and that of its parent.
    ///
    /// A synced event's parent is the last synced event: `e5.2` is followed by `e6` with parent `e5`.
    pub fn next(self, scope: EventScope) -> (SeqNum, SeqNum) {
        self.next_in_generation(scope, self.rebase_generation)
    }

    /// Version of [`next`](Self::next) that numbers the event in a generation of its own.
    ///
    /// A client-only event's parent is this very number; a synced one's is in the new generation too.
    pub fn next_in_generation(self, scope: EventScope, rebase_generation: u64) -> (SeqNum, SeqNum) {
        let (global, client, parent) = match scope {
            EventScope::ClientOnly => (self.global, self.client + 1, self),
            EventScope::Synced => {
                let parent = SeqNum {
                    client: 0,
                    rebase_generation,
                    ..self
                };
                (self.global + 1, 0, parent)
            }
        };
        (
            SeqNum {
                global,
                client,
                rebase_generation,
            },
            parent,
        )
    }

    /// Whether both stand at the same place of the log, whatever their generations.
    pub fn same_position(self, other: SeqNum) -> bool {
        self.position() == other.position()
    }

    /// Whether this one stands later in the log, whatever their generations.
    pub fn is_after(self, other: SeqNum) -> bool {
        self.position() > other.position()
    }

    fn position(self) -> (u64, u64) {
        (self.global, self.client)
    }
}

impl fmt::Display for SeqNum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{}", self.global)?;
        if self.client > 0 {
            write!(f, ".{}", self.client)?;
        }
        if self.rebase_generation > 0 {
            write!(f, "r{}", self.rebase_generation)?;
        }
        Ok(())
    }
}

/// A text that is no sequence number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseSeqNumError {
    /// The text lacks the leading `e`.
    #[error("invalid sequence number `{0}`: it must start with \"e\"")]
    Prefix(String),
    /// A part of the text is not a whole number.
    #[error("invalid sequence number `{0}`: invalid number format")]
    Number(String),
}

impl FromStr for SeqNum {
    type Err = ParseSeqNumError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text
            .strip_prefix('e')
            .ok_or_else(|| ParseSeqNumError::Prefix(text.into()))?;
        let number = |part: &str| {
            // `u64::from_str` takes a leading `+`, the notation does not.
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            digits
                .then(|| part.parse().ok())
                .flatten()
                .ok_or_else(|| ParseSeqNumError::Number(text.into()))
        };
        let (position, generation) = rest.split_once('r').unwrap_or((rest, "0"));
        let (global, client) = position.split_once('.').unwrap_or((position, "0"));
        Ok(SeqNum {
            global: number(global)?,
            client: number(client)?,
            rebase_generation: number(generation)?,
        })
    }
}
