//! Who commits, and into which store.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Returns a new unique id that sorts by the time it was made (a UUID, version 7).
///
/// Call it where an event is made, never inside a materializer: a replay must give the same rows.
pub fn new_id() -> String {
    Uuid::now_v7().to_string()
}

/// The name of a store: its data, its log and its place at the backend.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StoreId(Arc<str>);

/// A text that cannot name a store.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid store id `{0}`: use one or more of a-z, A-Z, 0-9, `_` and `-`")]
pub struct InvalidStoreId(pub String);

impl StoreId {
    /// Checks and wraps a store's name: one or more of `a-z`, `A-Z`, `0-9`, `_` and `-`.
    pub fn new(id: &str) -> Result<Self, InvalidStoreId> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if id.is_empty() || !id.bytes().all(allowed) {
            return Err(InvalidStoreId(id.into()));
        }
        Ok(Self(id.into()))
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Makes a new random id.
            pub fn random() -> Self {
                // The last twelve hexadecimal digits of a version 7 UUID are random.
                let text = Uuid::now_v7().simple().to_string();
                Self(text[20..].into())
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(|id| Self(id.into()))
            }
        }

        as_text!($name);
    };
}

macro_rules! as_text {
    ($name:ident) => {
        impl $name {
            /// Returns the id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// What tells an event of a client from all its others, before and after a rebase.
///
/// It stays on the client: events that came from the backend have [`EventId::REMOTE`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct EventId(pub u64);

impl EventId {
    /// The id of every event that another client committed.
    pub const REMOTE: EventId = EventId(0);

    /// Returns where a session's ids start, so far from those of all other sessions that they don't meet.
    pub(crate) fn random_start() -> Self {
        // The last 32 bits of a version 7 UUID are random; 31 are left to count in, and SQLite's sign bit.
        let low = crate::fault::next_ids().unwrap_or_else(|| Uuid::now_v7().as_u64_pair().1);
        Self((low & 0xffff_ffff) << 31 | 1)
    }

    /// Returns the id of the session's next event.
    pub(crate) fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// Returns the id before this one, of a session's event.
    pub(crate) fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

as_text!(StoreId);
id! {
    /// A client: one device or browser profile, with one eventlog per store.
    ClientId
}
id! {
    /// A session: one tab or one opened store of a client.
    SessionId
}
