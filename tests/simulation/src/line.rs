//! The lines between clients and the backend: what the backend answers, late, twice or never.
//!
//! A pull may stall while everything else is answered: the engine has to find out. Of a pull that is
//! caught up, no page may get lost for good without a word: a transport that loses one has broken, and
//! says so sooner or later. No engine could tell such a pull from a quiet one.

use std::{sync::Arc, time::Duration};

use livestore_core::{
    event::GlobalEvent,
    simulation::{BackendInput, BackendRequest},
    sync::{BackendError, Cursor, PageInfo, PullPage, PulledEvent, PushError},
};

use crate::{
    backend::Pushed,
    world::{Happening, World},
};

/// A connection, from when it is asked for.
#[derive(Debug)]
pub(crate) struct Line {
    client: usize,
    connection: u64,
    /// Which of the backend's lives it leads to.
    backend: u64,
    /// The last event that was sent on a live pull; a stalled one sends nothing.
    sent: Option<u64>,
    /// Nothing comes from it any more.
    broken: bool,
    up: Duration,
    down: Duration,
}

impl World {
    pub(crate) fn connect_line(&mut self, index: usize, connection: u64) {
        if let Some(line) = self.clients[index].line.take() {
            self.lines.remove(&line);
        }
        self.next_line += 1;
        let id = self.next_line;
        let now = self.now;
        let line = Line {
            client: index,
            connection,
            backend: self.backend.id,
            sent: None,
            broken: false,
            up: now,
            down: now,
        };
        self.lines.insert(id, line);
        self.clients[index].line = Some(id);
        self.send_on_line(index, BackendRequest::Connect { connection });
    }

    /// Puts a request on a client's line, if there is one.
    pub(crate) fn send_on_line(&mut self, index: usize, request: BackendRequest) {
        let Some(id) = self.clients[index].line else {
            return;
        };
        let delay = self.line_delay();
        let now = self.now;
        if let Some(line) = self.lines.get_mut(&id) {
            line.up = line.up.max(now + delay);
            let at = line.up;
            self.at(at, Happening::ToBackend { line: id, request });
        }
    }

    fn line_delay(&mut self) -> Duration {
        if self.chance(self.weather.long_delay) {
            self.delay(8_000)
        } else {
            self.delay(200)
        }
    }

    /// Breaks a client's connection; a silent break is found out by the client itself.
    pub(crate) fn break_line(&mut self, index: usize, silently: bool) {
        let Some(id) = self.clients[index].line else {
            return;
        };
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        let connection = line.connection;
        line.broken = true;
        line.sent = None;
        self.note(format_args!(
            "c{index} connection {connection} breaks, silently {silently}"
        ));
        if !silently {
            let error = BackendError::offline("the connection broke");
            let what = BackendInput::Failed { connection, error };
            let delay = self.delay(100);
            self.after(
                delay,
                Happening::FromBackend {
                    line: id,
                    input: what,
                },
            );
        }
    }

    /// A line that has lost something breaks.
    pub(crate) fn line_breaks(&mut self, id: u64) {
        if let Some(line) = self.lines.get(&id).filter(|line| !line.broken) {
            self.break_line(line.client, false);
        }
    }

    /// An answer arrives.
    pub(crate) fn reach_client(&mut self, id: u64, input: BackendInput) {
        let Some(line) = self.lines.get(&id) else {
            return;
        };
        let index = line.client;
        // A broken line carries only the news that it is broken.
        if line.broken && !matches!(input, BackendInput::Failed { .. }) {
            return;
        }
        let text = match &input {
            BackendInput::Page { page, .. } => format!(
                "page of {} to {:?}, {:?}",
                page.events.len(),
                page.events.last().map(|event| event.event.seq_num),
                page.info
            ),
            BackendInput::Answered { .. } => String::new(),
            other => format!("{other:?}"),
        };
        if !text.is_empty() {
            self.note(format_args!("backend > c{index}: {text}"));
        }
        let input = livestore_core::simulation::Input::Backend(input);
        self.clients[index].mailbox.push(input);
        self.turn_soon(index);
    }

    fn answer(&mut self, id: u64, in_order: bool, input: BackendInput) {
        let delay = self.line_delay();
        let now = self.now;
        if let Some(line) = self.lines.get_mut(&id) {
            let mut at = now + delay;
            if in_order {
                line.down = line.down.max(at);
                at = line.down;
            }
            self.at(at, Happening::FromBackend { line: id, input });
        }
    }

    /// A request arrives at the backend.
    pub(crate) fn reach_backend(&mut self, id: u64, request: BackendRequest) {
        let own = self.backend.id;
        let Some(line) = self.lines.get(&id).filter(|line| line.backend == own) else {
            return;
        };
        let alive = !line.broken;
        match request {
            BackendRequest::Push {
                connection,
                request,
                batch,
            } => {
                // What was sent before the line broke may arrive all the same.
                if alive || self.rng.bool() {
                    self.take_push(id, alive, connection, request, &batch);
                }
            }
            _ if !alive => {}
            BackendRequest::Connect { connection } => {
                let client = self.lines[&id].client;
                if self.chance(self.weather.refuse_connection) {
                    self.counts.one("fault: connection refused");
                    if self.rng.bool() {
                        self.note(format_args!("c{client} cannot connect"));
                        let error = BackendError::offline("no route");
                        self.answer(id, true, BackendInput::Failed { connection, error });
                    }
                } else {
                    self.answer(id, true, BackendInput::Connected { connection });
                }
            }
            BackendRequest::Pull {
                connection, cursor, ..
            } => self.take_pull(id, connection, cursor),
            BackendRequest::Ping { connection } => {
                if self.chance(self.weather.lose_ping) {
                    self.counts.one("fault: ping unanswered");
                } else {
                    self.answer(id, true, BackendInput::Answered { connection });
                }
            }
            BackendRequest::Disconnect => {}
        }
    }

    fn take_pull(&mut self, id: u64, connection: u64, cursor: Option<Cursor>) {
        let own = self.plan.backend_id.then(|| self.backend.name());
        let known = cursor.as_ref().and_then(|cursor| cursor.backend_id.clone());
        if let (Some(own), Some(known)) = (&own, &known)
            && own != known
            && self.rng.bool()
        {
            let error = BackendError::BackendIdMismatch {
                expected: known.to_string(),
                received: own.to_string(),
            };
            return self.answer(id, true, BackendInput::Failed { connection, error });
        }
        let after = cursor.map_or(0, |cursor| cursor.seq_num);
        if after > self.backend.head() && (own.is_none() || own == known) {
            return self.fail(
                "cursor",
                format!(
                    "a pull after {after}, but the log ends at {}",
                    self.backend.head()
                ),
            );
        }
        let after = after.min(self.backend.head());
        if self.chance(self.weather.stall_pull) {
            self.counts.one("fault: pull stalled");
            self.note(format_args!("the pull on line {id} stalls"));
            let events = self.backend.after(after);
            let count = events.len().saturating_sub(1).min(self.plan.page);
            if count > 0 && self.rng.bool() {
                let events = events[..count].to_vec();
                let page = self.page(&events, PageInfo::MoreUnknown);
                self.answer(id, true, BackendInput::Page { connection, page });
            }
            return;
        }
        self.send_pages(id, after);
    }

    /// Sends everything after a number, and notes that it is sent.
    fn send_pages(&mut self, id: u64, after: u64) {
        let Some(line) = self.lines.get_mut(&id).filter(|line| !line.broken) else {
            return;
        };
        let connection = line.connection;
        let events = self.backend.after(after).to_vec();
        line.sent = Some(after + events.len() as u64);
        let mut rest = &events[..];
        loop {
            let count = self.rng.usize(1..=self.plan.page).min(rest.len());
            let (page, left) = rest.split_at(count);
            rest = left;
            let info = match rest.len() as u64 {
                0 => PageInfo::NoMore,
                _ if self.rng.bool() => PageInfo::MoreUnknown,
                remaining => PageInfo::MoreKnown { remaining },
            };
            let page = self.page(page, info);
            self.send_page(id, connection, page);
            if rest.is_empty() {
                return;
            }
        }
    }

    fn page(&mut self, events: &[GlobalEvent], info: PageInfo) -> PullPage {
        let with_metadata = self.plan.metadata;
        let events = events
            .iter()
            .map(|event| PulledEvent {
                event: event.clone(),
                metadata: (with_metadata && self.rng.bool())
                    .then(|| Arc::from(format!("{{\"place\":{}}}", event.seq_num))),
            })
            .collect();
        let backend_id = self.plan.backend_id.then(|| self.backend.name());
        PullPage {
            events,
            info,
            backend_id,
        }
    }

    fn send_page(&mut self, id: u64, connection: u64, page: PullPage) {
        if self.chance(self.weather.drop_page) {
            self.counts.one("fault: page dropped");
            // Unless a gap shows before.
            let delay = self.delay(20_000);
            return self.after(delay, Happening::LineBreaks { line: id });
        }
        let in_order = !self.chance(self.weather.reorder_page);
        if !in_order {
            self.counts.one("fault: page out of order");
        }
        if self.chance(self.weather.repeat_page) {
            self.counts.one("fault: page repeated");
            let page = page.clone();
            self.answer(id, in_order, BackendInput::Page { connection, page });
        }
        self.answer(id, in_order, BackendInput::Page { connection, page });
    }

    fn take_push(
        &mut self,
        id: u64,
        alive: bool,
        connection: u64,
        request: u64,
        batch: &[GlobalEvent],
    ) {
        if self.chance(self.weather.fail_push) {
            self.counts.one("fault: push failed");
            let error = match self.rng.u8(..4) {
                0 => PushError::ServerAhead {
                    minimum_expected: 0,
                    provided: 0,
                },
                1 => BackendError::offline("the push found nobody").into(),
                2 => return,
                _ => BackendError::failed("out of order").into(),
            };
            let result = Err(error);
            return self.answer(
                id,
                false,
                BackendInput::Pushed {
                    connection,
                    request,
                    result,
                },
            );
        }
        let all = self.rng.bool();
        let range = (
            batch.first().map(|e| e.seq_num),
            batch.last().map(|e| e.seq_num),
        );
        let mut result = match self.backend.push(batch, all) {
            Pushed::Taken => {
                self.counts.one("pushes taken");
                let client = self.lines.get(&id).map(|line| line.client);
                self.note(format_args!("backend takes {range:?} of {client:?}"));
                self.announce();
                Ok(())
            }
            Pushed::Known => {
                self.counts.one("pushes that came twice");
                Ok(())
            }
            Pushed::Refused(error) => {
                self.counts.one(match error {
                    PushError::Rejected { .. } => "pushes rejected",
                    _ => "pushes the backend was ahead of",
                });
                Err(error)
            }
            Pushed::Nonsense(message) => return self.fail("push", message),
        };
        if !alive {
            return;
        }
        if self.chance(self.weather.lose_answer) {
            self.counts.one("fault: answer to a push lost");
            match self.rng.u8(..3) {
                0 => return,
                1 => result = Err(BackendError::offline("the answer was lost").into()),
                _ => result = Err(BackendError::failed("the answer was lost").into()),
            }
        }
        self.answer(
            id,
            false,
            BackendInput::Pushed {
                connection,
                request,
                result,
            },
        );
    }

    /// Live pulls get what is new.
    fn announce(&mut self) {
        let live: Vec<_> = self
            .lines
            .iter()
            .filter_map(|(id, line)| line.sent.map(|sent| (*id, sent)))
            .collect();
        for (id, sent) in live {
            self.send_pages(id, sent);
        }
    }
}
