//! Bringing the backend's events into the log: confirm, append, rebase, and leave out what is rejected.

use std::sync::Arc;

use super::{
    Leader, LeaderError,
    backend::{PageBuffer, as_local},
};
use crate::{
    event::{EncodedEvent, EventId, Place, SeqNum},
    eventlog::{LogChange, SyncRecord},
    fault::{self, Bug},
    sync::{Change, Hop, Merge, Payload, Reconcile, Rejected, SyncState, merge},
};

/// Pending events read beyond those a page can confirm, to find client-only ones among them. Each page
/// costs that much while a long push is under way; where it is not enough, everything pending is read.
const MARGIN: usize = 100;

impl Leader {
    /// Merges what was pulled into the log.
    pub(super) fn merge(&mut self, pages: PageBuffer) -> Result<(), LeaderError> {
        let PageBuffer {
            mut events,
            metadata,
            backend_id,
        } = pages;
        // The answer to a push may have confirmed some of them while they were collected.
        let confirmed = self.log.sync().backend_head;
        events.retain(|event| event.seq_num > confirmed);
        let Some(upto) = events.last().map(|event| event.seq_num) else {
            return self.note(metadata, backend_id);
        };
        let incoming = as_local(events);
        match self.merged(incoming)? {
            Merge::Advance { new_events, .. } => {
                let change = Change {
                    after: self.log.head(),
                    events: new_events,
                    rejected: Vec::new(),
                    replaced: Vec::new(),
                };
                self.write(change, None, upto, metadata, backend_id)
            }
            Merge::Rebase {
                state,
                mut new_events,
                confirmed,
                ..
            } => {
                new_events.truncate(new_events.len() - state.pending.len());
                let onto = match confirmed.last() {
                    Some(last) => last.place(),
                    None => self.final_place()?,
                };
                let plan = Reconcile {
                    roll_back_to: None,
                    upstream: new_events,
                    pending: state.pending,
                    generation: self.processor.generation() + 1,
                    partial: false,
                };
                let mut outcome = self.confirmed.try_rebase(&self.log, onto.seq, &plan)?;
                if fault::has(Bug::RejectHealthy)
                    && let Some(event) = outcome.kept.pop()
                {
                    let reason = "it does not fit".into();
                    outcome.rejected.push(Rejected { event, reason });
                }
                let mut events = plan.upstream;
                events.extend(outcome.kept);
                let change = Change {
                    after: onto,
                    events,
                    rejected: outcome.rejected,
                    replaced: outcome.replaced,
                };
                self.write(change, Some(plan.generation), upto, metadata, backend_id)
            }
            Merge::Reject { .. } => unreachable!("only pushes are rejected"),
        }
    }

    /// Compares what came with the pending events, reading no more of these than it takes.
    fn merged(&self, incoming: Vec<EncodedEvent>) -> Result<Merge, LeaderError> {
        let head = SeqNum::synced(self.log.sync().backend_head);
        let limit = incoming.len() + fault::limit(MARGIN);
        let pending = self.log.events_after(head, limit)?;
        let whole = pending.len() < limit;
        let attempt = |pending, incoming| {
            let state = SyncState {
                pending,
                upstream_head: head,
                local_head: self
                    .log
                    .head()
                    .seq
                    .in_generation(self.processor.generation()),
            };
            merge(state, Payload::UpstreamAdvance(incoming), Hop::Backend)
        };
        if whole {
            return Ok(attempt(pending, incoming)?);
        }
        match attempt(pending, incoming.clone())? {
            merged @ Merge::Advance { .. } if has_pending(&merged) => Ok(merged),
            _ => Ok(attempt(self.log.events_after(head, usize::MAX)?, incoming)?),
        }
    }

    /// Leaves out events that the backend will never take, wherever they stand by now.
    pub(super) fn reject(&mut self, rejections: &[(EventId, Arc<str>)]) -> Result<(), LeaderError> {
        let reason_of = |event: &EncodedEvent| {
            rejections
                .iter()
                .find(|(id, _)| *id == event.id)
                .map(|(_, reason)| Arc::clone(reason))
        };
        let base = self.final_place()?;
        let mut before = self.log.events_after(base.seq, usize::MAX)?;
        let Some(first) = before.iter().position(|event| reason_of(event).is_some()) else {
            return Ok(());
        };
        let moved = before.split_off(first);
        let onto = before.last().map_or(base, EncodedEvent::place);
        let (mut rejected, mut pending) = (Vec::new(), Vec::new());
        for event in moved {
            match reason_of(&event) {
                Some(reason) => rejected.push(Rejected { event, reason }),
                None => pending.push(event),
            }
        }
        if fault::has(Bug::RejectStrands) {
            pending.clear();
        }
        let plan = Reconcile {
            roll_back_to: None,
            upstream: before,
            pending,
            generation: self.processor.generation() + 1,
            partial: false,
        };
        let outcome = self.confirmed.try_rebase(&self.log, base.seq, &plan)?;
        rejected.extend(outcome.rejected);
        let change = Change {
            after: onto,
            events: outcome.kept,
            rejected,
            replaced: outcome.replaced,
        };
        let sync = self.log.sync().clone();
        self.write(
            change,
            Some(plan.generation),
            sync.backend_head,
            Vec::new(),
            sync.backend_id,
        )
    }

    /// Writes a change of the log together with how far the backend has confirmed it, then tells the
    /// sessions. With a generation, what stands after the change's place is taken out first.
    pub(super) fn write(
        &mut self,
        change: Change,
        generation: Option<u64>,
        backend_head: u64,
        metadata: Vec<(u64, Arc<str>)>,
        backend_id: Option<Arc<str>>,
    ) -> Result<(), LeaderError> {
        let current = self.processor.generation();
        self.log.write(&LogChange {
            truncate_after: generation.map(|_| change.after.seq),
            append: &change.events,
            sync: Some(SyncRecord {
                backend_head,
                backend_id,
                generation: generation.unwrap_or(current),
                ..self.log.sync().clone()
            }),
            metadata: &metadata,
        })?;
        let told = self
            .processor
            .changed(&change, backend_head, generation.unwrap_or(current));
        self.outbox.extend(told);
        Ok(())
    }

    /// Notes what a page without new events says.
    fn note(
        &mut self,
        metadata: Vec<(u64, Arc<str>)>,
        backend_id: Option<Arc<str>>,
    ) -> Result<(), LeaderError> {
        let sync = self.log.sync();
        if metadata.is_empty() && sync.backend_id == backend_id {
            return Ok(());
        }
        let sync = SyncRecord {
            backend_id,
            ..sync.clone()
        };
        self.log.write(&LogChange {
            sync: Some(sync),
            metadata: &metadata,
            ..LogChange::default()
        })?;
        Ok(())
    }

    /// Returns the last place that a rebase can't move any more.
    pub(super) fn final_place(&self) -> Result<Place, LeaderError> {
        Ok(match self.processor.backend_head() {
            None => self.processor.head(),
            Some(global) => self.log.last_up_to(SeqNum::synced(global))?,
        })
    }
}

/// Whether something is pending after the merge.
fn has_pending(merged: &Merge) -> bool {
    matches!(merged, Merge::Advance { state, .. } if !state.pending.is_empty())
}
