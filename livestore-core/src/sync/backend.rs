//! What a sync backend is: the one place that orders a store's events.

use std::{any::Any, fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use futures::Stream;
use serde::{Deserialize, Serialize};

use crate::event::{ClientId, GlobalEvent, StoreId};

/// A future of a backend; it stays on the leader's thread.
pub type BackendFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The pages of a pull, in order; an error ends them.
pub type BackendPages = Pin<Box<dyn Stream<Item = Result<PullPage, BackendError>>>>;

/// A way to reach a sync backend; it makes connections.
///
/// It is handed to the leader, which may run on another thread. Implement it for a transport of your
/// own; [`InProcessBackend`](crate::adapter::InProcessBackend) is one without a network.
pub trait SyncBackend: Any + Send {
    /// Connects to the backend for one store.
    ///
    /// # Errors
    /// [`BackendError::Offline`] when it cannot be reached. The leader tries again with growing
    /// pauses, whatever the error.
    fn connect(
        &self,
        store: &StoreId,
        client: &ClientId,
    ) -> BackendFuture<'static, Result<Box<dyn BackendConnection>, BackendError>>;

    /// Describes the backend to people.
    fn metadata(&self) -> BackendMetadata;
}

/// A connection to a sync backend; dropping it ends it.
///
/// The backend keeps one log per store. It takes a push when its first event follows the log's head,
/// all or nothing, and never gives an event another number.
pub trait BackendConnection {
    /// Reads the log after a cursor, from the start without one.
    ///
    /// At least one page comes, an empty one where nothing is left. The last page of what is there
    /// says [`PageInfo::NoMore`]; a live pull then goes on with what is pushed later, this client's
    /// own events included.
    fn pull(&self, cursor: Option<Cursor>, live: bool) -> BackendPages;

    /// Appends events, all or none.
    ///
    /// # Errors
    /// [`PushError::ServerAhead`] when the log has events the batch does not follow; a live pull
    /// delivers them. [`PushError::Rejected`] names events the backend will never take.
    fn push(&self, batch: Vec<GlobalEvent>) -> BackendFuture<'static, Result<(), PushError>>;

    /// Finds out whether the backend still answers.
    ///
    /// # Errors
    /// When it does not; the leader connects again.
    fn ping(&self) -> BackendFuture<'static, Result<(), BackendError>>;
}

/// What a backend says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendMetadata {
    /// Its name.
    pub name: String,
    /// What it is, in a few words.
    pub description: String,
}

/// Where a pull starts: after this event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The last event that is known.
    pub seq_num: u64,
    /// What the backend attached to that event.
    pub metadata: Option<Arc<str>>,
    /// The backend whose log it is a place of.
    pub backend_id: Option<Arc<str>>,
}

/// A piece of the backend's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PullPage {
    /// The events, in order.
    pub events: Vec<PulledEvent>,
    /// Whether more is there.
    pub info: PageInfo,
    /// The identity of the backend's log, if it has one; it changes when the log starts anew.
    pub backend_id: Option<Arc<str>>,
}

/// An event as the backend gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PulledEvent {
    /// The event.
    pub event: GlobalEvent,
    /// What the backend attached to it, as JSON text.
    pub metadata: Option<Arc<str>>,
}

/// Whether more pages are there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageInfo {
    /// This is all there is by now.
    #[default]
    NoMore,
    /// More follows.
    MoreUnknown,
    /// So many events follow.
    MoreKnown {
        /// How many.
        remaining: u64,
    },
}

/// What can go wrong with a backend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum BackendError {
    /// It cannot be reached.
    #[error("the sync backend cannot be reached: {reason}")]
    Offline {
        /// What was tried.
        reason: String,
    },
    /// Its log is another one than the client's was synced with.
    #[error("the sync backend's log is `{received}`, but this store was synced with `{expected}`")]
    BackendIdMismatch {
        /// The log the client knows.
        expected: String,
        /// The log there is.
        received: String,
    },
    /// It does not serve this client: a token is missing, wrong or too old; tried again.
    #[error("the sync backend does not serve this client: {reason}")]
    Unauthorized {
        /// Why.
        reason: String,
    },
    /// It has too much to do; tried again, but not at once.
    #[error("the sync backend is busy, and wants to be left alone for {} s", retry_after.as_secs_f32().ceil())]
    Busy {
        /// For how long.
        retry_after: Duration,
    },
    /// Anything else; tried again.
    #[error("the sync backend failed: {reason}")]
    Failed {
        /// What it said.
        reason: String,
    },
}

impl BackendError {
    /// Says that the backend cannot be reached.
    pub fn offline(reason: impl fmt::Display) -> Self {
        Self::Offline {
            reason: reason.to_string(),
        }
    }

    /// Says that the backend failed.
    pub fn failed(reason: impl fmt::Display) -> Self {
        Self::Failed {
            reason: reason.to_string(),
        }
    }
}

/// Why a push was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The log has events that the batch does not follow.
    #[error("the sync backend is ahead: the push must follow {minimum_expected}, not {provided}")]
    ServerAhead {
        /// The head of the backend's log.
        minimum_expected: u64,
        /// The parent of the first event pushed.
        provided: u64,
    },
    /// The backend will never take some of the events; it has taken none of the batch.
    #[error("the sync backend rejects {} of the events: {}", events.len(), first_reason(events))]
    Rejected {
        /// The events.
        events: Vec<RejectedEvent>,
    },
    /// The backend failed.
    #[error(transparent)]
    Backend(#[from] BackendError),
}

/// An event that a backend will not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEvent {
    /// Its number in the push.
    pub seq_num: u64,
    /// Why.
    pub reason: Arc<str>,
}

fn first_reason(events: &[RejectedEvent]) -> &str {
    events.first().map_or("", |event| &event.reason)
}
