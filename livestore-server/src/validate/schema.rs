//! Validation by the app's own schema: the server has the state its clients have, and tries events on it.

use std::{fmt, panic::resume_unwind, sync::Arc};

use livestore_core::{
    event::{EncodedArgs, GlobalEvent, StoreId},
    schema::Schema,
    validation::{Replica, ReplicaError},
};
use tokio::task::JoinError;

use super::{Candidate, Judge, Judgement, RejectedEvent, Validator};
use crate::storage::{EventStore, PageLimit, StorageError, StoredEvent};

/// How much of a log is read at once to build a state.
const PAGE: PageLimit = PageLimit {
    events: 5000,
    bytes: 8 << 20,
};

/// A [`Validator`] that runs the app's own schema.
///
/// An event is rejected if the schema does not know it, its arguments do not decode, its check rejects it,
/// or a constraint forbids what its materializer writes. For that the server keeps the state of each store
/// that is pushed to, in memory, as long as the store is in use; it is built from the log at the first push.
/// How many there can be is [`max_active_stores`](crate::hub::HubOptions::max_active_stores).
///
/// ```no_run
/// # use livestore_core::schema::Schema;
/// # use livestore_server::{SyncServer, validate::SchemaValidator};
/// # fn example(schema: Schema) {
/// SyncServer::builder().validator(SchemaValidator::new(schema));
/// # }
/// ```
#[derive(Clone)]
pub struct SchemaValidator {
    schema: Schema,
}

impl fmt::Debug for SchemaValidator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchemaValidator").finish_non_exhaustive()
    }
}

impl SchemaValidator {
    /// Validates by a schema.
    pub fn new(schema: Schema) -> Self {
        Self { schema }
    }
}

impl Validator for SchemaValidator {
    fn start(&self, store: &StoreId, storage: &Arc<dyn EventStore>) -> Box<dyn Judge> {
        Box::new(SchemaJudge {
            schema: self.schema.clone(),
            store: store.clone(),
            storage: Arc::clone(storage),
            state: None,
        })
    }
}

struct SchemaJudge {
    schema: Schema,
    store: StoreId,
    storage: Arc<dyn EventStore>,
    /// Built when it is first needed, and thrown away when it may be ahead of the log.
    state: Option<Built>,
}

struct Built {
    replica: Replica,
    /// The last event it has.
    head: u64,
}

impl Judge for SchemaJudge {
    fn judge<'a>(&'a mut self, candidate: Candidate<'a>) -> Judgement<'a> {
        Box::pin(async move {
            let Some((first, last)) = candidate.events.first().zip(candidate.events.last()) else {
                return Ok(Vec::new());
            };
            let mut events = Vec::with_capacity(candidate.events.len());
            for event in candidate.events {
                match global(event) {
                    Ok(event) => events.push(event),
                    Err(error) => {
                        return Ok(vec![RejectedEvent {
                            seq_num: event.seq_num,
                            reason: format!("its arguments cannot be read: {error}").into(),
                        }]);
                    }
                }
            }
            let (parent, head) = (first.parent_seq_num, last.seq_num);
            let mut built = self.built(candidate.backend_id, parent).await?;
            // SQLite takes its time, and other stores' tasks are on this thread.
            let judged = tokio::task::spawn_blocking(move || {
                let refused = built.replica.judge(&events);
                (built, refused)
            });
            let (mut built, refused) = finished(judged.await)?;
            let refused = refused.map_err(failed)?;
            if refused.is_empty() {
                built.head = head;
            }
            self.state = Some(built);
            let rejected = refused.into_iter().map(|refused| RejectedEvent {
                seq_num: refused.seq_num,
                reason: refused.reason,
            });
            Ok(rejected.collect())
        })
    }

    fn settle(&mut self, taken: bool) {
        if !taken {
            self.state = None;
        }
    }
}

impl SchemaJudge {
    /// Returns the state of the log up to an event: the one there is, with what has come since.
    async fn built(&mut self, backend_id: &str, head: u64) -> Result<Built, StorageError> {
        let mut built = match self.state.take() {
            Some(built) if built.head <= head => built,
            _ => Built {
                replica: Replica::new(&self.schema).map_err(failed)?,
                head: 0,
            },
        };
        while built.head < head {
            let page = self.storage.page(&self.store, built.head, PAGE).await?;
            let events = page.events.iter().filter(|event| event.seq_num <= head);
            // What cannot be read cannot be applied by anybody: it changes nothing.
            let events: Vec<_> = events.filter_map(|event| global(event).ok()).collect();
            let last = page.events.last().map(|last| last.seq_num.min(head));
            let Some(last) = last.filter(|_| *page.store.backend_id == *backend_id) else {
                return Err(failed("the log was replaced"));
            };
            let followed = tokio::task::spawn_blocking(move || {
                built.replica.follow(events)?;
                built.head = last;
                Ok::<_, ReplicaError>(built)
            });
            built = finished(followed.await)?.map_err(failed)?;
        }
        Ok(built)
    }
}

fn global(event: &StoredEvent) -> Result<GlobalEvent, serde_json::Error> {
    let args = event.args.as_ref().map_or("null", |args| args.get());
    Ok(GlobalEvent {
        name: Arc::clone(&event.name),
        args: EncodedArgs::parse(args)?,
        seq_num: event.seq_num,
        parent_seq_num: event.parent_seq_num,
        client_id: (&*event.client_id).into(),
        session_id: (&*event.session_id).into(),
    })
}

/// Returns what a thread has found out, or panics as it did.
fn finished<T>(result: Result<T, JoinError>) -> Result<T, StorageError> {
    result.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        // The runtime ends.
        Err(error) => failed(error),
    })
}

/// Nothing was found out; the client comes again.
fn failed(error: impl fmt::Display) -> StorageError {
    StorageError::Unavailable {
        reason: error.to_string().into(),
    }
}
