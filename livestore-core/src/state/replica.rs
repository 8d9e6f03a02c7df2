//! A state that follows a log from outside, and judges what is to follow it: what a backend validates with.

use std::sync::Arc;

use super::{State, StateError, replay::Reconciled};
use crate::{
    event::{EncodedEvent, EventId, EventScope, GlobalEvent},
    schema::Schema,
};

/// The state that a store's clients have, kept by somebody who is none of them.
///
/// ```
/// # use livestore_core::{event::{EncodedArgs, GlobalEvent}, prelude::*, validation::Replica};
/// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// # #[event(name = "v1.NameClaimed")]
/// # struct NameClaimed { name: String }
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # #[table(name = "names")]
/// # struct Name { #[column(primary_key)] name: String }
/// # let schema = Schema::builder()
/// #     .table::<Name>()
/// #     .on(|e: &NameClaimed, _| Name::insert().set(Name::NAME, &e.name))
/// #     .build()?;
/// # let claim = |seq_num: u64| GlobalEvent {
/// #     name: "v1.NameClaimed".into(), args: EncodedArgs::parse(r#"{"name":"ada"}"#).unwrap(),
/// #     seq_num, parent_seq_num: seq_num - 1, client_id: "c".into(), session_id: "s".into(),
/// # };
/// let mut replica = Replica::new(&schema)?;
/// assert!(replica.judge(&[claim(1)])?.is_empty());
/// // The same name again violates the table's primary key.
/// assert_eq!(replica.judge(&[claim(2)])?[0].seq_num, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Replica {
    state: State,
}

/// A replica that failed; it is of no use any more.
#[derive(Debug, thiserror::Error)]
#[error("a replica of the store's state failed: {reason}")]
pub struct ReplicaError {
    reason: String,
}

/// An event that does not hold where it would land.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its number.
    pub seq_num: u64,
    /// Why.
    pub reason: Arc<str>,
}

/// Why what was tried is taken back.
enum Undone {
    Refused(Box<Reconciled>),
    Failed(StateError),
}

impl From<rusqlite::Error> for Undone {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<StateError> for ReplicaError {
    fn from(error: StateError) -> Self {
        Self {
            reason: error.to_string(),
        }
    }
}

impl Replica {
    /// Makes the state of an empty log, in memory.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn new(schema: &Schema) -> Result<Self, ReplicaError> {
        let state = State::open(schema).map_err(StateError::from)?;
        Ok(Self { state })
    }

    /// Applies events of the log. One that can't be applied changes nothing, as on every client.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn follow(&mut self, events: Vec<GlobalEvent>) -> Result<(), ReplicaError> {
        let events: Vec<_> = events.into_iter().map(EncodedEvent::from).collect();
        self.state.replay(&events)?;
        self.forget_how_to_undo();
        Ok(())
    }

    /// Checks and applies events that are to follow; if one does not hold, returns all that don't and
    /// applies none.
    ///
    /// An event does not hold if the schema does not know it, its arguments do not decode, its check rejects
    /// or would replace it, or a constraint forbids what it writes.
    ///
    /// # Errors
    /// When SQLite fails.
    pub fn judge(&mut self, events: &[GlobalEvent]) -> Result<Vec<Refused>, ReplicaError> {
        let unknown: Vec<_> = events
            .iter()
            .filter_map(|event| self.unknown(event))
            .collect();
        if !unknown.is_empty() {
            return Ok(unknown);
        }
        // The id tells an event by its number in the push, which a rebase does not keep.
        let pending = |event: &GlobalEvent| EncodedEvent {
            id: EventId(event.seq_num),
            ..EncodedEvent::from(event.clone())
        };
        let pending = events.iter().map(pending).collect();
        let head = self.state.head();
        let outcome = self.state.atomically(Undone::from, |state| {
            let tried = state
                .reapply(pending, head, head.rebase_generation, false)
                .map_err(Undone::Failed)?;
            if tried.rejected.is_empty() && tried.replaced.is_empty() {
                return Ok(());
            }
            Err(Undone::Refused(Box::new(tried)))
        });
        match outcome {
            Ok(()) => {
                self.forget_how_to_undo();
                Ok(Vec::new())
            }
            Err(Undone::Refused(tried)) => {
                self.state.journal.truncate(head);
                Ok(refused(*tried))
            }
            Err(Undone::Failed(error)) => Err(error.into()),
        }
    }

    fn unknown(&self, event: &GlobalEvent) -> Option<Refused> {
        let reason = match self.state.schema.event(&event.name) {
            Some(def) if def.scope == EventScope::Synced => return None,
            Some(_) => format!("event `{}` stays on its client", event.name),
            None => format!("event `{}` is not known here", event.name),
        };
        Some(Refused {
            seq_num: event.seq_num,
            reason: reason.into(),
        })
    }

    /// A log does not take anything back.
    fn forget_how_to_undo(&mut self) {
        self.state.discard_journal_up_to(self.state.head());
    }
}

fn refused(tried: Reconciled) -> Vec<Refused> {
    let rejected = tried.rejected.into_iter().map(|rejected| Refused {
        seq_num: rejected.event.id.0,
        reason: rejected.reason,
    });
    let replaced = tried.replaced.into_iter().map(|id| Refused {
        seq_num: id.0,
        reason: "its check puts another event in its place".into(),
    });
    let mut refused: Vec<_> = rejected.chain(replaced).collect();
    refused.sort_by_key(|refused| refused.seq_num);
    refused
}
