//! A leader's desk: what comes is put on it, and what the leader says is carried from it.
//!
//! Whoever has something for the leader makes it take a turn; one at a time, whichever the thread.
//! What it says to sessions is delivered in the order it was said, by one thread at a time and without
//! a lock, since whoever hears it may have something for the leader at once.

mod mail;

use std::{
    collections::HashSet,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Mutex, Weak},
    time::Duration,
};

use futures::{FutureExt, channel::mpsc::UnboundedSender};

use self::mail::Mail;
use super::{
    driver::{self, Command},
    lock,
    runtime::{self, Clock},
};
use crate::{
    event::{ClientId, EncodedEvent, SeqNum, StoreId},
    eventlog::{Eventlog, EventlogError},
    leader::{BackendRequest, Input, Leader, LeaderOptions, StateFile},
    panic::text_of,
    schema::Schema,
    state::StateError,
    store::{AdapterError, Image, SyncSetup, Wanted, WantedEvents},
    sync::{FromLeader, SessionKey, Storage},
};

/// How many events are looked through at a time, at least: what comes meanwhile waits for no more.
const PIECE: usize = 5_000;

/// A leader and the ways to its sessions and its backend.
#[derive(Debug)]
pub(super) struct Desk {
    seat: Mutex<Seat>,
    mail: Mail,
    clock: Clock,
}

#[derive(Debug)]
struct Seat {
    /// Gone once the desk is closed.
    leader: Option<Leader>,
    driver: Option<UnboundedSender<Command>>,
    next_session: u64,
    /// Those that are there or have been announced: the leader stays as long as there are any.
    sessions: HashSet<SessionKey>,
}

/// How a leader is seated.
pub(super) struct Seating {
    pub(super) store: StoreId,
    pub(super) client: ClientId,
    pub(super) schema: Schema,
    pub(super) state: StateFile,
    pub(super) storage: Storage,
    pub(super) sync: Option<SyncSetup>,
    pub(super) clock: Clock,
}

impl Desk {
    /// Seats a leader over a log; with a backend, the driver is returned that talks to it.
    pub(super) fn open(
        log: Eventlog,
        seating: Seating,
    ) -> (
        Arc<Self>,
        Option<impl FnOnce() -> runtime::LocalTask + Send + 'static>,
    ) {
        let Seating {
            store,
            client,
            schema,
            state,
            storage,
            sync,
            clock,
        } = seating;
        let leader = Leader::new(
            log,
            LeaderOptions {
                schema,
                state,
                sync: sync.as_ref().map(|sync| sync.options.clone()),
                now: clock.now(),
                seed: runtime::seed(),
                storage,
            },
        );
        let (commands, driver) = match sync {
            Some(sync) => {
                let (commands, received) = futures::channel::mpsc::unbounded();
                (Some(commands), Some((sync.backend, received)))
            }
            None => (None, None),
        };
        let desk = Arc::new(Self {
            seat: Mutex::new(Seat {
                leader: Some(leader),
                driver: commands,
                next_session: 0,
                sessions: HashSet::new(),
            }),
            mail: Mail::default(),
            clock: clock.clone(),
        });
        let weak = Arc::downgrade(&desk);
        let start = driver.map(|(backend, received)| {
            move || -> runtime::LocalTask {
                let desk = Weak::clone(&weak);
                let turn = move |input| {
                    if let Some(desk) = desk.upgrade() {
                        desk.turn([input]);
                    }
                };
                let driven = driver::drive(backend, store, client, received, turn, clock);
                Box::pin(async move {
                    if let Err(panic) = AssertUnwindSafe(driven).catch_unwind().await
                        && let Some(desk) = weak.upgrade()
                    {
                        desk.lose_driver(text_of(&*panic));
                    }
                })
            }
        });
        (desk, start)
    }

    /// Makes the leader take what has come, and carries what it says.
    ///
    /// Whatever panics in here, in a materializer or a listener, ends no thread: the leader stops with
    /// that reason, or the listener misses its news.
    pub(super) fn turn(&self, inputs: impl IntoIterator<Item = Input>) {
        {
            let mut seat = lock(&self.seat);
            let Seat { leader, driver, .. } = &mut *seat;
            let Some(leader) = leader else {
                drop(seat);
                return self.mail.deliver();
            };
            let now = self.clock.now();
            let outputs = attempt(leader, |leader| leader.turn(now, inputs))
                .unwrap_or_else(|| leader.turn(now, []));
            let mut sessions = outputs.sessions;
            if !hand_over(driver, outputs.backend, outputs.wake_at) {
                leader.stop_syncing("the task that talks to the sync backend is gone");
                // The status of this turn does not know it yet, and no other turn may come.
                sessions.extend(leader.turn(now, []).sessions);
            }
            // In the order of the turns: hence before the seat is free.
            self.mail.put(sessions);
        }
        self.mail.deliver();
    }

    /// Goes on without the backend, since the driver has panicked.
    fn lose_driver(&self, panic: &str) {
        {
            let mut seat = lock(&self.seat);
            seat.driver = None;
            if let Some(leader) = &mut seat.leader {
                leader.stop_syncing(&format!(
                    "the task that talks to the sync backend panicked: {panic}"
                ));
            }
        }
        self.turn([]);
    }

    /// Stops the leader, and tells its sessions why.
    pub(super) fn give_up(&self, reason: &dyn fmt::Display) {
        if let Some(leader) = &mut lock(&self.seat).leader {
            leader.give_up(reason);
        }
        self.turn([]);
    }

    /// Returns a key for a session that will be added; from here on it is one of those the leader has.
    pub(super) fn new_session(&self) -> SessionKey {
        let mut seat = lock(&self.seat);
        seat.next_session += 1;
        let session = SessionKey(seat.next_session);
        seat.sessions.insert(session);
        session
    }

    /// Adds a session, which is welcomed, or told that there is no leader any more.
    pub(super) fn add_session(
        &self,
        session: SessionKey,
        outlet: impl Fn(FromLeader) + Send + Sync + 'static,
    ) {
        self.mail.add(session, outlet);
        match &mut lock(&self.seat).leader {
            Some(leader) => leader.add_session(session),
            None => self.mail.put([(session, gone())]),
        }
        self.turn([]);
    }

    /// Takes a session away; true if it was the last.
    pub(super) fn remove_session(&self, session: SessionKey) -> bool {
        self.mail.remove(session);
        let mut seat = lock(&self.seat);
        seat.sessions.remove(&session);
        if let Some(leader) = &mut seat.leader {
            leader.remove_session(session);
        }
        seat.sessions.is_empty()
    }

    /// Reads a page of the log.
    pub(super) fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, AdapterError> {
        match &lock(&self.seat).leader {
            Some(leader) => leader
                .events_after(after, limit)
                .map_err(|error: EventlogError| AdapterError::new(error)),
            None => Err(AdapterError::new("the leader is gone")),
        }
    }

    /// Looks through a piece of the log.
    pub(super) fn wanted_after(
        &self,
        after: SeqNum,
        limit: usize,
        wanted: &Wanted,
    ) -> Result<WantedEvents, AdapterError> {
        let events = self.events_after(after, limit.max(PIECE))?;
        Ok(wanted.pick(after, events, limit))
    }

    /// Returns the state that a session can start with.
    pub(super) fn image(&self) -> Option<Image> {
        lock(&self.seat).leader.as_mut()?.image()
    }

    /// Returns the log as the bytes of a database.
    pub(super) fn export_log(&self) -> Result<Vec<u8>, AdapterError> {
        match &mut lock(&self.seat).leader {
            Some(leader) => leader.export_log().map_err(AdapterError::new),
            None => Err(AdapterError::new("the leader is gone")),
        }
    }

    /// Returns the damaged file that the log was saved from, if there is one.
    pub(super) fn damaged_log(&self) -> Result<Option<Vec<u8>>, AdapterError> {
        match &lock(&self.seat).leader {
            Some(leader) => leader.damaged_log().map_err(AdapterError::new),
            None => Err(AdapterError::new("the leader is gone")),
        }
    }

    /// Removes the damaged file that the log was saved from.
    pub(super) fn forget_damaged_log(&self) -> Result<(), AdapterError> {
        let forgotten = match &mut lock(&self.seat).leader {
            Some(leader) => leader.forget_damaged_log().map_err(AdapterError::new),
            None => Err(AdapterError::new("the leader is gone")),
        };
        // The status has changed.
        self.turn([]);
        forgotten
    }

    /// Does some of the work that can wait; true when there is none left.
    pub(super) fn catch_up(&self) -> bool {
        let (done, has_mail) = match &mut lock(&self.seat).leader {
            Some(leader) => {
                let done = attempt(leader, Leader::catch_up).unwrap_or(true);
                (done, leader.has_mail())
            }
            None => (true, false),
        };
        if has_mail {
            self.turn([]);
        }
        done
    }

    /// Does the part of that which is worth waiting for at the end; true when there is none left.
    #[cfg_attr(target_arch = "wasm32", allow(dead_code))]
    pub(super) fn bring_forward(&self) -> bool {
        match &mut lock(&self.seat).leader {
            Some(leader) => attempt(leader, Leader::bring_forward).unwrap_or(true),
            None => true,
        }
    }

    /// Returns the file of a stored state that is to be looked through while others work with it.
    pub(super) fn unchecked_state(&self) -> Option<PathBuf> {
        lock(&self.seat).leader.as_mut()?.unchecked_state()
    }

    /// Takes what was found in that file.
    pub(super) fn state_checked(&self, found: Result<(), StateError>) {
        if let Some(leader) = &mut lock(&self.seat).leader {
            leader.state_checked(found);
        }
        self.turn([]);
    }

    /// Looks the stored state through here and now, if that is due.
    pub(super) fn check_state(&self) {
        if let Some(leader) = &mut lock(&self.seat).leader {
            attempt(leader, Leader::check_state);
        }
        self.turn([]);
    }

    /// Looks through the tables of a state that an image was handed out of, here and now, if that is due.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(super) fn vet_state(&self) {
        if let Some(leader) = &mut lock(&self.seat).leader {
            attempt(leader, Leader::vet_state);
        }
        self.turn([]);
    }

    /// Sends the leader away and returns its log.
    pub(super) fn close(&self) -> Option<Eventlog> {
        let mut seat = lock(&self.seat);
        if let Some(driver) = seat.driver.take() {
            // It ends when it has no more commands to expect.
            let _ = driver.unbounded_send(Command::Request(BackendRequest::Disconnect));
        }
        seat.leader.take().map(Leader::into_log)
    }
}

/// Makes the leader do something; if it panics, the leader stops with that reason.
fn attempt<R>(leader: &mut Leader, work: impl FnOnce(&mut Leader) -> R) -> Option<R> {
    match catch_unwind(AssertUnwindSafe(|| work(leader))) {
        Ok(outcome) => Some(outcome),
        Err(panic) => {
            leader.give_up(&format_args!("it panicked: {}", text_of(&*panic)));
            None
        }
    }
}

/// What a session hears that comes too late.
fn gone() -> FromLeader {
    FromLeader::Stopped {
        reason: "the leader is gone".into(),
    }
}

/// Gives commands to the driver; false when it is gone.
fn hand_over(
    driver: &mut Option<UnboundedSender<Command>>,
    requests: Vec<BackendRequest>,
    wake_at: Option<Duration>,
) -> bool {
    let Some(commands) = driver else {
        return true;
    };
    let mut all = requests
        .into_iter()
        .map(Command::Request)
        .chain([Command::WakeAt(wake_at)]);
    let taken = all.all(|command| commands.unbounded_send(command).is_ok());
    if !taken {
        *driver = None;
    }
    taken
}
