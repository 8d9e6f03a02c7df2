//! Validation: who may say that an event must not be in the log, and why.
//!
//! A push is judged where it lands, by its store's sequencer, one after the other: what a judge has seen
//! before is what the log holds. Whether its author may push at all is decided earlier, in `auth`.

mod schema;

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use futures::future::ready;
use livestore_core::event::StoreId;

pub use schema::SchemaValidator;

use crate::{
    auth::Client,
    storage::{EventStore, StorageError, StoredEvent},
};

/// What a judge answers: the events it rejects, or a failure that makes the client try again.
pub type Judgement<'a> =
    Pin<Box<dyn Future<Output = Result<Vec<RejectedEvent>, StorageError>> + Send + 'a>>;

/// Makes a judge for each store in use.
pub trait Validator: fmt::Debug + Send + Sync + 'static {
    /// Makes the judge of a store's pushes.
    fn start(&self, store: &StoreId, storage: &Arc<dyn EventStore>) -> Box<dyn Judge>;
}

/// Judges the pushes of one store, in the order of the log.
pub trait Judge: Send {
    /// Judges a push that would follow everything judged or [followed](Self::follow) so far.
    ///
    /// If it rejects nothing, the push counts as taken until [`settle`](Self::settle) tells otherwise.
    /// The log waits meanwhile. When it panics, the push fails, its author tries again later, and the next
    /// push gets another judge.
    fn judge<'a>(&'a mut self, candidate: Candidate<'a>) -> Judgement<'a>;

    /// Tells what became of everything judged good since the last time: all of it is in the log, or none.
    fn settle(&mut self, taken: bool) {
        let _ = taken;
    }

    /// Tells of events that another process has appended.
    fn follow(&mut self, events: &[StoredEvent]) {
        let _ = events;
    }
}

/// A push that fits the log.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Candidate<'a> {
    /// The store.
    pub store: &'a StoreId,
    /// Who pushes.
    pub client: &'a Client,
    /// The identity of the log.
    pub backend_id: &'a Arc<str>,
    /// The events.
    pub events: &'a [StoredEvent],
}

/// An event that will never be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedEvent {
    /// Its number in the push.
    pub seq_num: u64,
    /// Why.
    pub reason: Arc<str>,
}

/// Judges each event by itself.
pub(crate) struct EachEvent<F>(pub(crate) Arc<F>);

impl<F> fmt::Debug for EachEvent<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EachEvent")
    }
}

impl<F> Validator for EachEvent<F>
where
    F: Fn(&Candidate<'_>, &StoredEvent) -> Result<(), String> + Send + Sync + 'static,
{
    fn start(&self, _: &StoreId, _: &Arc<dyn EventStore>) -> Box<dyn Judge> {
        Box::new(Self(Arc::clone(&self.0)))
    }
}

impl<F> Judge for EachEvent<F>
where
    F: Fn(&Candidate<'_>, &StoredEvent) -> Result<(), String> + Send + Sync + 'static,
{
    fn judge<'a>(&'a mut self, candidate: Candidate<'a>) -> Judgement<'a> {
        let rejected = candidate.events.iter().filter_map(|event| {
            let reason = (self.0)(&candidate, event).err()?;
            Some(RejectedEvent {
                seq_num: event.seq_num,
                reason: reason.into(),
            })
        });
        Box::pin(ready(Ok(rejected.collect())))
    }
}
