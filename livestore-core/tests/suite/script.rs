//! A store whose leader says what a test wants: pieces of a log, late pages, another log.

#[path = "script/overtaken.rs"]
mod overtaken;

use std::sync::{Arc, Mutex, MutexGuard};

use futures::{FutureExt, channel::oneshot, executor::block_on, future::ready};
use livestore_core::{
    event::{ClientId, EncodedArgs, EncodedEvent, EventId, EventScope, Place, SeqNum, SessionId},
    prelude::*,
    store::{
        Adapter, AdapterError, EventFilter, EventStream, Inbox, LeaderLink, LinkFuture, Session,
        Setup, Stage,
    },
    sync::{FromLeader, ToLeader, Update},
};

use crate::{
    fixture::{DraftChanged, created, schema},
    testing::test,
};

/// What the test and the store's link share.
#[derive(Clone, Default)]
struct Script(Arc<Mutex<Log>>);

#[derive(Default)]
struct Log {
    inbox: Option<Inbox>,
    lineage: u64,
    events: Vec<EncodedEvent>,
    /// Up to where it is final.
    floor: SeqNum,
    /// What the session has pushed.
    pushed: Vec<EncodedEvent>,
    /// Events of an answer to a pull.
    piece: Option<usize>,
    /// Whether pages that are read wait to be let go.
    slow: bool,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Adapter for Script {
    fn connect(self: Box<Self>, _: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        Box::pin(ready(Ok(Session {
            client_id: ClientId::random(),
            session_id: SessionId::random(),
            image: None,
            leader: self,
        })))
    }
}

impl LeaderLink for Script {
    fn start(&mut self, inbox: Inbox) {
        self.log().inbox = Some(inbox);
        self.say(FromLeader::Welcome);
    }

    fn send(&mut self, message: ToLeader) {
        match message {
            ToLeader::Pull { after, lineage, .. } => {
                let answer = self.log().answer(after, lineage);
                self.say(FromLeader::Update(answer));
            }
            ToLeader::Push { events } => self.log().pushed.extend(events),
            _ => {}
        }
    }

    fn events_after(
        &self,
        after: SeqNum,
        _: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        let mut log = self.log();
        let page = log.after(after);
        if !log.slow {
            return Box::pin(ready(Ok(page)));
        }
        let (go, told) = oneshot::channel();
        log.waiting.push(go);
        Box::pin(told.map(|_| Ok(page)))
    }
}

impl Log {
    /// Numbers the events without gaps, in the order they have.
    fn renumber(&mut self) {
        for (event, number) in self.events.iter_mut().zip(1..) {
            event.seq = SeqNum::synced(number);
            event.parent = SeqNum::synced(number - 1);
        }
    }

    fn after(&self, after: SeqNum) -> Vec<EncodedEvent> {
        let later = |event: &&EncodedEvent| event.seq.is_after(after);
        self.events.iter().filter(later).cloned().collect()
    }

    /// Answers as the leader does: who stands in another log hears of this one first.
    fn answer(&self, after: Place, lineage: Option<u64>) -> Update {
        let is_another = lineage.is_some_and(|lineage| lineage != self.lineage);
        let after = if is_another { Place::ROOT } else { after };
        let mut events = self.after(after.seq);
        let all = events.len();
        events.truncate(if is_another {
            0
        } else {
            self.piece.unwrap_or(all)
        });
        Update {
            more: events.len() < all,
            after,
            events,
            answer: true,
            ..self.update()
        }
    }

    fn update(&self) -> Update {
        let head = self.events.last().map_or(SeqNum::ROOT, |event| event.seq);
        Update {
            lineage: self.lineage,
            floor: self.floor,
            generation: head.rebase_generation,
            head,
            ..Update::default()
        }
    }
}

impl Script {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap()
    }

    fn say(&self, message: FromLeader) {
        let inbox = self.log().inbox.clone();
        inbox.unwrap().deliver(message);
    }

    fn open(&self) -> Store {
        let adapter = self.clone();
        block_on(Store::builder(schema()).adapter(adapter).open("test")).unwrap()
    }
}

/// Another client's event.
fn foreign(seq: SeqNum, id: &str) -> EncodedEvent {
    EncodedEvent {
        name: "v1.TodoCreated".into(),
        args: EncodedArgs::encode(&created(id, "")).unwrap(),
        seq,
        parent: SeqNum::synced(seq.global - 1),
        client_id: "another".into(),
        session_id: "another".into(),
        id: EventId::REMOTE,
    }
}

fn place(event: &EncodedEvent) -> Place {
    Place {
        seq: event.seq,
        id: event.id,
    }
}

/// The arguments of what the stream has by now.
fn now(events: &mut EventStream) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(Some(event)) = events.next().now_or_never() {
        found.push(event.unwrap().event.args.as_str().to_owned());
    }
    found
}

fn args(events: &[EncodedEvent]) -> Vec<&str> {
    events.iter().map(|event| event.args.as_str()).collect()
}

#[test]
fn a_page_of_the_stream_that_arrives_late_gives_nothing_that_was_not_final_when_it_was_read() {
    let script = Script::default();
    let first = foreign(SeqNum::synced(1), "first");
    let moved = foreign(SeqNum::synced(2), "moved");
    script.log().events = vec![first.clone(), moved];
    script.log().floor = first.seq;
    let store = script.open();
    let mut events = store.events(EventFilter::new());
    script.log().slow = true;
    assert_eq!(now(&mut events), Vec::<String>::new());

    // While the page is on its way, another event takes the second place, and is final.
    let second = SeqNum {
        rebase_generation: 1,
        ..SeqNum::synced(2)
    };
    let instead = foreign(second, "instead");
    let update = {
        let mut log = script.log();
        log.slow = false;
        log.events[1] = instead.clone();
        log.floor = instead.seq;
        Update {
            after: place(&first),
            events: vec![instead.clone()],
            ..log.update()
        }
    };
    script.say(FromLeader::Update(update));
    let waiting = std::mem::take(&mut script.log().waiting);
    assert_eq!(waiting.len(), 1);
    waiting.into_iter().for_each(|go| go.send(()).unwrap());
    assert_eq!(now(&mut events), args(&[first, instead]));
}

#[test]
fn a_stream_starts_over_when_its_session_finds_out_late_that_the_log_is_another_one() {
    let script = Script::default();
    let old: Vec<_> = (1..=3)
        .map(|number| foreign(SeqNum::synced(number), &format!("old {number}")))
        .collect();
    script.log().events.clone_from(&old);
    script.log().floor = SeqNum::synced(3);
    let store = script.open();
    let mut events = store.events(EventFilter::new());
    assert_eq!(now(&mut events), args(&old));

    let new = vec![foreign(SeqNum::synced(1), "new")];
    {
        let mut log = script.log();
        log.lineage += 1;
        log.events.clone_from(&new);
        log.floor = SeqNum::synced(1);
    }
    script.say(FromLeader::Welcome);
    assert_eq!(now(&mut events), args(&new));
}

#[test]
fn a_commit_that_comes_back_in_pieces_is_never_synced_without_a_backend() {
    let script = Script::default();
    let store = script.open();
    let draft = DraftChanged { text: "a".into() };
    let receipt = store.commit((created("1", ""), draft)).unwrap();
    {
        // It is in the log, but its leader is gone before it could say so.
        let mut log = script.log();
        log.events = std::mem::take(&mut log.pushed);
        let scopes: Vec<_> = log.events.iter().map(EncodedEvent::scope).collect();
        assert_eq!(scopes, [EventScope::Synced, EventScope::ClientOnly]);
        log.floor = log.events[1].seq;
        log.piece = Some(1);
    }
    script.say(FromLeader::Welcome);
    assert_eq!(receipt.stage().unwrap(), Stage::Persisted);
}

#[test]
fn of_a_store_that_is_dropped_the_leader_has_only_what_was_sent() {
    let script = Script::default();
    let store = script.open();
    store.commit(created("sent", "")).unwrap();
    // One push is under way at a time, and this leader does not answer.
    store.commit(created("waiting", "")).unwrap();
    drop(store);
    let pushed = std::mem::take(&mut script.log().pushed);
    let sent = EncodedArgs::encode(&created("sent", "")).unwrap();
    assert_eq!(args(&pushed), [sent.as_str()]);
}
