//! Both hops: the sessions of two clients, their leaders and one backend converge.

use std::collections::VecDeque;

use super::{
    Hop, Merge, Payload,
    model::Backend,
    node::{Node, Random},
};
use crate::{
    event::{EncodedEvent, EventScope, SeqNum},
    sync::validate_push,
    testing::test,
};

#[derive(Default)]
struct Client {
    leader: Node,
    sessions: [Session; 2],
}

#[derive(Default)]
struct Session {
    node: Node,
    inbox: VecDeque<Payload>,
}

impl Client {
    /// Pushes up to `count` of the session's events to the leader, which takes what follows its log.
    fn push(&mut self, session: usize, count: usize) {
        let pending = self.sessions[session].node.state.pending.iter();
        let batch: Vec<_> = pending.take(count).cloned().collect();
        if validate_push(&batch, self.leader.state.local_head).is_ok() {
            let outcome = self.leader.merge(Payload::LocalPush(batch), Hop::Leader);
            self.tell(&outcome);
        }
    }

    fn pull(&mut self, payload: Payload) {
        let outcome = self.leader.merge(payload, Hop::Backend);
        self.tell(&outcome);
    }

    /// Tells the sessions what the leader did to its log.
    fn tell(&mut self, outcome: &Merge) {
        let payload = match outcome.clone() {
            Merge::Advance { new_events, .. } => Payload::UpstreamAdvance(new_events),
            Merge::Rebase {
                rollback,
                new_events,
                ..
            } => {
                let kept = self.leader.log.len() - new_events.len();
                let stays = self.leader.log[..kept].last();
                Payload::UpstreamRebase {
                    onto: stays.map_or(SeqNum::ROOT, |event| event.seq),
                    rollback,
                    new_events,
                }
            }
            Merge::Reject { .. } => panic!("the push was found valid"),
        };
        for session in &mut self.sessions {
            session.inbox.push_back(payload.clone());
        }
    }

    fn drain(&mut self, backend: &mut Backend) {
        for session in 0..self.sessions.len() {
            self.sessions[session].hear(usize::MAX);
            self.push(session, usize::MAX);
        }
        self.pull(backend.pull(&self.leader, usize::MAX));
        backend.push(&self.leader, usize::MAX);
        self.pull(backend.pull(&self.leader, usize::MAX));
    }
}

impl Session {
    fn hear(&mut self, count: usize) {
        for payload in self.inbox.drain(..count.min(self.inbox.len())) {
            self.node.merge(payload, Hop::Leader);
        }
    }
}

fn without_generations(log: &[EncodedEvent]) -> Vec<EncodedEvent> {
    let mut log = log.to_vec();
    for event in &mut log {
        event.seq.rebase_generation = 0;
        event.parent.rebase_generation = 0;
    }
    log
}

fn converge(seed: u64) {
    let mut random = Random::new(seed);
    let mut backend = Backend::default();
    let mut clients = [Client::default(), Client::default()];
    let (mut ids, mut synced) = (0, 0);
    for _ in 0..80 {
        let at = random.below(2);
        let client = &mut clients[at];
        let session = random.below(2);
        match random.below(6) {
            0 => {
                let scopes: Vec<_> = (0..=random.below(2)).map(|_| random.scope()).collect();
                synced += scopes.iter().filter(|s| **s == EventScope::Synced).count();
                let node = &mut client.sessions[session].node;
                let events = node.make(&format!("client {at}"), &mut ids, &scopes);
                node.merge(Payload::LocalPush(events), Hop::Leader);
            }
            1 => client.push(session, random.below(4)),
            2 | 3 => client.sessions[session].hear(random.below(3)),
            4 => backend.push(&client.leader, random.below(4)),
            _ => client.pull(backend.pull(&client.leader, random.below(4))),
        }
    }
    // One round to push everything, one to hear of it.
    for _ in 0..2 {
        for client in &mut clients {
            client.drain(&mut backend);
        }
    }
    assert_eq!(backend.0.len(), synced);
    for client in &mut clients {
        backend.check(&client.leader);
        for session in &mut client.sessions {
            session.hear(usize::MAX);
            assert_eq!(session.node.state.pending, []);
            let log = without_generations(&session.node.log);
            assert_eq!(log, without_generations(&client.leader.log));
            session.node.check_made();
        }
    }
}

#[test]
fn sessions_converge_through_leaders_and_a_backend() {
    (0..300).for_each(converge);
}
