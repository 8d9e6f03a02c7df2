//! Random histories of one node, on either hop.

use super::{
    Hop, Merge, Payload, event,
    node::{Node, Random},
};
use crate::{
    event::{EncodedEvent, EventId, EventScope, SeqNum},
    testing::test,
};

/// Upstream, as the node gets to know it: all of it is made up on the spot.
struct Upstream<'a> {
    random: &'a mut Random,
    hop: Hop,
    head: SeqNum,
    events: Vec<EncodedEvent>,
}

impl Upstream<'_> {
    fn add(&mut self, mut event: EncodedEvent, scope: EventScope, generation: u64) {
        (event.seq, event.parent) = self.head.next_in_generation(scope, generation);
        self.head = event.seq;
        self.events.push(event);
    }

    fn add_others(&mut self, count: usize) {
        for _ in 0..count {
            let scope = match self.hop {
                Hop::Leader => self.random.scope(),
                Hop::Backend => EventScope::Synced,
            };
            // The same words as the node's own.
            let other = event(SeqNum::synced(1), "again", "other", EventId::REMOTE);
            let generation = match self.hop {
                Hop::Leader => self.head.rebase_generation + self.random.below(2) as u64,
                Hop::Backend => 0,
            };
            self.add(other, scope, generation);
        }
    }

    /// Events that were numbered before, now behind the others.
    fn add_moved(&mut self, events: &[EncodedEvent]) {
        let generation = self.head.rebase_generation + 1;
        for event in events {
            self.add(event.clone(), event.scope(), generation);
        }
    }
}

/// Some of the pending events, then others, then perhaps more of the pending ones.
fn advance(random: &mut Random, node: &Node, hop: Hop) -> Payload {
    let crossing: Vec<_> = match hop {
        Hop::Leader => node.state.pending.clone(),
        Hop::Backend => node.synced_pending().cloned().collect(),
    };
    let (known, unknown) = crossing.split_at(random.below(crossing.len() + 1));
    let mut events = known.to_vec();
    if hop == Hop::Backend {
        for event in &mut events {
            event.id = EventId::REMOTE;
            event.seq.rebase_generation = 0;
        }
    }
    let others = random.below(4);
    let moved = random.below(unknown.len() + 1);
    let head = events
        .last()
        .map_or(node.state.upstream_head, |last| last.seq);
    let mut upstream = Upstream {
        random,
        hop,
        head,
        events,
    };
    upstream.add_others(others);
    if hop == Hop::Leader && others > 0 {
        upstream.add_moved(&unknown[..moved]);
    }
    Payload::UpstreamAdvance(upstream.events)
}

/// The end of what was confirmed moves behind other events, and perhaps pending events with it.
fn rebase(random: &mut Random, node: &Node) -> Payload {
    let settled = node.settled();
    let kept = settled.len() - random.below(4.min(settled.len() + 1));
    let onto = settled[..kept].last().map_or(SeqNum::ROOT, |last| last.seq);
    let others = random.below(3) + 1;
    let moved = random.below(node.state.pending.len() + 1);
    let mut upstream = Upstream {
        random,
        hop: Hop::Leader,
        head: onto,
        events: Vec::new(),
    };
    upstream.add_others(others);
    upstream.add_moved(&[&settled[kept..], &node.state.pending[..moved]].concat());
    Payload::UpstreamRebase {
        onto,
        rollback: settled[kept..].to_vec(),
        new_events: upstream.events,
    }
}

fn walk(seed: u64, hop: Hop, rebases: &mut usize) {
    let mut random = Random::new(seed);
    let mut node = Node::default();
    let mut ids = 0;
    for _ in 0..40 {
        let payload = match random.below(5) {
            0 | 1 => {
                let scopes: Vec<_> = (0..random.below(4)).map(|_| random.scope()).collect();
                let events = node.make("own", &mut ids, &scopes);
                // A leader keeps client-only events pending: they move with the synced ones.
                node.merge(Payload::LocalPush(events), Hop::Leader);
                continue;
            }
            2 if hop == Hop::Leader => rebase(&mut random, &node),
            3 => {
                // What was pushed before is rejected.
                let again = node.state.pending.clone();
                let rejected = !again.is_empty();
                let outcome = node.merge(Payload::LocalPush(again), hop);
                assert_eq!(matches!(outcome, Merge::Reject { .. }), rejected);
                continue;
            }
            _ => advance(&mut random, &node, hop),
        };
        let outcome = node.merge(payload, hop);
        *rebases += usize::from(matches!(outcome, Merge::Rebase { .. }));
        node.check_made();
    }
}

#[test]
fn no_history_breaks_the_invariants_of_the_leaders_hop() {
    let mut rebases = 0;
    (0..200).for_each(|seed| walk(seed, Hop::Leader, &mut rebases));
    assert!(rebases > 1000, "{rebases}");
}

#[test]
fn no_history_breaks_the_invariants_of_the_backends_hop() {
    let mut rebases = 0;
    (0..200).for_each(|seed| walk(seed, Hop::Backend, &mut rebases));
    assert!(rebases > 1000, "{rebases}");
}
