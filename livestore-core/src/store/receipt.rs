//! Receipts: how far a commit got.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use super::StoreStatus;
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
    /// The leader failed before the events were persisted.
    #[error("the events were not persisted: {reason}")]
    Stopped {
        /// What failed.
        reason: Arc<str>,
    },
    /// The store has no backend, so nothing is ever synced.
    #[error("the store has no sync backend")]
    NoBackend,
    /// The events were refused and are not in the state.
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
    outcome: Outcome,
}

#[derive(Clone, Debug)]
enum Outcome {
    /// Taken by the session; `until` counts the session's commits up to and with this one.
    Committed {
        until: u64,
        progress: Arc<Progress>,
    },
    Rejected {
        reason: Arc<str>,
    },
}

impl Receipt {
    /// Makes the receipt of events that were refused, for callers that report the error elsewhere.
    pub fn rejected(head: SeqNum, reason: impl Into<Arc<str>>) -> Self {
        Self {
            seq: head,
            outcome: Outcome::Rejected {
                reason: reason.into(),
            },
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
        match &self.outcome {
            Outcome::Rejected { reason } => Err(ReceiptError::Rejected {
                reason: Arc::clone(reason),
            }),
            Outcome::Committed { until, progress } => match progress.reached(*until) {
                Some(Ok(())) => Ok(Stage::Persisted),
                Some(Err(error)) => Err(error),
                None => Ok(Stage::Committed),
            },
        }
    }

    /// Waits until the events are in the leader's log.
    ///
    /// # Errors
    /// When they never will be.
    pub fn persisted(&self) -> impl Future<Output = Result<(), ReceiptError>> + Send + use<> {
        let outcome = self.outcome.clone();
        async move {
            match outcome {
                Outcome::Rejected { reason } => Err(ReceiptError::Rejected { reason }),
                Outcome::Committed { until, progress } => Persisted { until, progress }.await,
            }
        }
    }

    /// Waits until the backend has confirmed the events; returns the last one's final number.
    ///
    /// # Errors
    /// When that will never happen; [`ReceiptError::NoBackend`] for a store without a backend.
    pub fn synced(&self) -> impl Future<Output = Result<SeqNum, ReceiptError>> + Send + use<> {
        let persisted = self.persisted();
        async move {
            persisted.await?;
            Err(ReceiptError::NoBackend)
        }
    }
}

/// How far a session's events have got, as counts of events in the order they were committed.
#[derive(Debug, Default)]
pub(super) struct Progress {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    committed: u64,
    persisted: u64,
    stopped: Option<StoreStatus>,
    waiting: Vec<Waker>,
}

impl Progress {
    /// Counts a commit and makes its receipt.
    pub(super) fn committed(self: &Arc<Self>, events: usize, head: SeqNum) -> Receipt {
        let mut counts = self.lock();
        counts.committed += events as u64;
        Receipt {
            seq: head,
            outcome: Outcome::Committed {
                until: counts.committed,
                progress: Arc::clone(self),
            },
        }
    }

    /// Counts events the leader has persisted.
    pub(super) fn persisted(&self, events: u64) {
        self.change(|counts| counts.persisted += events);
    }

    /// Ends the hopes of everything not yet persisted.
    pub(super) fn stop(&self, status: StoreStatus) {
        self.change(|counts| {
            counts.stopped.get_or_insert(status);
        });
    }

    pub(super) fn stopped(&self) -> Option<StoreStatus> {
        self.lock().stopped.clone()
    }

    /// Waits until everything committed so far is persisted.
    pub(super) fn all_persisted(
        self: &Arc<Self>,
    ) -> impl Future<Output = Result<(), ReceiptError>> + Send + use<> {
        Persisted {
            until: self.lock().committed,
            progress: Arc::clone(self),
        }
    }

    fn reached(&self, until: u64) -> Option<Result<(), ReceiptError>> {
        self.lock().reached(until)
    }

    fn change(&self, change: impl FnOnce(&mut Counts)) {
        let waiting = {
            let mut counts = self.lock();
            change(&mut counts);
            std::mem::take(&mut counts.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    fn reached(&self, until: u64) -> Option<Result<(), ReceiptError>> {
        match &self.stopped {
            _ if self.persisted >= until => Some(Ok(())),
            Some(status) => Some(Err(ReceiptError::Stopped {
                reason: status.to_string().into(),
            })),
            None => None,
        }
    }
}

struct Persisted {
    until: u64,
    progress: Arc<Progress>,
}

impl Future for Persisted {
    type Output = Result<(), ReceiptError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut counts = self.progress.lock();
        if let Some(outcome) = counts.reached(self.until) {
            return Poll::Ready(outcome);
        }
        if !counts
            .waiting
            .iter()
            .any(|waker| waker.will_wake(context.waker()))
        {
            counts.waiting.push(context.waker().clone());
        }
        Poll::Pending
    }
}
