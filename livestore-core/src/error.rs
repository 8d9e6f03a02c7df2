//! The one error type of the crate's boundary.

use crate::{
    event::{EncodeEventError, InvalidStoreId},
    query::QueryError,
    schema::{MaterializeError, SchemaError},
};

/// What a store's operations can fail with; nothing was changed by the one that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name cannot be a store's.
    #[error(transparent)]
    InvalidStoreId(#[from] InvalidStoreId),
    /// The schema cannot work.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// An event has no JSON form.
    #[error(transparent)]
    Encode(#[from] EncodeEventError),
    /// The schema declares no event of that name.
    #[error("store `{store}`: the schema has no event `{event}`")]
    UnknownEvent {
        /// The store.
        store: String,
        /// The event.
        event: String,
    },
    /// An event could not be turned into writes.
    #[error("store `{store}`: {source}")]
    Materialize {
        /// The store.
        store: String,
        /// What failed.
        source: Box<MaterializeError>,
    },
    /// The event's check says no to the state it would land in.
    #[error("store `{store}`: event `{event}` was rejected: {reason}")]
    Rejected {
        /// The store.
        store: String,
        /// The event.
        event: String,
        /// What the check said.
        reason: String,
    },
    /// A query could not be run or decoded.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The store could not be opened.
    #[error("store `{store}` could not be opened: {reason}")]
    Boot {
        /// The store.
        store: String,
        /// What failed.
        reason: String,
    },
    /// The store takes no more commits because its leader failed.
    #[error("store `{store}` has stopped: {reason}")]
    Stopped {
        /// The store.
        store: String,
        /// What failed.
        reason: String,
    },
    /// A newer version of the app has the store, so this one takes no more commits.
    #[error("store `{store}`: {}", crate::store::OUTDATED)]
    Outdated {
        /// The store.
        store: String,
    },
    /// The log could not be read.
    #[error("the log of store `{store}` could not be read: {reason}")]
    Log {
        /// The store.
        store: String,
        /// What failed.
        reason: String,
    },
    /// The store was shut down.
    #[error("store `{store}` is closed")]
    Closed {
        /// The store.
        store: String,
    },
}

/// The result of a store's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;
