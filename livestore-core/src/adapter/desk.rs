//! A leader's desk: what comes is put on it, and what the leader says is carried from it.
//!
//! Whoever has something for the leader makes it take a turn; one at a time, whichever the thread.
//! What it says to sessions is delivered in the order it was said, by one thread at a time and without
//! a lock, since whoever hears it may have something for the leader at once.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex},
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
    store::{AdapterError, Image, Inbox, SyncSetup},
    sync::{FromLeader, SessionKey},
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

#[derive(Debug, Default)]
struct Mail {
    sessions: HashMap<SessionKey, Inbox>,
    queue: VecDeque<(SessionKey, FromLeader)>,
    delivering: bool,
}

/// How a leader is seated.
pub(super) struct Seating {
    pub(super) store: StoreId,
    pub(super) client: ClientId,
    pub(super) schema: Schema,
    pub(super) state: StateFile,
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
    pub(super) fn turn(&self, inputs: impl IntoIterator<Item = Input>) {
        {
            let mut seat = lock(&self.seat);
            let Some(leader) = &mut seat.leader else {
                return;
            };
            let outputs = leader.turn(self.clock.now(), inputs);
            if let Some(driver) = &seat.driver {
                let send = |command| {
                    // A driver that is gone has ended with its desk.
                    let _ = driver.unbounded_send(command);
                };
                outputs
                    .backend
                    .into_iter()
                    .map(Command::Request)
                    .for_each(send);
                send(Command::WakeAt(outputs.wake_at));
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
    pub(super) fn add_session(&self, session: SessionKey, inbox: Inbox) {
        lock(&self.mail).sessions.insert(session, inbox);
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

    /// Does some of the work that can wait; true when there is none left.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn catch_up(&self) -> bool {
        lock(&self.seat)
            .leader
            .as_mut()
            .is_none_or(Leader::catch_up)
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
        {
            let mut mail = lock(&self.mail);
            if std::mem::replace(&mut mail.delivering, true) {
                return;
            }
        }
        let round = Round(self);
        loop {
            let (inbox, message) = {
                let mut mail = lock(&self.mail);
                let Some((session, message)) = mail.queue.pop_front() else {
                    // Under the lock, so that nobody leaves mail to a round that is over.
                    mail.delivering = false;
                    std::mem::forget(round);
                    return;
                };
                (mail.sessions.get(&session).cloned(), message)
            };
            if let Some(inbox) = inbox {
                inbox.deliver(message);
            }
        }
    }
}

/// A round of deliveries; one that panics lets the next begin.
struct Round<'a>(&'a Desk);

impl Drop for Round<'_> {
    fn drop(&mut self) {
        lock(&self.0.mail).delivering = false;
    }
}
