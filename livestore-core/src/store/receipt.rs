//! Receipts: how far a commit got.

mod progress;

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

pub(super) use progress::Progress;

use crate::event::SeqNum;

/// How far a commit has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// In this session's state, visible to its queries.
    Committed,
    /// In the leader's log, as durable as the adapter makes it.
    Persisted,
    /// Confirmed by the backend, with its final sequence number.
    Synced,
}

/// Why a commit will not get further.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// The leader failed first.
    #[error("the events were not persisted: {reason}")]
    Stopped {
        /// What failed.
        reason: Arc<str>,
    },
    /// The leader has the events, in memory only, because nothing can be stored here (a private window, for
    /// instance): they are gone when the last tab is.
    #[error("the events are only kept in memory, since nothing can be stored here")]
    NotStored,
    /// The store has no backend, so nothing is ever synced.
    #[error("the store has no sync backend")]
    NoBackend,
    /// The store was closed first: the events are in the leader's log if the receipt said so, and are
    /// pushed when the store is opened again.
    #[error("the store was closed")]
    Closed,
    /// Events of the commit were refused, or taken out again, and are not in the state.
    ///
    /// By the backend, by the event's own check where a rebase put it, or because it can't be
    /// materialized there. The commit's other events stay.
    #[error("the events were rejected: {reason}")]
    Rejected {
        /// Why.
        reason: Arc<str>,
    },
}

/// Tells how far a commit gets. Dropping it costs nothing and stops nothing.
#[derive(Clone, Debug)]
pub struct Receipt {
    seq: SeqNum,
    track: Arc<Track>,
}

/// What the store knows of one commit.
#[derive(Debug)]
pub(super) struct Track {
    inner: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    outcome: Result<Stage, ReceiptError>,
    /// The last event's number, once it is final.
    synced: Option<SeqNum>,
    replaced: bool,
    /// Whether there is a backend that could confirm it.
    syncs: bool,
    /// Whether the leader has it in memory only, though it was meant to be stored.
    in_memory: bool,
    /// Whether nothing more will be known.
    closed: bool,
    waiting: Vec<Waker>,
}

impl Receipt {
    /// Makes the receipt of events that were refused, for callers that report the error elsewhere.
    pub fn rejected(head: SeqNum, reason: impl Into<Arc<str>>) -> Self {
        let reason = reason.into();
        Self {
            seq: head,
            track: Track::new(Err(ReceiptError::Rejected { reason }), true),
        }
    }

    /// Makes the receipt of a commit without events.
    pub(super) fn of_nothing(head: SeqNum) -> Self {
        Self {
            seq: head,
            track: Track::new(Ok(Stage::Persisted), false),
        }
    }

    /// Returns the last event's sequence number as it was when committed.
    pub fn seq(&self) -> SeqNum {
        self.seq
    }

    /// Returns how far the events have got.
    ///
    /// # Errors
    /// When they were rejected, or the leader failed before they were persisted.
    pub fn stage(&self) -> Result<Stage, ReceiptError> {
        self.track.lock().outcome.clone()
    }

    /// Whether a check has put another event in the place of one of them, when a rebase moved it.
    pub fn was_replaced(&self) -> bool {
        self.track.lock().replaced
    }

    /// Waits until the events are in the leader's log.
    ///
    /// # Errors
    /// When they never will be, or the store was dropped first; [`ReceiptError::NotStored`] where the leader
    /// can keep them in memory only.
    pub fn persisted(&self) -> impl Future<Output = Result<(), ReceiptError>> + Send + use<> {
        self.wait(|known| match &known.outcome {
            Ok(Stage::Committed) if known.in_memory => Some(Err(ReceiptError::NotStored)),
            Ok(Stage::Committed) if known.closed => Some(Err(ReceiptError::Closed)),
            Ok(Stage::Committed) => None,
            Ok(_) => Some(Ok(())),
            Err(error) => Some(Err(error.clone())),
        })
    }

    /// Waits until the backend has confirmed the events; returns the last one's final number.
    ///
    /// # Errors
    /// When that will never happen; [`ReceiptError::NoBackend`] for a store without a backend, and
    /// [`ReceiptError::Closed`] when the store was closed first.
    pub fn synced(&self) -> impl Future<Output = Result<SeqNum, ReceiptError>> + Send + use<> {
        self.wait(|known| match (&known.outcome, known.synced) {
            (Err(error), _) => Some(Err(error.clone())),
            (Ok(_), Some(seq)) => Some(Ok(seq)),
            (Ok(stage), None)
                if !known.syncs && (*stage == Stage::Persisted || known.in_memory) =>
            {
                Some(Err(ReceiptError::NoBackend))
            }
            (Ok(_), None) if known.closed => Some(Err(ReceiptError::Closed)),
            (Ok(_), None) => None,
        })
    }

    fn wait<T>(&self, reached: fn(&Known) -> Option<T>) -> Wait<T> {
        Wait {
            track: Arc::clone(&self.track),
            reached,
        }
    }
}

/// Waits until something is known of a commit.
struct Wait<T> {
    track: Arc<Track>,
    reached: fn(&Known) -> Option<T>,
}

impl<T> Future for Wait<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut known = self.track.lock();
        if let Some(outcome) = (self.reached)(&known) {
            return Poll::Ready(outcome);
        }
        let waker = context.waker();
        if !known.waiting.iter().any(|other| other.will_wake(waker)) {
            known.waiting.push(waker.clone());
        }
        Poll::Pending
    }
}

impl Track {
    fn new(outcome: Result<Stage, ReceiptError>, syncs: bool) -> Arc<Self> {
        Arc::new(Self {
            inner: Mutex::new(Known {
                outcome,
                synced: None,
                replaced: false,
                syncs,
                in_memory: false,
                closed: false,
                waiting: Vec::new(),
            }),
        })
    }

    /// Notes something and wakes who waits; what has failed stays so.
    fn note(&self, change: impl FnOnce(&mut Known)) {
        let waiting = {
            let mut known = self.lock();
            if known.outcome.is_err() {
                return;
            }
            change(&mut known);
            std::mem::take(&mut known.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
