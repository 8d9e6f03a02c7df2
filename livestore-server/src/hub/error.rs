//! What can go wrong in the hub.

use std::sync::Arc;

use super::BrokenChain;
use crate::{storage::StorageError, validate::RejectedEvent};

/// A store that can't be used.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// So many stores are in use that there is no room for another.
    #[error("{limit} stores are in use, which is as many as this server allows")]
    TooManyStores {
        /// How many may be.
        limit: usize,
    },
    /// The storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The store's sequencer ended; asking again starts another.
    #[error("the store was closed")]
    Closed,
}

/// A push that was not taken.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// It does not follow the log.
    #[error("the log ends with event {head}; the push follows {provided}")]
    ServerAhead {
        /// The last event of the log.
        head: u64,
        /// The event the push follows.
        provided: u64,
    },
    /// It was made for another log.
    #[error("the log is `{expected}`; the push is for `{received}`")]
    OtherLog {
        /// The identity of the log.
        expected: Arc<str>,
        /// That which the push was made for.
        received: Arc<str>,
    },
    /// Its events do not follow each other.
    #[error(transparent)]
    BrokenChain(#[from] BrokenChain),
    /// Some of its events are refused for good.
    #[error("{} of the events are rejected: {}", events.len(), events.first().map_or("", |event| &event.reason))]
    Rejected {
        /// Those events.
        events: Vec<RejectedEvent>,
    },
    /// Whoever judges it panicked: a defect, of the app's code or the server's. It may be taken once that is mended.
    #[error("the server failed while it checked the events; its log tells more")]
    NotJudged,
    /// The store can't be used just now. The push may have been taken or not.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A pull that can't start or go on.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PullError {
    /// It was made for another log.
    #[error("the log is `{expected}`; the pull is for `{received}`")]
    OtherLog {
        /// The identity of the log.
        expected: Arc<str>,
        /// That which the pull was made for.
        received: Arc<str>,
    },
    /// The log was emptied or replaced while it was read.
    #[error("the log was replaced by another one")]
    Replaced,
    /// The store can't be used just now.
    #[error(transparent)]
    Store(#[from] StoreError),
}
