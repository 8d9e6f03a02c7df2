//! Committing: number, materialize, notify, hand to the leader.

use std::sync::Arc;

use super::{Core, Receipt, Shared, Store, StoreStatus};
use crate::{
    error::{Error, Result},
    event::{EncodedEvent, EventBatch, EventInput, IntoEvents},
    reactive::LiveNode,
    state::{Changeset, Touched},
    sync::ToLeader,
};

/// An event the leader has not confirmed.
pub(super) struct Pending {
    pub(super) event: EncodedEvent,
    /// What it changed, for taking it back.
    pub(super) changeset: Changeset,
}

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
        let batch = EventBatch::from_events(events)?.into_inner();
        let (receipt, changed) = self.shared.commit(batch)?;
        // The leader first: a listener that panics must not keep the events from it.
        self.shared.flush();
        for node in changed {
            node.notify();
        }
        Ok(receipt)
    }
}

impl Shared {
    fn commit(&self, batch: Vec<EventInput>) -> Result<(Receipt, Vec<Arc<dyn LiveNode>>)> {
        let mut core = self.lock();
        self.check_writable(&core)?;
        let events = self.number(&core, batch)?;
        let changesets = core.state.apply(&events).map_err(|source| match source {
            crate::schema::MaterializeError::Schema(error) => Error::Schema(error),
            source => Error::Materialize {
                store: self.id.to_string(),
                source: Box::new(source),
            },
        })?;

        let mut touched = Touched::default();
        changesets
            .iter()
            .for_each(|changeset| touched.add(changeset));
        let count = events.len();
        if let Some(last) = events.last() {
            core.head = last.seq;
            let pending = events.iter().cloned().zip(changesets);
            core.pending
                .extend(pending.map(|(event, changeset)| Pending { event, changeset }));
            core.outbox.push(ToLeader::Push(events));
        }
        let changed = core.refresh(&touched);
        Ok((self.progress.committed(count, core.head), changed))
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
            _ => Ok(()),
        }
    }

    fn number(&self, core: &Core, batch: Vec<EventInput>) -> Result<Vec<EncodedEvent>> {
        let mut head = core.head;
        let number = |input: EventInput| {
            let Some(def) = self.schema.event(&input.name) else {
                return Err(Error::UnknownEvent {
                    store: self.id.to_string(),
                    event: input.name.into_owned(),
                });
            };
            let (seq, parent) = head.next(def.scope);
            head = seq;
            Ok(EncodedEvent {
                name: Arc::clone(&def.name),
                args: input.args,
                seq,
                parent,
                client_id: self.client_id.clone(),
                session_id: self.session_id.clone(),
            })
        };
        batch.into_iter().map(number).collect()
    }
}

impl Core {
    /// Runs the live queries a change can concern and returns those with news.
    pub(super) fn refresh(&self, touched: &Touched) -> Vec<Arc<dyn LiveNode>> {
        if touched.is_empty() {
            return Vec::new();
        }
        let mut nodes = self.registry.affected(touched);
        nodes.retain(|node| node.refresh(&self.state));
        nodes
    }
}
