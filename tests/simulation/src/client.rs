//! A client: a leader over files, its sessions, and the links between them.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use fastrand::Rng;
use livestore_core::{
    event::EncodedEvent,
    simulation::{
        BackendRequest, Crash, Input, Outputs, SessionKey, SimulatedLeader, Trouble, before_crash,
        crash_at, points_passed, set_trouble, trouble, writes_failed,
    },
    store::{Receipt, Stage, Store, StoreStatus},
    sync::{Connection, FromLeader, ToLeader},
};

use crate::{
    link::Wire,
    schema::schema,
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
    turn_due: bool,
    alarm: u64,
    pub(crate) sessions: BTreeMap<u64, Session>,
    pub(crate) next_session: u64,
    /// Sessions that went without a word: nothing of theirs arrives any more.
    pub(crate) ghosts: BTreeSet<u64>,
    pub(crate) line: Option<u64>,
    /// Whether the leader was told to keep away from the backend, and when, or when it took over.
    pub(crate) offline: bool,
    pub(crate) offline_since: Duration,
    /// The session that said so.
    offline_by: u64,
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
    stopping: bool,
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
    fn next_run(&mut self, now: Duration) {
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
    /// A leader starts over what the last one left, and welcomes the sessions that are there.
    pub(crate) fn start(&mut self, index: usize) {
        let seed = self.rng.u64(..);
        let now = self.now;
        let path = self.folder.join(&self.clients[index].folder);
        let client = &mut self.clients[index];
        client.starting = false;
        if client.leader.is_some() {
            return;
        }
        client.next_run(now);
        client.mailbox.clear();
        client.turn_due = false;
        (client.failed, client.stopping) = (false, false);
        let sync = (!client.alone).then(|| self.plan.sync.clone());
        let schema = schema(client.loud);
        self.clients[index].safe = self.journal_size(index);
        if let Err(error) = std::fs::create_dir_all(&path) {
            return self.fail("disk", format!("client {index}: {error}"));
        }
        if self.chance(self.weather.crash) {
            self.clients[index].crash_in = Some(self.rng.u64(..5));
        }
        let copy = self.keep_copies(index);
        let opened = self.with_faults(index, || {
            SimulatedLeader::open(&path, &schema, sync, now, seed)
        });
        before_crash(None);
        let mut leader = match opened {
            Ok(Ok(leader)) => leader,
            Ok(Err(error)) if self.clients[index].failed => {
                self.counts.one("leaders that could not start");
                self.note(format_args!("c{index} leader cannot start: {error}"));
                return self.start_later(index);
            }
            Ok(Err(error)) => return self.fail("start", format!("client {index}: {error}")),
            Err(crash) => {
                self.counts.one("fault: crash at the start");
                return self.crash_at_start(index, copy, crash.0);
            }
        };
        let client = &mut self.clients[index];
        for session in client.sessions.keys() {
            leader.add_session(SessionKey(*session));
        }
        let (loud, alone, count) = (client.loud, client.alone, client.sessions.len());
        // It can be told by whoever has said so, and by whoever has heard of it.
        let knows = client.sessions.contains_key(&client.offline_by)
            || client
                .open()
                .any(|(_, store)| store.sync_status().connection == Connection::Offline);
        client.offline &= knows;
        client.offline_since = now;
        client.leader = Some(leader);
        self.clients[index].safe = self.journal_size(index);
        self.counts.one("leaders started");
        self.note(format_args!(
            "c{index} leader starts, loud {loud}, alone {alone}, {count} sessions"
        ));
        self.check_log(index);
        self.turn_soon(index);
        if count == 0 {
            for _ in 0..self.rng.usize(1..=self.plan.sessions) {
                self.open_session(index);
            }
        }
    }

    /// Does something with a leader that may crash under it.
    pub(crate) fn with_leader<R>(
        &mut self,
        index: usize,
        work: impl FnOnce(&mut SimulatedLeader) -> R,
    ) -> Option<R> {
        let mut leader = self.clients[index].leader.take()?;
        match self.with_faults(index, || work(&mut leader)) {
            Ok(result) => {
                let stopped = leader.has_stopped();
                self.clients[index].leader = Some(leader);
                self.clients[index].safe = self.journal_size(index);
                if stopped {
                    self.leader_has_stopped(index);
                }
                Some(result)
            }
            Err(crash) => {
                self.crash(index, leader, crash.0);
                None
            }
        }
    }

    /// Does something that may crash, and whose writes may fail, as it is this client's fate.
    fn with_faults<R>(&mut self, index: usize, work: impl FnOnce() -> R) -> Result<R, Crash> {
        let now = self.now;
        let client = &mut self.clients[index];
        let (points, failures) = (points_passed(), writes_failed());
        client.trouble = client.trouble.filter(|(_, until)| now < *until);
        let until = client.trouble.map(|(_, until)| until);
        crash_at(client.crash_in);
        set_trouble(client.trouble.map(|(trouble, _)| trouble));
        let outcome = catch_unwind(AssertUnwindSafe(work));
        client.trouble = trouble().zip(until);
        set_trouble(None);
        crash_at(None);
        let passed = points_passed() - points;
        client.crash_in = client.crash_in.map(|left| left.saturating_sub(passed));
        let failed = writes_failed() - failures;
        client.failed |= failed > 0;
        self.counts.add("fault: write failed", failed);
        outcome.map_err(|payload| match payload.downcast::<Crash>() {
            Ok(crash) => *crash,
            Err(payload) => resume_unwind(payload),
        })
    }

    /// A leader has given up, which only a disk in trouble is a reason for; another one follows.
    fn leader_has_stopped(&mut self, index: usize) {
        let client = &mut self.clients[index];
        if std::mem::replace(&mut client.stopping, true) {
            return;
        }
        let run = client.run;
        if !client.failed {
            return self.fail(
                "stopped",
                format!("the leader of c{index}, with a sound disk"),
            );
        }
        self.counts.one("leaders stopped");
        self.note(format_args!("c{index} leader has stopped"));
        let delay = self.delay(10_000);
        self.after(delay, Happening::Replace { client: index, run });
    }

    /// People open again what has stopped.
    pub(crate) fn replace(&mut self, index: usize) {
        self.note(format_args!("c{index} leader is replaced"));
        self.stop_leader(index);
        let client = &mut self.clients[index];
        if client.native {
            client.sessions.clear();
        }
        self.start_later(index);
    }

    pub(crate) fn turn_soon(&mut self, index: usize) {
        let delay = self.delay(5);
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

    /// A session is gone, and the leader hears of it.
    pub(crate) fn leave(&mut self, index: usize, session: u64) {
        if let Some(leader) = &mut self.clients[index].leader {
            leader.remove_session(SessionKey(session));
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

    /// The leader goes in order; what is on its way to it or from it is lost.
    pub(crate) fn stop_leader(&mut self, index: usize) {
        if let Some(line) = self.clients[index].line.take() {
            self.lines.remove(&line);
        }
        let now = self.now;
        let client = &mut self.clients[index];
        client.next_run(now);
        client.leader = None;
        client.crash_in = None;
        client.sessions.retain(|_, session| match &session.phase {
            Phase::Open(store) => !matches!(store.status(), StoreStatus::Stopped { .. }),
            Phase::Opening(_) | Phase::Closing(_) => true,
        });
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
