//! Clients that push to one backend, a list, converge whatever the interleaving.

use super::{
    Hop, Payload,
    node::{Node, Random},
};
use crate::{
    event::{EventScope, GlobalEvent},
    testing::test,
};

/// The synced events that all clients have agreed on.
#[derive(Default)]
pub(super) struct Backend(pub(super) Vec<GlobalEvent>);

impl Backend {
    /// Appends up to `count` of the client's pending events, if they follow the list's end.
    ///
    /// Nobody is told, as when the answer is lost: what was taken comes back with the next pull.
    pub(super) fn push(&mut self, node: &Node, count: usize) {
        let events = node.synced_pending().take(count).map(GlobalEvent::from);
        for event in events {
            let end = self.0.len() as u64;
            if (event.parent_seq_num, event.seq_num) != (end, end + 1) {
                return;
            }
            self.0.push(event);
        }
    }

    /// Returns up to `count` of the events that the client has not pulled.
    pub(super) fn pull(&self, node: &Node, count: usize) -> Payload {
        let events = &self.0[node.state.upstream_head.global as usize..];
        let events = events.iter().take(count).cloned().map(Into::into);
        Payload::UpstreamAdvance(events.collect())
    }

    /// Checks that the synced events of the client's log are this list.
    pub(super) fn check(&self, node: &Node) {
        let synced = node.log.iter().filter(|e| e.scope() == EventScope::Synced);
        assert_eq!(synced.map(GlobalEvent::from).collect::<Vec<_>>(), self.0);
    }
}

fn converge(seed: u64, clients: usize) {
    let mut random = Random::new(seed);
    let mut backend = Backend::default();
    let mut nodes: Vec<_> = (0..clients).map(|_| Node::default()).collect();
    let (mut ids, mut synced) = (0, 0);
    for _ in 0..60 {
        let client = random.below(clients);
        let node = &mut nodes[client];
        match random.below(3) {
            0 => {
                let scopes: Vec<_> = (0..=random.below(3)).map(|_| random.scope()).collect();
                synced += scopes.iter().filter(|s| **s == EventScope::Synced).count();
                let events = node.make(&format!("client {client}"), &mut ids, &scopes);
                node.merge(Payload::LocalPush(events), Hop::Leader);
            }
            1 => backend.push(node, random.below(4)),
            _ => {
                node.merge(backend.pull(node, random.below(4)), Hop::Backend);
            }
        }
    }
    for node in &mut nodes {
        node.merge(backend.pull(node, usize::MAX), Hop::Backend);
        backend.push(node, usize::MAX);
    }
    assert_eq!(backend.0.len(), synced);
    for node in &mut nodes {
        node.merge(backend.pull(node, usize::MAX), Hop::Backend);
        assert_eq!(node.synced_pending().count(), 0);
        backend.check(node);
        node.check_made();
    }
}

#[test]
fn two_clients_converge_whatever_the_interleaving() {
    (0..300).for_each(|seed| converge(seed, 2));
}

#[test]
fn five_clients_converge_whatever_the_interleaving() {
    (0..100).for_each(|seed| converge(seed, 5));
}
