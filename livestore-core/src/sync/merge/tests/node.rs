//! A node that carries out what a merge says and checks it against its log.

use super::{Hop, Merge, Payload, SyncState, event, merge};
use crate::event::{EncodedEvent, EventId, EventScope, SeqNum};

/// Numbers that look random and are the same in every run.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end` (xorshift64*).
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }

    pub(super) fn scope(&mut self) -> EventScope {
        match self.below(3) {
            0 => EventScope::ClientOnly,
            _ => EventScope::Synced,
        }
    }
}

#[derive(Default)]
pub(super) struct Node {
    pub(super) state: SyncState,
    /// Every event that is applied, in order.
    pub(super) log: Vec<EncodedEvent>,
    /// Its own events, in the order they were made.
    pub(super) made: Vec<EventId>,
}

impl Node {
    /// Makes events that follow the local head.
    pub(super) fn make(
        &mut self,
        client: &str,
        ids: &mut u64,
        scopes: &[EventScope],
    ) -> Vec<EncodedEvent> {
        let mut head = self.state.local_head;
        let events = scopes.iter().map(|scope| {
            *ids += 1;
            let id = EventId(*ids);
            self.made.push(id);
            // Every other event says the same, as events of one author may.
            let text = if ids.is_multiple_of(2) {
                "again".into()
            } else {
                ids.to_string()
            };
            let mut event = event(SeqNum::synced(1), &text, client, id);
            (event.seq, event.parent) = head.next(*scope);
            head = event.seq;
            event
        });
        events.collect()
    }

    /// The events that upstream has confirmed.
    pub(super) fn settled(&self) -> &[EncodedEvent] {
        &self.log[..self.log.len() - self.state.pending.len()]
    }

    pub(super) fn synced_pending(&self) -> impl Iterator<Item = &EncodedEvent> {
        let synced = |event: &&EncodedEvent| event.scope() == EventScope::Synced;
        self.state.pending.iter().filter(synced)
    }

    /// Merges the payload, does what is to be done, and checks what always holds.
    pub(super) fn merge(&mut self, payload: Payload, hop: Hop) -> Merge {
        let before = self.state.clone();
        let expected = self.expected_settled(&payload, hop);
        let outcome = merge(before.clone(), payload.clone(), hop).unwrap();
        match outcome.clone() {
            Merge::Reject { state, .. } => {
                assert_eq!(state, before);
                return outcome;
            }
            Merge::Advance {
                state,
                new_events,
                confirmed,
            } => {
                let kept = before.pending[confirmed.len()..].iter();
                assert!(state.pending.iter().take(kept.len()).eq(kept));
                assert!(before.pending.starts_with(&confirmed));
                self.apply(new_events);
                self.state = state;
            }
            Merge::Rebase {
                state,
                rollback,
                new_events,
                confirmed,
            } => {
                let unconfirmed = &before.pending[confirmed.len()..];
                assert!(before.pending.starts_with(&confirmed) && rollback.ends_with(unconfirmed));
                // Upstream may have an event under another generation, never at another place.
                let taken_back = self.log.split_off(self.log.len() - rollback.len());
                assert_same(&taken_back, &rollback);
                self.apply(new_events);
                let generation = before.local_head.rebase_generation;
                let newer = |event: &EncodedEvent| event.seq.rebase_generation > generation;
                assert!(state.pending.iter().all(newer));
                self.state = state;
            }
        }
        self.check(&before);
        let settled = self.settled().iter().filter(|event| crosses(event, hop));
        assert_same(&settled.cloned().collect::<Vec<_>>(), &expected);
        outcome
    }

    /// The upstream's log after the payload.
    fn expected_settled(&self, payload: &Payload, hop: Hop) -> Vec<EncodedEvent> {
        let settled = self.settled();
        let (kept, incoming) = match payload {
            Payload::LocalPush(_) => (settled.len(), &[][..]),
            Payload::UpstreamAdvance(events) => (settled.len(), &events[..]),
            Payload::UpstreamRebase {
                rollback,
                new_events,
                ..
            } => (settled.len() - rollback.len(), &new_events[..]),
        };
        let kept = settled[..kept].iter();
        let all = kept.chain(incoming).filter(|event| crosses(event, hop));
        all.cloned().collect()
    }

    /// Appends to the log, where every event has to follow the one before it.
    fn apply(&mut self, events: Vec<EncodedEvent>) {
        for event in events {
            let head = self.log.last().map_or(SeqNum::ROOT, |last| last.seq);
            let generation = event.seq.rebase_generation;
            let (seq, parent) = head.next_in_generation(event.scope(), generation);
            assert_eq!(event.seq, seq, "{:?}", self.log);
            assert!(event.parent.same_position(parent), "{event:?}");
            self.log.push(event);
        }
    }

    /// Checks the invariants of a state, and that nothing was lost or doubled.
    fn check(&self, before: &SyncState) {
        let state = &self.state;
        assert!(self.log.ends_with(&state.pending));
        let end = self.log.last().map_or(SeqNum::ROOT, |last| last.seq);
        assert!(state.local_head.same_position(end), "{state:?}");
        assert!(!state.upstream_head.is_after(state.local_head));
        if let Some(last) = state.pending.last() {
            assert_eq!(state.local_head, last.seq);
        } else {
            assert!(state.local_head.same_position(state.upstream_head));
        }
        assert!(!before.local_head.is_after(state.local_head));
        assert!(!before.upstream_head.is_after(state.upstream_head));
        assert!(state.local_head.rebase_generation >= before.local_head.rebase_generation);
        for event in &before.pending {
            let found = self.log.iter().filter(|other| other.id == event.id);
            assert_eq!(found.count(), 1, "{event:?} in {:?}", self.log);
        }
    }

    /// Checks that its own events are all in the log, once, in the order they were made.
    pub(super) fn check_made(&self) {
        let own = self.log.iter().map(|event| event.id);
        let own: Vec<_> = own.filter(|id| self.made.contains(id)).collect();
        assert_eq!(own, self.made);
    }
}

#[track_caller]
fn assert_same(left: &[EncodedEvent], right: &[EncodedEvent]) {
    let same = |(left, right): (&EncodedEvent, &EncodedEvent)| left.is_same_event(right);
    let all = left.len() == right.len() && left.iter().zip(right).all(same);
    assert!(all, "{left:?} {right:?}");
}

fn crosses(event: &EncodedEvent, hop: Hop) -> bool {
    hop == Hop::Leader || event.scope() == EventScope::Synced
}
