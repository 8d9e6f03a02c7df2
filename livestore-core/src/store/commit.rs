//! Committing: number, materialize, notify, hand to the leader.

use std::sync::Arc;

use super::{Core, Receipt, Shared, Store, StoreStatus};
use crate::{
    error::{Error, Result},
    event::{EncodedArgs, EncodedEvent, EventBatch, EventInput, IntoEvents},
    reactive::LiveNode,
    schema::MaterializeError,
};

impl Store {
    /// Commits one or several events, all or none.
    ///
    /// When it returns, the state has the events' writes, live queries that changed have told their
    /// listeners once, and the events are on their way to the leader. The receipt tells how far they
    /// get; it may be dropped.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    /// # #[event(name = "v1.TodoCreated")]
    /// # struct TodoCreated { id: String }
    /// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    /// # #[event(name = "v1.TodoCompleted")]
    /// # struct TodoCompleted { id: String }
    /// # fn example(store: Store) -> Result<(), livestore_core::Error> {
    /// let id = new_id();
    /// store.commit(TodoCreated { id: id.clone() })?;
    /// store.commit((TodoCompleted { id }, TodoCreated { id: new_id() }))?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// When an event doesn't encode, is unknown to the schema, or cannot be materialized; when the
    /// store is closed or stopped. Then log, state and listeners are as if nothing was called.
    pub fn commit(&self, events: impl IntoEvents) -> Result<Receipt> {
        self.commit_with(CommitOptions::default(), events)
    }

    /// Version of [`commit`](Self::commit) with options.
    ///
    /// # Errors
    /// See [`commit`](Self::commit).
    pub fn commit_with(
        &self,
        options: CommitOptions<'_>,
        events: impl IntoEvents,
    ) -> Result<Receipt> {
        let batch = EventBatch::from_events(events)?.into_inner();
        if let Some(label) = options.label {
            tracing::debug!(store = %self.id(), label, events = batch.len(), "commit");
        }
        let (receipt, changed) = self.shared.commit(batch, options.skip_refresh)?;
        // The leader first: a listener that panics must not keep the events from it.
        self.shared.flush();
        self.shared.tell_status();
        for node in changed {
            node.notify();
        }
        Ok(receipt)
    }

    /// Runs the live queries that commits [without a refresh](CommitOptions::skip_refresh) have changed, and tells
    /// their listeners.
    pub fn refresh(&self) {
        let changed = self.shared.lock().refresh_now();
        for node in changed {
            node.notify();
        }
    }
}

/// How to commit.
///
/// ```
/// # use livestore_core::{prelude::*, store::CommitOptions};
/// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// # #[event(name = "v1.TodoCreated")]
/// # struct TodoCreated { id: String }
/// # fn example(store: Store) -> Result<(), livestore_core::Error> {
/// for _ in 0..1_000 {
///     let options = CommitOptions::default().label("import").skip_refresh();
///     store.commit_with(options, TodoCreated { id: new_id() })?;
/// }
/// store.refresh();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CommitOptions<'a> {
    label: Option<&'a str>,
    skip_refresh: bool,
}

impl<'a> CommitOptions<'a> {
    /// Names the commit in the program's log.
    pub fn label(self, label: &'a str) -> Self {
        Self {
            label: Some(label),
            ..self
        }
    }

    /// Leaves live queries as they are until [`Store::refresh`], or until the next change that does not; queries that
    /// are run afresh see the new state.
    pub fn skip_refresh(self) -> Self {
        Self {
            skip_refresh: true,
            ..self
        }
    }
}

impl Shared {
    fn commit(
        &self,
        batch: Vec<EventInput>,
        skip_refresh: bool,
    ) -> Result<(Receipt, Vec<Arc<dyn LiveNode>>)> {
        let mut core = self.lock();
        self.check_writable(&core)?;
        if batch.is_empty() {
            return Ok((Receipt::of_nothing(core.session.local_head()), Vec::new()));
        }
        let mut events = self.number(&mut core, batch)?;
        let checked = self.checked(&events);
        let touched = core
            .state
            .commit(&mut events)
            .map_err(|source| self.refused(source))?;
        let replaced = checked.into_iter().any(|(at, name, args)| {
            let event = &events[at];
            event.name != name || event.args != args
        });
        let receipt = self.progress.committed(&events, replaced);
        core.session.commit(events);
        core.push_pending();
        if skip_refresh {
            core.refresh_later(&touched);
            return Ok((receipt, Vec::new()));
        }
        let changed = core.refresh(&touched);
        Ok((receipt, changed))
    }

    /// Returns, of events that have a check, what they are before it is run.
    fn checked(&self, events: &[EncodedEvent]) -> Vec<(usize, Arc<str>, EncodedArgs)> {
        let has_check = |name: &str| {
            let def = self.schema.event(name);
            def.is_some_and(|def| def.check.is_some())
        };
        events
            .iter()
            .enumerate()
            .filter(|(_, event)| has_check(&event.name))
            .map(|(at, event)| (at, Arc::clone(&event.name), event.args.clone()))
            .collect()
    }

    fn refused(&self, source: MaterializeError) -> Error {
        let store = self.id.to_string();
        match source {
            MaterializeError::Schema(error) => Error::Schema(error),
            MaterializeError::Rejected { event, reason, .. } => Error::Rejected {
                store,
                event,
                reason,
            },
            source => Error::Materialize {
                store,
                source: Box::new(source),
            },
        }
    }

    fn check_writable(&self, core: &Core) -> Result<()> {
        let store = || self.id.to_string();
        if core.closed {
            return Err(Error::Closed { store: store() });
        }
        match self.progress.stopped() {
            Some(StoreStatus::Stopped { reason }) => Err(Error::Stopped {
                store: store(),
                reason: reason.to_string(),
            }),
            Some(StoreStatus::Outdated) => Err(Error::Outdated { store: store() }),
            _ => Ok(()),
        }
    }

    fn number(&self, core: &mut Core, batch: Vec<EventInput>) -> Result<Vec<EncodedEvent>> {
        let mut head = core.session.local_head();
        let number = |input: EventInput| {
            let Some(def) = self.schema.event(&input.name) else {
                return Err(Error::UnknownEvent {
                    store: self.id.to_string(),
                    event: input.name.into_owned(),
                });
            };
            def.warn_of_deprecated(&input.args);
            let (seq, parent) = head.next(def.scope);
            head = seq;
            Ok(EncodedEvent {
                name: Arc::clone(&def.name),
                args: input.args,
                seq,
                parent,
                client_id: self.client_id.clone(),
                session_id: self.session_id.clone(),
                id: core.next_id(),
            })
        };
        batch.into_iter().map(number).collect()
    }
}
