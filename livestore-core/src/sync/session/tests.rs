//! A session as a state machine: leader's messages in, pushes and changes of the state out.

mod commits;
mod converge;
mod pulls;
mod rebase;

use super::{Reconcile, SessionProcessor, Step};
use crate::{
    event::{EncodedArgs, EncodedEvent, EventId, EventScope, Place, SeqNum},
    sync::{ToLeader, Update},
};

/// A session that carries out by itself what its processor asks for.
struct Bench {
    session: SessionProcessor,
    ids: u64,
}

impl Bench {
    /// A session at the start of an empty log.
    fn new() -> Self {
        Self::at(Place::ROOT, SeqNum::ROOT)
    }

    /// A session whose leader has nothing for it.
    fn at(upstream: Place, floor: SeqNum) -> Self {
        let mut bench = Self {
            session: SessionProcessor::new(upstream, floor, None),
            ids: 100,
        };
        assert!(bench.session.welcome().is_some());
        bench.answer(upstream, Vec::new());
        bench
    }

    /// Commits events, `~` marking client-only ones.
    fn commit(&mut self, texts: &[&str]) -> Vec<EncodedEvent> {
        let events = make(self.session.local_head(), texts, &mut self.ids);
        self.session.commit(events.clone());
        events
    }

    /// The next push as text, if one may be sent.
    fn push(&mut self) -> Option<Vec<String>> {
        self.session.next_push().map(|push| shown(pushed(&push)))
    }

    /// The leader answers a pull.
    fn answer(&mut self, after: Place, events: Vec<EncodedEvent>) -> Step {
        self.update(Update {
            after,
            events,
            answer: true,
            ..Update::default()
        })
    }

    /// The leader tells news.
    fn news(&mut self, after: Place, events: Vec<EncodedEvent>) -> Step {
        self.update(Update {
            after,
            events,
            ..Update::default()
        })
    }

    /// Takes an update and reports everything pending as applied again.
    fn update(&mut self, update: Update) -> Step {
        let step = self.session.update(&update).unwrap();
        if let Step::Reconcile(plan) = &step
            && plan.roll_back_to.is_some()
        {
            self.session.reconciled(plan.pending.clone());
        }
        step
    }

    fn pending(&self) -> Vec<String> {
        shown(self.session.pending())
    }
}

/// Makes events of this session.
fn make(mut head: SeqNum, texts: &[&str], ids: &mut u64) -> Vec<EncodedEvent> {
    let event = |text: &&str| {
        let (scope, text) = match text.strip_prefix('~') {
            Some(text) => (EventScope::ClientOnly, text),
            None => (EventScope::Synced, *text),
        };
        let (seq, parent) = head.next(scope);
        head = seq;
        *ids += 1;
        EncodedEvent {
            name: "v1.Said".into(),
            args: EncodedArgs::encode(text).unwrap(),
            seq,
            parent,
            client_id: "client".into(),
            session_id: "session".into(),
            id: EventId(*ids),
        }
    };
    texts.iter().map(event).collect()
}

/// Makes events of another client.
fn theirs(after: SeqNum, texts: &[&str]) -> Vec<EncodedEvent> {
    let mut events = make(after, texts, &mut 0);
    for event in &mut events {
        event.client_id = "other".into();
        event.session_id = "other".into();
        event.id = EventId::REMOTE;
    }
    events
}

fn pushed(message: &ToLeader) -> &[EncodedEvent] {
    match message {
        ToLeader::Push { events } => events,
        other => panic!("{other:?}"),
    }
}

fn is_pull(message: Option<&ToLeader>, expected: Place) -> bool {
    matches!(message, Some(ToLeader::Pull { after, .. }) if *after == expected)
}

fn plan(step: Step) -> Reconcile {
    match step {
        Step::Reconcile(plan) => plan,
        other => panic!("{other:?}"),
    }
}

fn show(event: &EncodedEvent) -> String {
    format!("{} {}", event.seq, event.args.decode::<String>().unwrap())
}

fn shown(events: &[EncodedEvent]) -> Vec<String> {
    events.iter().map(show).collect()
}

fn number(seq: &str) -> SeqNum {
    seq.parse().unwrap()
}
