//! The world: virtual time, a queue of what is to happen, and everybody who takes part.
//!
//! Everything is done by one thread in the order of the queue. Whatever is left to chance is drawn
//! from one generator, so that a seed is a run.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use fastrand::Rng;
use livestore_core::{
    event::EncodedEvent,
    simulation::{BackendInput, BackendRequest},
    sync::{FromLeader, ToLeader},
};

use crate::{
    Failure,
    backend::Backend,
    client::{Client, Record},
    line::Line,
    link::{Answer, Read},
    oracle::Handed,
    plan::{Plan, Weather},
    report::Counts,
    trace::Trace,
};

/// Steps after which a run is given up.
const STEPS: u64 = 150_000;
/// Steps at one moment after which somebody is spinning.
const SPIN: u64 = 20_000;
/// How long a settled world may take to come to rest.
const PATIENCE: Duration = Duration::from_secs(20 * 60);
const CHECK: Duration = Duration::from_secs(2);

/// Something that is to happen.
#[derive(Debug)]
pub(crate) enum Happening {
    /// Somebody does something.
    Act,
    /// Is everything at rest?
    Check,
    /// A client's leader starts.
    Start {
        client: usize,
    },
    /// A leader that has stopped makes room for another one.
    Replace {
        client: usize,
        run: u64,
    },
    /// A leader takes what has come.
    Turn {
        client: usize,
        run: u64,
    },
    /// The time a leader asked for.
    Wake {
        client: usize,
        run: u64,
        alarm: u64,
    },
    /// A leader has nothing better to do.
    CatchUp {
        client: usize,
        run: u64,
    },
    ToLeader {
        client: usize,
        run: u64,
        session: u64,
        message: ToLeader,
    },
    Leave {
        client: usize,
        run: u64,
        session: u64,
    },
    ToSession {
        client: usize,
        run: u64,
        session: u64,
        message: FromLeader,
    },
    /// A session reads the log.
    ReadLog {
        client: usize,
        run: u64,
        session: u64,
        read: Read,
    },
    /// What it has read.
    LogRead {
        client: usize,
        run: u64,
        session: u64,
        answer: Answer,
        events: Vec<EncodedEvent>,
    },
    /// A line that has lost something breaks.
    LineBreaks {
        line: u64,
    },
    ToBackend {
        line: u64,
        request: BackendRequest,
    },
    FromBackend {
        line: u64,
        input: BackendInput,
    },
}

#[derive(Debug)]
struct Entry {
    at: Duration,
    serial: u64,
    what: Happening,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first, which is to be the earliest.
        (other.at, other.serial).cmp(&(self.at, self.serial))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

/// One run.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) weather: Weather,
    pub(crate) rng: Rng,
    pub(crate) now: Duration,
    serial: u64,
    queue: BinaryHeap<Entry>,
    pub(crate) trace: Trace,
    pub(crate) counts: Counts,
    pub(crate) failure: Option<Failure>,
    pub(crate) backend: Backend,
    pub(crate) lines: BTreeMap<u64, Line>,
    pub(crate) next_line: u64,
    pub(crate) clients: Vec<Client>,
    pub(crate) records: Vec<Record>,
    pub(crate) tokens: u32,
    /// The tokens of events of which a session was told that they were taken out.
    pub(crate) told: Arc<Mutex<BTreeSet<String>>>,
    /// What apps were handed when logs were emptied.
    pub(crate) handed: Vec<Handed>,
    pub(crate) folder: PathBuf,
    actions: u32,
    settled: Option<Duration>,
    quiet: u32,
}

impl World {
    pub(crate) fn new(seed: u64, folder: PathBuf) -> Self {
        let mut rng = Rng::with_seed(seed);
        let plan = Plan::new(&mut rng);
        let mut clients: Vec<_> = (0..plan.clients)
            .map(|index| Client::new(index, &mut rng))
            .collect();
        for client in &mut clients {
            client.alone = plan.alone && rng.bool();
        }
        Self {
            weather: plan.weather.clone(),
            backend: Backend {
                idempotent: plan.idempotent,
                ..Backend::default()
            },
            actions: plan.actions,
            plan,
            rng,
            now: Duration::ZERO,
            serial: 0,
            queue: BinaryHeap::new(),
            trace: Trace::default(),
            counts: Counts::default(),
            failure: None,
            lines: BTreeMap::new(),
            next_line: 0,
            clients,
            records: Vec::new(),
            tokens: 0,
            told: Arc::default(),
            handed: Vec::new(),
            folder,
            settled: None,
            quiet: 0,
        }
    }

    /// Lets everything happen, until all is at rest or something is wrong.
    pub(crate) fn run(&mut self) {
        for client in 0..self.clients.len() {
            let delay = self.delay(1_000);
            self.after(delay, Happening::Start { client });
        }
        self.after(Duration::from_millis(500), Happening::Act);
        let (mut steps, mut since) = (0, 0);
        while self.failure.is_none() {
            let Some(Entry { at, what, .. }) = self.queue.pop() else {
                return self.fail("stuck", "nothing is left to happen");
            };
            steps += 1;
            if steps > STEPS {
                let unrest = self.unrest().unwrap_or_default();
                return self.fail("steps", format!("{steps} steps are not enough: {unrest}"));
            }
            if at > self.now {
                since = steps;
            } else if steps - since > SPIN {
                return self.fail("spins", format!("at one moment, again and again: {what:?}"));
            }
            self.now = at;
            if let Happening::Check = what {
                if self.check() {
                    self.counts.add("steps", steps);
                    return self.judge();
                }
            } else {
                self.happen(what);
            }
        }
    }

    fn happen(&mut self, what: Happening) {
        match what {
            Happening::Check => {}
            Happening::Act if self.actions == 0 => self.settle(),
            Happening::Act => {
                self.actions -= 1;
                self.act();
                let pause = match self.rng.u8(..20) {
                    0 => self.delay(40_000),
                    1..=4 => self.delay(3_000),
                    5..=9 => Duration::ZERO,
                    _ => self.delay(200),
                };
                self.after(pause, Happening::Act);
            }
            Happening::Start { client } => self.start(client),
            Happening::Turn { client, run } if self.is_running(client, run) => self.turn(client),
            Happening::Replace { client, run } if self.clients[client].run == run => {
                self.replace(client);
            }
            Happening::Wake { client, run, alarm } if self.is_running(client, run) => {
                self.wake(client, alarm);
            }
            Happening::CatchUp { client, run } if self.is_running(client, run) => {
                self.catch_up(client);
            }
            Happening::ToLeader {
                client,
                run,
                session,
                message,
            } if self.is_running(client, run) => {
                self.reach_leader(client, session, message);
            }
            Happening::Leave {
                client,
                run,
                session,
            } if self.is_running(client, run) => {
                self.leave(client, session);
            }
            Happening::ToSession {
                client,
                run,
                session,
                message,
            } if self.clients[client].run == run => {
                self.reach_session(client, session, message);
            }
            Happening::ReadLog {
                client,
                run,
                session,
                read,
            } if self.is_running(client, run) => self.read_log(client, session, read),
            Happening::LogRead {
                client,
                run,
                session,
                answer,
                events,
            } if self.clients[client].run == run => {
                self.log_is_read(client, session, answer, events);
            }
            Happening::LineBreaks { line } => self.line_breaks(line),
            Happening::ToBackend { line, request } => self.reach_backend(line, request),
            Happening::FromBackend { line, input } => self.reach_client(line, input),
            // What was on its way when a leader went.
            _ => {}
        }
    }

    fn is_running(&self, client: usize, run: u64) -> bool {
        self.clients[client].run == run && self.clients[client].leader.is_some()
    }

    /// The storm is over: everybody is there and online, and nothing fails any more.
    fn settle(&mut self) {
        self.settled = Some(self.now);
        self.weather = Weather::default();
        self.note(format_args!("-- settling"));
        for client in 0..self.clients.len() {
            self.clients[client].crash_in = None;
            self.clients[client].trouble = None;
            if self.clients[client].alone {
                self.change_sync(client);
            }
            if self.clients[client].leader.is_none() && !self.clients[client].starting {
                self.clients[client].starting = true;
                self.after(Duration::ZERO, Happening::Start { client });
            }
        }
        self.after(CHECK, Happening::Check);
    }

    /// Whether everything has come to rest; looks again later if not.
    fn check(&mut self) -> bool {
        for client in 0..self.clients.len() {
            self.be_there(client);
        }
        self.read_streams();
        let unrest = self.unrest();
        self.quiet = if unrest.is_none() { self.quiet + 1 } else { 0 };
        if self.quiet > 2 {
            return true;
        }
        let since = self.settled.unwrap_or_default();
        if self.now > since + PATIENCE {
            self.fail("stuck", unrest.unwrap_or_default());
        }
        self.after(CHECK, Happening::Check);
        false
    }

    /// Returns what is on its way to somebody, if anything is; with `at_home`, between a client's sessions
    /// and their leader only.
    pub(crate) fn in_flight(&self, at_home: bool) -> Option<String> {
        let idle = |what: &Happening| match what {
            Happening::ToBackend { .. }
            | Happening::FromBackend { .. }
            | Happening::LineBreaks { .. }
                if at_home =>
            {
                true
            }
            Happening::LineBreaks { line } => !self.lines.contains_key(line),
            Happening::Wake { .. } | Happening::Check | Happening::Act => true,
            Happening::Turn { client, run }
            | Happening::Replace { client, run }
            | Happening::CatchUp { client, run }
            | Happening::ToLeader { client, run, .. }
            | Happening::ReadLog { client, run, .. }
            | Happening::LogRead { client, run, .. }
            | Happening::Leave { client, run, .. }
            | Happening::ToSession { client, run, .. } => self.clients[*client].run != *run,
            Happening::ToBackend { line, request } => {
                !self.lines.contains_key(line) || matches!(request, BackendRequest::Ping { .. })
            }
            Happening::FromBackend { line, input } => {
                !self.lines.contains_key(line) || matches!(input, BackendInput::Answered { .. })
            }
            Happening::Start { .. } => false,
        };
        let entry = self.queue.iter().find(|entry| !idle(&entry.what))?;
        Some(format!("on its way: {:?}", entry.what))
    }

    /// Takes out what is on its way from a leader to its sessions, in order.
    pub(crate) fn take_mail(&mut self, client: usize, run: u64) -> Vec<(u64, FromLeader)> {
        let mut entries = std::mem::take(&mut self.queue).into_sorted_vec();
        entries.reverse();
        let mut mail = Vec::new();
        for entry in entries {
            match entry.what {
                Happening::ToSession {
                    client: to,
                    run: from,
                    session,
                    message,
                } if to == client && from == run => {
                    mail.push((session, message));
                }
                what => self.queue.push(Entry { what, ..entry }),
            }
        }
        mail
    }

    pub(crate) fn after(&mut self, delay: Duration, what: Happening) {
        self.at(self.now + delay, what);
    }

    pub(crate) fn at(&mut self, at: Duration, what: Happening) {
        self.serial += 1;
        let serial = self.serial;
        self.queue.push(Entry { at, serial, what });
    }

    /// A random delay of up to so many milliseconds.
    pub(crate) fn delay(&mut self, most: u64) -> Duration {
        Duration::from_micros(self.rng.u64(..=most * 1_000))
    }

    /// Whether something of that probability happens.
    pub(crate) fn chance(&mut self, percent: u8) -> bool {
        percent > 0 && self.rng.u8(..100) < percent
    }

    pub(crate) fn note(&mut self, what: fmt::Arguments<'_>) {
        self.trace.note(self.now, what);
    }

    /// Ends the run; the first failure counts.
    pub(crate) fn fail(&mut self, oracle: &'static str, message: impl Into<String>) {
        let message = message.into();
        self.note(format_args!("FAILED {oracle}: {message}"));
        self.failure.get_or_insert(Failure { oracle, message });
    }
}
