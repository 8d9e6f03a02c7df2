//! Carrying out what a leader wants of its backend: connect, pull, push, ping, wake it in time.
//!
//! The driver decides nothing and keeps nothing but the connection. It is one future, which the
//! platform runs; it ends when its leader is gone.

use std::{cell::RefCell, panic::AssertUnwindSafe, rc::Rc, time::Duration};

use futures::{
    FutureExt, StreamExt, channel::mpsc::UnboundedReceiver, select_biased, stream::FuturesUnordered,
};

use super::runtime::{Clock, LocalTask, breathe, network_changes};
use crate::{
    event::{ClientId, StoreId},
    leader::{BackendInput, BackendRequest, Input},
    panic::text_of,
    sync::{BackendConnection, BackendError, SyncBackend},
};

/// What the driver is told.
#[derive(Debug)]
pub(super) enum Command {
    /// Do this at the backend.
    Request(BackendRequest),
    /// Wake the leader at this time of its clock, and at no other.
    WakeAt(Option<Duration>),
}

type Turn = Rc<dyn Fn(Input)>;
type Line = Rc<RefCell<Option<Rc<dyn BackendConnection>>>>;

struct Driver {
    backend: Rc<dyn SyncBackend>,
    store: StoreId,
    client: ClientId,
    turn: Turn,
    line: Line,
    /// What is under way on the connection.
    tasks: FuturesUnordered<LocalTask>,
    wake_at: Option<Duration>,
}

/// Carries out commands until no more can come.
pub(super) async fn drive(
    backend: Box<dyn SyncBackend>,
    store: StoreId,
    client: ClientId,
    mut commands: UnboundedReceiver<Command>,
    turn: impl Fn(Input) + 'static,
    clock: Clock,
) {
    let mut driver = Driver {
        backend: backend.into(),
        store,
        client,
        turn: Rc::new(turn),
        line: Line::default(),
        tasks: FuturesUnordered::new(),
        wake_at: None,
    };
    let mut alarm = Alarm::off();
    let mut network = network_changes().fuse();
    loop {
        let mut rung = alarm.timer.as_mut().fuse();
        select_biased! {
            command = commands.next() => match command {
                Some(Command::Request(request)) => driver.carry_out(request),
                Some(Command::WakeAt(at)) => {
                    driver.wake_at = at;
                    alarm.ring_by(at, &clock);
                }
                None => return,
            },
            () = driver.tasks.select_next_some() => {}
            () = network.select_next_some() => {
                (driver.turn)(Input::Backend(BackendInput::NetworkChanged));
            }
            () = rung => {
                alarm = Alarm::off();
                match driver.wake_at {
                    Some(at) if at <= clock.now() => {
                        driver.wake_at = None;
                        (driver.turn)(Input::Woken);
                    }
                    at => alarm.ring_by(at, &clock),
                }
            }
        }
    }
}

/// The one timer. The leader's time moves on with everything it hears: a timer that was set for an
/// earlier one is left to ring and set anew then, which is rare, rather than at every message.
struct Alarm {
    set_for: Option<Duration>,
    timer: LocalTask,
}

impl Alarm {
    fn off() -> Self {
        Self {
            set_for: None,
            timer: Box::pin(futures::future::pending()),
        }
    }

    /// Makes it ring at this time or before.
    fn ring_by(&mut self, at: Option<Duration>, clock: &Clock) {
        if let Some(at) = at
            && self.set_for.is_none_or(|set_for| at < set_for)
        {
            self.set_for = Some(at);
            self.timer = clock.sleep_until(at);
        }
    }
}

impl Driver {
    fn carry_out(&mut self, request: BackendRequest) {
        match request {
            BackendRequest::Connect { connection } => {
                self.disconnect();
                self.connect(connection);
            }
            BackendRequest::Disconnect => self.disconnect(),
            BackendRequest::Pull {
                connection,
                cursor,
                live,
            } => self.on_line(connection, move |line, turn| {
                let mut pages = line.pull(cursor, live);
                async move {
                    while let Some(page) = pages.next().await {
                        let over = page.is_err();
                        turn(Input::Backend(match page {
                            Ok(page) => BackendInput::Page { connection, page },
                            Err(error) => BackendInput::Failed { connection, error },
                        }));
                        if over {
                            return;
                        }
                        // However many pages are there, the sessions' messages come in between.
                        breathe().await;
                    }
                    turn(Input::Backend(BackendInput::PullEnded { connection }));
                }
            }),
            BackendRequest::Push {
                connection,
                request,
                batch,
            } => self.on_line(connection, move |line, turn| {
                let pushed = line.push(batch);
                async move {
                    let result = pushed.await;
                    turn(Input::Backend(BackendInput::Pushed {
                        connection,
                        request,
                        result,
                    }));
                }
            }),
            BackendRequest::Ping { connection } => self.on_line(connection, move |line, turn| {
                let answered = line.ping();
                async move {
                    turn(Input::Backend(match answered.await {
                        Ok(()) => BackendInput::Answered { connection },
                        Err(error) => BackendInput::Failed { connection, error },
                    }));
                }
            }),
        }
    }

    fn connect(&mut self, connection: u64) {
        let (backend, store, client) = (
            Rc::clone(&self.backend),
            self.store.clone(),
            self.client.clone(),
        );
        let (turn, line) = (Rc::clone(&self.turn), Rc::clone(&self.line));
        self.start(connection, async move {
            let input = match backend.connect(&store, &client).await {
                Ok(connected) => {
                    *line.borrow_mut() = Some(connected.into());
                    BackendInput::Connected { connection }
                }
                Err(error) => BackendInput::Failed { connection, error },
            };
            turn(Input::Backend(input));
        });
    }

    fn disconnect(&mut self) {
        self.tasks = FuturesUnordered::new();
        self.line.borrow_mut().take();
    }

    /// Starts something on the connection there is.
    fn on_line<F: Future<Output = ()> + 'static>(
        &mut self,
        connection: u64,
        task: impl FnOnce(&dyn BackendConnection, Turn) -> F + 'static,
    ) {
        let line = self.line.borrow().clone();
        if let Some(line) = line {
            let turn = Rc::clone(&self.turn);
            // Called in there, since the call may panic as well.
            self.start(connection, async move {
                let task = task(&*line, turn);
                drop(line);
                task.await;
            });
        }
    }

    /// Runs something beside the rest; if it panics, that is a failure of the connection.
    fn start(&mut self, connection: u64, task: impl Future<Output = ()> + 'static) {
        let turn = Rc::clone(&self.turn);
        let task = AssertUnwindSafe(task).catch_unwind().map(move |outcome| {
            if let Err(panic) = outcome {
                let error = BackendError::failed(format_args!("it panicked: {}", text_of(&*panic)));
                turn(Input::Backend(BackendInput::Failed { connection, error }));
            }
        });
        self.tasks.push(Box::pin(task));
    }
}
