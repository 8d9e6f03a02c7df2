//! A leader's desk: what comes is put on it, and what the leader says is carried from it.
//!
//! Whoever has something for the leader makes it take a turn; one at a time, whichever the thread.
//! What it says to sessions is delivered in the order it was said, by one thread at a time and without
//! a lock, since whoever hears it may have something for the leader at once.

use std::{
    any::Any,
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::channel::mpsc::UnboundedSender;

use super::{
    driver::{self, Command},
    lock,
    runtime::{self, Clock},
};
use crate::{
    event::{ClientId, EncodedEvent, SeqNum, StoreId},
    eventlog::{Eventlog, EventlogError},
    leader::{BackendRequest, Input, Leader, LeaderOptions, StateFile},
    schema::Schema,
    store::{AdapterError, Image, SyncSetup},
    sync::{FromLeader, SessionKey, Storage},
};

/// A leader and the ways to its sessions and its backend.
#[derive(Debug)]
pub(super) struct Desk {
    seat: Mutex<Seat>,
    mail: Mutex<Mail>,
    clock: Clock,
}

#[derive(Debug)]
struct Seat {
    /// Gone once the desk is closed.
    leader: Option<Leader>,
    driver: Option<UnboundedSender<Command>>,
    next_session: u64,
}

/// Where what the leader says to a session goes.
#[derive(Clone)]
struct Outlet(Arc<dyn Fn(FromLeader) + Send + Sync>);

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Outlet")
    }
}

#[derive(Debug, Default)]
struct Mail {
    sessions: HashMap<SessionKey, Outlet>,
    queue: VecDeque<(SessionKey, FromLeader)>,
    delivering: bool,
}

/// How a leader is seated.
pub(super) struct Seating {
    pub(super) store: StoreId,
    pub(super) client: ClientId,
    pub(super) schema: Schema,
    pub(super) state: StateFile,
    pub(super) storage: Storage,
    pub(super) sync: Option<SyncSetup>,
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
        } = seating;
        let clock = Clock::start();
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
            }),
            mail: Mutex::default(),
            clock,
        });
        let weak = Arc::downgrade(&desk);
        let start = driver.map(|(backend, received)| {
            move || -> runtime::LocalTask {
                let turn = move |input| {
                    if let Some(desk) = weak.upgrade() {
                        desk.turn([input]);
                    }
                };
                Box::pin(driver::drive(backend, store, client, received, turn, clock))
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
                return;
            };
            let now = self.clock.now();
            let turn = catch_unwind(AssertUnwindSafe(|| leader.turn(now, inputs)));
            let outputs = turn.unwrap_or_else(|panic| {
                leader.give_up(&format_args!("it panicked: {}", text_of(&*panic)));
                leader.turn(now, [])
            });
            if !hand_over(driver, outputs.backend, outputs.wake_at) {
                leader.stop_syncing("the task that talks to the sync backend is gone");
            }
            // In the order of the turns: hence before the seat is free.
            lock(&self.mail).queue.extend(outputs.sessions);
        }
        self.deliver();
    }

    /// Returns a key for a session that will be added.
    pub(super) fn new_session(&self) -> SessionKey {
        let mut seat = lock(&self.seat);
        seat.next_session += 1;
        SessionKey(seat.next_session)
    }

    /// Adds a session, which is welcomed.
    pub(super) fn add_session(
        &self,
        session: SessionKey,
        outlet: impl Fn(FromLeader) + Send + Sync + 'static,
    ) {
        lock(&self.mail)
            .sessions
            .insert(session, Outlet(Arc::new(outlet)));
        if let Some(leader) = &mut lock(&self.seat).leader {
            leader.add_session(session);
        }
        self.turn([]);
    }

    /// Takes a session away; true if it was the last.
    pub(super) fn remove_session(&self, session: SessionKey) -> bool {
        if let Some(leader) = &mut lock(&self.seat).leader {
            leader.remove_session(session);
        }
        let mut mail = lock(&self.mail);
        mail.sessions.remove(&session);
        mail.sessions.is_empty()
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
            Some(leader) => (leader.catch_up(), leader.has_mail()),
            None => (true, false),
        };
        if has_mail {
            self.turn([]);
        }
        done
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

    fn deliver(&self) {
        if std::mem::replace(&mut lock(&self.mail).delivering, true) {
            return;
        }
        loop {
            let (outlet, message) = {
                let mut mail = lock(&self.mail);
                let Some((session, message)) = mail.queue.pop_front() else {
                    // Under the lock, so that nobody leaves mail to a round that is over.
                    mail.delivering = false;
                    return;
                };
                (mail.sessions.get(&session).cloned(), message)
            };
            let Some(Outlet(deliver)) = outlet else {
                continue;
            };
            let delivered = catch_unwind(AssertUnwindSafe(|| deliver(message)));
            if let Err(panic) = delivered {
                let panic = text_of(&*panic);
                tracing::error!(panic, "a listener panicked at news from the leader");
            }
        }
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

/// Returns what a panic said.
pub(super) fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}
