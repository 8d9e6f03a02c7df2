//! A client: a leader over files, its sessions, and the links between them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use fastrand::Rng;
use livestore_core::{
    event::EncodedEvent,
    simulation::{BackendRequest, Input, Outputs, SessionKey, SimulatedLeader, Trouble},
    store::{Receipt, Stage, Store},
    sync::{FromLeader, ToLeader},
};

use crate::{
    link::Wire,
    session::tokens_of,
    stream::Reading,
    world::{Happening, World},
};

/// A device or browser profile.
pub(crate) struct Client {
    /// Leader and sessions are one process: they die together.
    pub(crate) native: bool,
    /// Whether it runs the app's next version.
    pub(crate) loud: bool,
    pub(crate) folder: PathBuf,
    /// How many folders it has had: a crash leaves a copy.
    pub(crate) folders: u32,
    pub(crate) leader: Option<SimulatedLeader>,
    pub(crate) starting: bool,
    /// Counts the leaders; what belongs to an earlier one is lost.
    pub(crate) run: u64,
    /// When each of them came or went: `run` counts both.
    pub(crate) runs: Vec<Duration>,
    pub(crate) mailbox: Vec<Input>,
    pub(crate) turn_due: bool,
    alarm: u64,
    pub(crate) sessions: BTreeMap<u64, Session>,
    pub(crate) next_session: u64,
    /// Sessions that went without a word: nothing of theirs arrives any more.
    pub(crate) ghosts: BTreeSet<u64>,
    pub(crate) line: Option<u64>,
    /// Whether the leader was told to keep away from the backend, and when, or when it took over.
    pub(crate) offline: bool,
    /// What the app said last, even if it was lost with the leader it was on its way to.
    pub(crate) wants_offline: bool,
    pub(crate) offline_since: Duration,
    /// The session that said so.
    pub(crate) offline_by: u64,
    /// The crash point that will be the last.
    pub(crate) crash_in: Option<u64>,
    /// How much of the log's journal was acknowledged.
    pub(crate) safe: u64,
    /// Whether it has no backend, for now.
    pub(crate) alone: bool,
    /// What is wrong with its disk, and until when.
    pub(crate) trouble: Option<(Trouble, Duration)>,
    /// Whether a write of this leader has failed: then it may stop.
    pub(crate) failed: bool,
    /// Whether it has stopped, and another one is to come.
    pub(crate) stopping: bool,
}

/// A session of a client.
pub(crate) struct Session {
    pub(crate) wire: Wire,
    pub(crate) phase: Phase,
    /// When the last message to the leader arrives: links keep the order.
    up: Duration,
    /// When the last message from the leader arrives.
    down: Duration,
    /// Its commits that may get further.
    pub(crate) open: Vec<usize>,
    /// What its app was handed because the log was emptied, and nobody has looked at yet.
    pub(crate) handed: Handed,
    pub(crate) reading: Option<Reading>,
}

/// Events on their way from an app's listener to the world.
pub(crate) type Handed = Arc<Mutex<Vec<EncodedEvent>>>;
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = T>>>;

/// Where a session is in its life.
pub(crate) enum Phase {
    Opening(Pending<livestore_core::Result<Store>>),
    Open(Store),
    Closing(Pending<livestore_core::Result<()>>),
}

/// An event that was committed.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) name: String,
    pub(crate) synced: bool,
    /// Why it may be taken out again, if there may be a reason.
    pub(crate) frailty: Option<Frailty>,
    /// The count that it was committed with, if it has one: its check may make it smaller.
    pub(crate) count: Option<i64>,
}

/// Why an event may be taken out of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frailty {
    /// Its check may say no where a rebase puts it.
    Check,
    /// Its slot may be taken by then; slots are never free again.
    Slot(String),
    /// The backend takes no such event.
    Taboo,
    /// Its materializer panics in the app's next version.
    Panics,
}

/// A commit and what became of it.
pub(crate) struct Record {
    pub(crate) client: usize,
    pub(crate) session: u64,
    pub(crate) tokens: Vec<Token>,
    pub(crate) receipt: Receipt,
    pub(crate) seen: Option<Stage>,
}

impl Client {
    pub(crate) fn new(index: usize, rng: &mut Rng) -> Self {
        Self {
            native: rng.bool(),
            loud: rng.u8(..4) == 0,
            folder: PathBuf::from(format!("client-{index}-0")),
            folders: 0,
            leader: None,
            starting: true,
            run: 0,
            runs: Vec::new(),
            mailbox: Vec::new(),
            turn_due: false,
            alarm: 0,
            sessions: BTreeMap::new(),
            next_session: 0,
            ghosts: BTreeSet::new(),
            line: None,
            offline: false,
            wants_offline: false,
            offline_since: Duration::ZERO,
            offline_by: 0,
            crash_in: None,
            safe: 0,
            alone: false,
            trouble: None,
            failed: false,
            stopping: false,
        }
    }

    /// A leader comes or goes.
    pub(crate) fn next_run(&mut self, now: Duration) {
        self.run += 1;
        self.runs.push(now);
    }

    /// Returns the stores that are open.
    pub(crate) fn open(&self) -> impl Iterator<Item = (u64, &Store)> {
        self.sessions
            .iter()
            .filter_map(|(key, session)| match &session.phase {
                Phase::Open(store) => Some((*key, store)),
                _ => None,
            })
    }
}

impl Session {
    pub(crate) fn new(wire: Wire, opening: Pending<livestore_core::Result<Store>>) -> Self {
        Self {
            wire,
            phase: Phase::Opening(opening),
            up: Duration::ZERO,
            down: Duration::ZERO,
            open: Vec::new(),
            handed: Handed::default(),
            reading: None,
        }
    }
}

impl World {
    pub(crate) fn turn_soon(&mut self, index: usize) {
        let delay = self.delay(5);
        self.turn_after(index, delay);
    }

    fn turn_after(&mut self, index: usize, delay: Duration) {
        let client = &mut self.clients[index];
        if !std::mem::replace(&mut client.turn_due, true) {
            let run = client.run;
            self.after(delay, Happening::Turn { client: index, run });
        }
    }

    pub(crate) fn turn(&mut self, index: usize) {
        let now = self.now;
        self.clients[index].turn_due = false;
        let inputs = std::mem::take(&mut self.clients[index].mailbox);
        let outputs = self.with_leader(index, |leader| leader.turn(now, inputs));
        let Some(Outputs {
            sessions,
            backend,
            wake_at,
        }) = outputs
        else {
            return;
        };
        for (SessionKey(session), message) in sessions {
            self.send_to_session(index, session, message);
        }
        for request in backend {
            self.request(index, request);
        }
        let client = &mut self.clients[index];
        client.alarm += 1;
        let (alarm, run) = (client.alarm, client.run);
        if let Some(at) = wake_at {
            let at = at.max(now);
            self.at(
                at,
                Happening::Wake {
                    client: index,
                    run,
                    alarm,
                },
            );
        }
        if self.rng.u8(..3) == 0 {
            let delay = self.delay(50);
            self.after(delay, Happening::CatchUp { client: index, run });
        }
    }

    pub(crate) fn wake(&mut self, index: usize, alarm: u64) {
        if self.clients[index].alarm == alarm {
            self.clients[index].mailbox.push(Input::Woken);
            self.turn(index);
        }
    }

    pub(crate) fn catch_up(&mut self, index: usize) {
        self.with_leader(index, SimulatedLeader::catch_up);
    }

    pub(crate) fn reach_leader(&mut self, index: usize, session: u64, message: ToLeader) {
        if self.clients[index].ghosts.contains(&session) {
            return;
        }
        if let ToLeader::Push { events } = &message {
            let first = events.first().map(|event| event.seq).unwrap_or_default();
            let tokens = tokens_of(events);
            self.note(format_args!(
                "c{index}.{session} > leader: push [{tokens}] at {first}"
            ));
        }
        if let ToLeader::SetOnline { online } = message {
            self.note(format_args!("c{index}.{session} > leader: online {online}"));
            self.clients[index].offline = !online;
            self.clients[index].offline_since = self.now;
            self.clients[index].offline_by = session;
        }
        let input = Input::Session(SessionKey(session), message);
        self.clients[index].mailbox.push(input);
        self.turn_soon(index);
    }

    /// A session is gone: the leader hears of it, and does what follows from that.
    pub(crate) fn leave(&mut self, index: usize, session: u64) {
        if let Some(leader) = &mut self.clients[index].leader {
            leader.remove_session(SessionKey(session));
            self.turn_after(index, Duration::ZERO);
        }
    }

    fn send_to_session(&mut self, index: usize, session: u64, message: FromLeader) {
        let run = self.clients[index].run;
        let Some(at) = self.next_down(index, session) else {
            return;
        };
        self.at(
            at,
            Happening::ToSession {
                client: index,
                run,
                session,
                message,
            },
        );
    }

    /// Sends what a session has to say.
    pub(crate) fn collect(&mut self, index: usize, session: u64) {
        let Some(from) = self.clients[index].sessions.get(&session) else {
            return;
        };
        let (messages, mut reads) = (from.wire.take_sent(), from.wire.take_reads());
        let run = self.clients[index].run;
        for message in messages {
            let Some(at) = self.next_up(index, session) else {
                return;
            };
            self.at(
                at,
                Happening::ToLeader {
                    client: index,
                    run,
                    session,
                    message,
                },
            );
        }
        self.send_reads(index, session, &mut reads);
    }

    /// Returns when the next message of a session's leader arrives.
    pub(crate) fn next_down(&mut self, index: usize, session: u64) -> Option<Duration> {
        let at = self.now + self.link_delay();
        let to = self.clients[index].sessions.get_mut(&session)?;
        to.down = to.down.max(at);
        Some(to.down)
    }

    /// Returns when a session's next message to its leader arrives.
    pub(crate) fn next_up(&mut self, index: usize, session: u64) -> Option<Duration> {
        let at = self.now + self.link_delay();
        let from = self.clients[index].sessions.get_mut(&session)?;
        from.up = from.up.max(at);
        Some(from.up)
    }

    fn link_delay(&mut self) -> Duration {
        match self.rng.u8(..10) {
            0..=4 => Duration::ZERO,
            5..=8 => self.delay(20),
            _ => self.delay(300),
        }
    }

    /// What the leader asks of the backend is put on the line.
    fn request(&mut self, index: usize, request: BackendRequest) {
        match request {
            BackendRequest::Connect { connection } => self.connect_line(index, connection),
            BackendRequest::Disconnect => {
                if let Some(line) = self.clients[index].line.take() {
                    self.lines.remove(&line);
                }
            }
            request => self.send_on_line(index, request),
        }
    }
}
