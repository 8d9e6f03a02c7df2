//! The one merge of the system: what a node does with events that come to it.
//!
//! A node (a session, or a leader) has events its upstream (the leader, or the backend) has not
//! confirmed: they are *pending*. Pushes of its own add to them; what comes from upstream confirms
//! them, follows them, or contradicts them: then they are numbered anew behind it, as git rebases
//! commits. [`merge`] decides which; it is a pure function, and both hops use it.

mod error;

use std::collections::HashSet;

pub use error::MergeError;

use crate::{
    event::{EncodedEvent, EventId, EventScope, SeqNum},
    fault::{self, Bug},
};

/// Which of the two hops a merge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// Session and leader: client-only events cross it like all others.
    Leader,
    /// Leader and backend: client-only events stay on this side of it.
    Backend,
}

/// What a node knows of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SyncState {
    /// The events that upstream has not confirmed, oldest first.
    pub pending: Vec<EncodedEvent>,
    /// The last event that upstream has confirmed.
    pub upstream_head: SeqNum,
    /// The last event there is: the last pending one, or the upstream head.
    pub local_head: SeqNum,
}

/// What comes to a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    /// Events from downstream, or from the node itself.
    LocalPush(Vec<EncodedEvent>),
    /// Events that upstream has added behind its head.
    UpstreamAdvance(Vec<EncodedEvent>),
    /// Upstream has taken back events and put others in their place.
    UpstreamRebase {
        /// The last event that stays.
        onto: SeqNum,
        /// The confirmed events that upstream has taken back.
        rollback: Vec<EncodedEvent>,
        /// What stands there now.
        new_events: Vec<EncodedEvent>,
    },
}

/// What a node does with a payload.
#[derive(Clone, Debug, PartialEq)]
pub enum Merge {
    /// Nothing has to be taken back.
    Advance {
        /// What the node knows now.
        state: SyncState,
        /// The events to apply.
        new_events: Vec<EncodedEvent>,
        /// The pending events that are confirmed.
        confirmed: Vec<EncodedEvent>,
    },
    /// Events are taken back, others applied, and the pending ones follow those under new numbers.
    Rebase {
        /// What the node knows now; `pending` is numbered anew.
        state: SyncState,
        /// The events to take back, in the order of the log.
        rollback: Vec<EncodedEvent>,
        /// The events to apply: upstream's, then the pending ones.
        new_events: Vec<EncodedEvent>,
        /// The pending events that are confirmed.
        confirmed: Vec<EncodedEvent>,
    },
    /// A push that does not follow the local head; the state is as before.
    Reject {
        /// What the node knows.
        state: SyncState,
        /// The least number an event must have to be taken.
        expected_minimum: SeqNum,
    },
}

/// Merges a payload into what a node knows.
///
/// # Errors
/// When the payload breaks its contract: [`MergeError::is_upstreams_fault`] tells whether to pull
/// again, or whether the caller is wrong.
pub fn merge(state: SyncState, payload: Payload, hop: Hop) -> Result<Merge, MergeError> {
    match payload {
        Payload::LocalPush(events) => local_push(state, events, hop),
        Payload::UpstreamAdvance(events) => upstream_advance(state, events, hop),
        Payload::UpstreamRebase {
            onto,
            rollback,
            new_events,
        } => {
            error::check_pending(&state.pending)?;
            error::check_ascending(&new_events, onto)?;
            Ok(rebase(state, rollback, 0, 0, new_events, onto))
        }
    }
}

fn local_push(
    mut state: SyncState,
    events: Vec<EncodedEvent>,
    hop: Hop,
) -> Result<Merge, MergeError> {
    let Some(first) = events.first() else {
        return Ok(unchanged(state));
    };
    if !first.seq.is_after(state.local_head) {
        let (expected_minimum, _) = state.local_head.next(EventScope::ClientOnly);
        return Ok(Merge::Reject {
            state,
            expected_minimum,
        });
    }
    error::check_pushed(&events)?;
    let crosses = |event: &&EncodedEvent| hop == Hop::Leader || event.scope() == EventScope::Synced;
    state.pending.extend(events.iter().filter(crosses).cloned());
    state.local_head = match state.pending.last() {
        Some(last) => last.seq,
        None => later(state.local_head, state.upstream_head),
    };
    Ok(Merge::Advance {
        state,
        new_events: events,
        confirmed: Vec::new(),
    })
}

fn upstream_advance(
    mut state: SyncState,
    mut incoming: Vec<EncodedEvent>,
    hop: Hop,
) -> Result<Merge, MergeError> {
    let Some(last) = incoming.last() else {
        return Ok(unchanged(state));
    };
    let head = last.seq;
    error::check_pending(&state.pending)?;
    error::check_ascending(&incoming, state.upstream_head)?;
    let Matched {
        pending,
        incoming: matched,
        diverged,
    } = match_prefix(&state.pending, &incoming, hop);
    if diverged {
        return Ok(rebase(state, Vec::new(), pending, matched, incoming, head));
    }
    let new_events = incoming.split_off(matched);
    let remaining = state.pending.split_off(pending);
    let confirmed = std::mem::replace(&mut state.pending, remaining);
    state.upstream_head = head;
    state.local_head = match state.pending.last() {
        Some(last) => last.seq,
        None => later(state.local_head, head),
    };
    Ok(Merge::Advance {
        state,
        new_events,
        confirmed,
    })
}

/// How far pending and incoming events are the same.
struct Matched {
    /// How many pending events are confirmed.
    pending: usize,
    /// How many incoming events are known already.
    incoming: usize,
    /// Whether the events after these contradict each other.
    diverged: bool,
}

/// Walks both lists. On the backend's hop a client-only event is passed over as soon as upstream has
/// something behind it: it keeps its place, and what contradicts is found among the synced ones only.
fn match_prefix(pending: &[EncodedEvent], incoming: &[EncodedEvent], hop: Hop) -> Matched {
    let mut at = 0;
    for (matched, event) in incoming.iter().enumerate() {
        while hop == Hop::Backend
            && pending
                .get(at)
                .is_some_and(|event| event.scope() == EventScope::ClientOnly)
        {
            at += 1;
        }
        let Some(own) = pending.get(at) else {
            return Matched {
                pending: at,
                incoming: matched,
                diverged: false,
            };
        };
        // Ids cross the leader's hop only: there, the same words said twice are two events.
        let other_id = own.id != event.id && event.id != EventId::REMOTE;
        if other_id || !own.is_same_event(event) {
            let counted = fault::has(Bug::CountClientOnly) && hop == Hop::Backend;
            return Matched {
                pending: if counted { matched } else { at },
                incoming: matched,
                diverged: true,
            };
        }
        at += 1;
    }
    Matched {
        pending: at,
        incoming: incoming.len(),
        diverged: false,
    }
}

/// Takes back `rollback` and the pending events from `kept` on, and numbers those anew behind
/// upstream's events, of which the first `known` are applied already.
///
/// A pending event that is among upstream's (it was taken and then moved, and nobody could say so) is
/// not applied a second time.
fn rebase(
    mut state: SyncState,
    mut rollback: Vec<EncodedEvent>,
    kept: usize,
    known: usize,
    mut incoming: Vec<EncodedEvent>,
    onto: SeqNum,
) -> Merge {
    let base = incoming.last().map_or(onto, |last| last.seq);
    let mut new_events = incoming.split_off(known);
    let unconfirmed = state.pending.split_off(kept);
    let confirmed = std::mem::take(&mut state.pending);
    let taken: HashSet<EventId> = new_events
        .iter()
        .map(|event| event.id)
        .filter(|id| *id != EventId::REMOTE && !fault::has(Bug::ForgetIdentity))
        .collect();
    rollback.extend(unconfirmed.iter().cloned());
    let moved = unconfirmed
        .into_iter()
        .filter(|event| !taken.contains(&event.id));
    let generation = state
        .local_head
        .rebase_generation
        .max(base.rebase_generation);
    state.pending = renumber(moved, base, generation + 1);
    state.upstream_head = base;
    state.local_head = state
        .pending
        .last()
        .map_or(base.in_generation(generation), |last| last.seq);
    new_events.extend(state.pending.iter().cloned());
    Merge::Rebase {
        state,
        rollback,
        new_events,
        confirmed,
    }
}

/// Numbers events one after the other behind `base`, in a generation of their own.
pub(crate) fn renumber(
    events: impl IntoIterator<Item = EncodedEvent>,
    base: SeqNum,
    generation: u64,
) -> Vec<EncodedEvent> {
    let mut head = base;
    let renumbered = events.into_iter().map(|mut event| {
        (event.seq, event.parent) = head.next_in_generation(event.scope(), generation);
        head = event.seq;
        event
    });
    renumbered.collect()
}

/// The later of two heads; the generation never goes back.
fn later(local: SeqNum, upstream: SeqNum) -> SeqNum {
    let head = if local.is_after(upstream) {
        local
    } else {
        upstream
    };
    head.in_generation(local.rebase_generation.max(upstream.rebase_generation))
}

fn unchanged(state: SyncState) -> Merge {
    Merge::Advance {
        state,
        new_events: Vec::new(),
        confirmed: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
