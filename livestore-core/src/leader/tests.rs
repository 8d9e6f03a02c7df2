//! The leader over a log in memory: scripted sessions, a scripted backend, virtual time.

mod failures;
mod mismatch;
mod pages;
mod pushes;
mod rebase;
mod rejections;
mod sessions;
#[cfg(not(target_arch = "wasm32"))]
mod stored;

use std::time::Duration;

use super::{BackendInput, BackendRequest, Input, Leader, LeaderOptions, StateFile};
use crate::{
    event::{EncodedArgs, EncodedEvent, EventId, EventScope, GlobalEvent, Place, SeqNum},
    eventlog::Eventlog,
    prelude::*,
    sync::{
        Connection, FromLeader, PageInfo, PullPage, PulledEvent, PushError, SessionKey, Storage,
        SyncOptions, ToLeader, Update,
    },
};

/// Puts an item; one of that id must not be there.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Put")]
struct Put {
    id: String,
}

/// The same, for this client only.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Noted", client_only)]
struct Noted {
    id: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "items")]
struct Item {
    #[column(primary_key)]
    id: String,
}

fn schema() -> Schema {
    Schema::builder()
        .table::<Item>()
        .on(|e: &Put, _| Item::insert().set(Item::ID, &e.id))
        .on(|e: &Noted, _| Item::insert().set(Item::ID, &e.id))
        .build()
        .unwrap()
}

const A: SessionKey = SessionKey(1);
const B: SessionKey = SessionKey(2);

/// A leader at work.
struct Bench {
    leader: Leader,
    now: Duration,
    ids: u64,
    connection: u64,
    request: u64,
    wake_at: Option<Duration>,
}

/// What the leader said in a turn.
#[derive(Debug)]
struct Said {
    sessions: Vec<(SessionKey, FromLeader)>,
    backend: Vec<BackendRequest>,
}

impl Bench {
    fn new() -> Self {
        Self::with(Some(SyncOptions::default()))
    }

    fn with(sync: Option<SyncOptions>) -> Self {
        Self::over(Eventlog::in_memory().unwrap(), sync)
    }

    fn over(log: Eventlog, sync: Option<SyncOptions>) -> Self {
        Self::keeping(log, StateFile::Memory, sync)
    }

    fn keeping(log: Eventlog, state: StateFile, sync: Option<SyncOptions>) -> Self {
        let options = LeaderOptions {
            schema: schema(),
            state,
            sync,
            now: Duration::ZERO,
            seed: 7,
            storage: Storage::Memory,
        };
        Self {
            leader: Leader::new(log, options),
            now: Duration::ZERO,
            ids: 100,
            connection: 0,
            request: 0,
            wake_at: None,
        }
    }

    /// Another leader over the same log, as after a restart.
    fn reopened(self) -> Self {
        Self::over(self.leader.into_log(), Some(SyncOptions::default()))
    }

    fn turn(&mut self, inputs: impl IntoIterator<Item = Input>) -> Said {
        let outputs = self.leader.turn(self.now, inputs);
        self.wake_at = outputs.wake_at;
        for request in &outputs.backend {
            match request {
                BackendRequest::Connect { connection } => self.connection = *connection,
                BackendRequest::Push { request, .. } => self.request = *request,
                _ => {}
            }
        }
        let status = |message: &FromLeader| matches!(message, FromLeader::Status(_));
        let mut sessions = outputs.sessions;
        sessions.retain(|(_, message)| !status(message));
        Said {
            sessions,
            backend: outputs.backend,
        }
    }

    /// Lets time pass until the leader wants a turn.
    fn wait(&mut self) -> Said {
        self.now = self.wake_at.expect("the leader wants to be woken");
        self.turn([Input::Woken])
    }

    /// Adds a session that has pulled everything.
    fn session(&mut self, key: SessionKey) {
        self.leader.add_session(key);
        self.pull(key, Place::ROOT, SeqNum::ROOT);
    }

    fn pull(&mut self, key: SessionKey, after: Place, floor: SeqNum) -> Said {
        self.turn([Input::Session(
            key,
            ToLeader::Pull {
                after,
                floor,
                lineage: None,
            },
        )])
    }

    /// The session answers what it was given of an emptied log.
    fn took(&mut self, key: SessionKey, upto: u64, taken: bool) -> Said {
        self.turn([Input::Session(key, ToLeader::TookUnsynced { upto, taken })])
    }

    fn push(&mut self, key: SessionKey, events: Vec<EncodedEvent>) -> Said {
        self.turn([pushing(key, events)])
    }

    /// Makes a session push events that follow the log, `~` marking client-only ones.
    fn commit(&mut self, key: SessionKey, ids: &[&str]) -> (Vec<EncodedEvent>, Said) {
        let events = self.make(ids);
        let said = self.push(key, events.clone());
        (events, said)
    }

    /// Makes events that follow the log, `~` marking client-only ones.
    fn make(&mut self, ids: &[&str]) -> Vec<EncodedEvent> {
        let generation = self.leader.processor.generation();
        let head = self.leader.log.head().seq.in_generation(generation);
        self.make_after(head, ids)
    }

    fn make_after(&mut self, mut head: SeqNum, ids: &[&str]) -> Vec<EncodedEvent> {
        let event = |id: &&str| {
            let (scope, id) = match id.strip_prefix('~') {
                Some(id) => (EventScope::ClientOnly, id),
                None => (EventScope::Synced, *id),
            };
            let (seq, parent) = head.next(scope);
            head = seq;
            self.ids += 1;
            EncodedEvent {
                name: match scope {
                    EventScope::Synced => Put::NAME.into(),
                    EventScope::ClientOnly => Noted::NAME.into(),
                },
                args: EncodedArgs::encode(&Put { id: id.into() }).unwrap(),
                seq,
                parent,
                client_id: "client".into(),
                session_id: "session".into(),
                id: EventId(self.ids),
            }
        };
        ids.iter().map(event).collect()
    }

    fn backend(&mut self, input: BackendInput) -> Said {
        self.turn([Input::Backend(input)])
    }

    /// Makes the connection the leader wants; it then pulls.
    fn connect(&mut self) -> Said {
        self.turn([]);
        let connection = self.connection;
        self.backend(BackendInput::Connected { connection })
    }

    /// Connects, and the backend has nothing new.
    fn go_online(&mut self) -> Said {
        self.connect();
        self.page(&[], PageInfo::NoMore)
    }

    fn page(&mut self, events: &[GlobalEvent], info: PageInfo) -> Said {
        self.turn([self.paged(events, info)])
    }

    fn paged(&self, events: &[GlobalEvent], info: PageInfo) -> Input {
        Input::Backend(BackendInput::Page {
            connection: self.connection,
            page: page(events, info, "backend"),
        })
    }

    fn pushed(&mut self, result: Result<(), PushError>) -> Said {
        let (connection, request) = (self.connection, self.request);
        self.backend(BackendInput::Pushed {
            connection,
            request,
            result,
        })
    }

    /// The log as text: `e2r1 a`.
    fn log(&self) -> Vec<String> {
        let events = self.leader.events_after(SeqNum::ROOT, usize::MAX);
        events.unwrap().iter().map(show).collect()
    }

    fn connection_status(&self) -> Connection {
        self.leader.status().connection
    }

    fn pending(&self) -> u64 {
        self.leader.status().pending
    }

    fn backend_head(&self) -> u64 {
        self.leader.log.sync().backend_head
    }
}

impl Said {
    fn to(&self, key: SessionKey) -> Vec<&FromLeader> {
        let told = self.sessions.iter().filter(|(to, _)| *to == key);
        told.map(|(_, message)| message).collect()
    }

    fn updates(&self, key: SessionKey) -> Vec<&Update> {
        let update = |message: &&FromLeader| matches!(message, FromLeader::Update(_));
        let updates = self.to(key).into_iter().filter(update);
        updates
            .map(|message| match message {
                FromLeader::Update(update) => update,
                other => unreachable!("{other:?}"),
            })
            .collect()
    }

    /// What is pushed to the backend, as text.
    fn pushed(&self) -> Option<Vec<String>> {
        self.backend.iter().find_map(|request| match request {
            BackendRequest::Push { batch, .. } => Some(batch.iter().map(show_global).collect()),
            _ => None,
        })
    }

    /// Where the pull starts, if one is started.
    fn pull_cursor(&self) -> Option<u64> {
        self.backend.iter().find_map(|request| match request {
            BackendRequest::Pull { cursor, .. } => {
                Some(cursor.as_ref().map_or(0, |cursor| cursor.seq_num))
            }
            _ => None,
        })
    }

    fn disconnects(&self) -> bool {
        self.backend.contains(&BackendRequest::Disconnect)
    }
}

fn pushing(key: SessionKey, events: Vec<EncodedEvent>) -> Input {
    Input::Session(key, ToLeader::Push { events })
}

fn page(events: &[GlobalEvent], info: PageInfo, backend_id: &str) -> PullPage {
    let pulled = |event: &GlobalEvent| PulledEvent {
        event: event.clone(),
        metadata: None,
    };
    PullPage {
        events: events.iter().map(pulled).collect(),
        info,
        backend_id: Some(backend_id.into()),
    }
}

/// An event of another client.
fn remote(seq_num: u64, id: &str) -> GlobalEvent {
    GlobalEvent {
        name: Put::NAME.into(),
        args: EncodedArgs::encode(&Put { id: id.into() }).unwrap(),
        seq_num,
        parent_seq_num: seq_num - 1,
        client_id: "other".into(),
        session_id: "other".into(),
    }
}

/// The synced ones of these events as the backend gives them back.
fn returned(events: &[EncodedEvent]) -> Vec<GlobalEvent> {
    let synced = events.iter().filter(|event| event.seq.client == 0);
    synced.map(GlobalEvent::from).collect()
}

fn show(event: &EncodedEvent) -> String {
    let id = event.args.decode::<Put>().unwrap().id;
    format!("{} {id}", event.seq)
}

fn show_global(event: &GlobalEvent) -> String {
    let id = event.args.decode::<Put>().unwrap().id;
    format!("{} {id}", event.seq_num)
}

fn shown(events: &[EncodedEvent]) -> Vec<String> {
    events.iter().map(show).collect()
}

fn number(seq: &str) -> SeqNum {
    seq.parse().unwrap()
}

fn more(remaining: u64) -> PageInfo {
    PageInfo::MoreKnown { remaining }
}
