//! The event streams that sessions read: everything final, once, in order.

use std::mem;

use futures::{FutureExt, StreamExt};
use livestore_core::{
    event::{EncodedEvent, EventScope, SeqNum},
    simulation::SessionKey,
    store::{EventFilter, EventStream, Store},
    sync::OnBackendMismatch,
};

use crate::{
    client::Phase,
    link::Read,
    schema::token_of,
    world::{Happening, World},
};

/// A session's stream and what it has given.
pub(crate) struct Reading {
    stream: EventStream,
    since: u64,
    given: Vec<EncodedEvent>,
}

impl Reading {
    /// Starts to read after a synced event.
    fn start(store: &Store, since: u64) -> Self {
        let filter = EventFilter::new().since(SeqNum::synced(since)).page(3);
        Self {
            stream: store.events(filter),
            since,
            given: Vec::new(),
        }
    }

    /// The last number that was given, or the start.
    fn end(&self) -> u64 {
        self.given
            .last()
            .map_or(self.since, |event| event.seq.global)
    }
}

impl World {
    /// A session reads what its stream gives by now, if it has the time.
    pub(crate) fn read_stream(&mut self, index: usize, key: u64, now: bool) {
        if !now && self.rng.u8(..4) == 0 {
            return;
        }
        let restarts = self.plan.reset == Some(OnBackendMismatch::Reset);
        let from_the_start = restarts || self.rng.bool();
        let Some(session) = self.clients[index].sessions.get_mut(&key) else {
            return;
        };
        let Phase::Open(store) = &session.phase else {
            session.reading = None;
            return;
        };
        let reading = session.reading.get_or_insert_with(|| {
            let head = store.sync_status().backend_head.unwrap_or_default();
            Reading::start(store, if from_the_start { 0 } else { head.global })
        });
        let mut wrong = None;
        while let Some(next) = StreamExt::next(&mut reading.stream).now_or_never() {
            match next {
                Some(Ok(event)) => {
                    let again = event.event.seq.global <= reading.end();
                    let starts_over = restarts && event.event.seq.global == 1;
                    if !event.confirmed || (again && !starts_over) {
                        let token = token_of(&event.event.args);
                        wrong = Some(format!(
                            "c{index}.{key} is given {token} {} behind {}, confirmed: {}",
                            event.event.seq,
                            reading.end(),
                            event.confirmed
                        ));
                        break;
                    }
                    if again {
                        reading.given.clear();
                    }
                    reading.given.push(event.event);
                }
                // The leader is gone: an app reads on with the next one.
                Some(Err(_)) => {
                    if restarts {
                        // By then the log may be another one.
                        *reading = Reading::start(store, 0);
                    } else {
                        reading.stream = Reading::start(store, reading.end()).stream;
                    }
                    self.counts.one("streams taken up again");
                    break;
                }
                None => break,
            }
        }
        if let Some(message) = wrong {
            self.fail("stream", message);
        }
    }

    /// A session's wish to read the log arrives.
    pub(crate) fn read_log(&mut self, index: usize, session: u64, read: Read) {
        let Some(leader) = &self.clients[index].leader else {
            return;
        };
        let Read {
            after,
            limit,
            answer,
        } = read;
        match leader.events_after(after, limit) {
            Ok(events) => self.send_log(index, session, answer, events),
            Err(error) => self.fail("stream", format!("c{index}: {error}")),
        }
    }

    /// All that was read is there.
    pub(crate) fn log_is_read(
        &mut self,
        index: usize,
        session: u64,
        answer: crate::link::Answer,
        events: Vec<EncodedEvent>,
    ) {
        // A session that is gone does not mind.
        let _ = answer.send(events);
        self.look_after(index, session);
    }

    /// Everybody reads what is there, before it is judged.
    pub(crate) fn read_streams(&mut self) {
        for index in 0..self.clients.len() {
            let keys: Vec<_> = self.clients[index].sessions.keys().copied().collect();
            for key in keys {
                self.read_stream(index, key, true);
                self.collect(index, key);
            }
        }
    }

    /// Oracle 8: streams have given the final synced events of their log since their start.
    pub(crate) fn streams_gave_everything(
        &self,
        logs: &[Vec<EncodedEvent>],
    ) -> Result<(), (&'static str, String)> {
        for (index, client) in self.clients.iter().enumerate() {
            for (key, session) in &client.sessions {
                let (Phase::Open(store), Some(reading)) = (&session.phase, &session.reading) else {
                    continue;
                };
                let head = store.sync_status().backend_head.unwrap_or_default();
                let is_final = |event: &&EncodedEvent| {
                    event.scope() == EventScope::Synced
                        && (reading.since + 1..=head.global).contains(&event.seq.global)
                };
                let plain = |event: &EncodedEvent| {
                    (event.seq.global, event.name.clone(), event.args.clone())
                };
                let expected: Vec<_> = logs[index].iter().filter(is_final).map(plain).collect();
                let given: Vec<_> = reading.given.iter().map(plain).collect();
                // Of a log that was emptied and has nothing yet, there is nothing to tell by.
                let emptied =
                    expected.is_empty() && self.plan.reset == Some(OnBackendMismatch::Reset);
                if expected == given || emptied {
                    continue;
                }
                let at = expected
                    .iter()
                    .zip(&given)
                    .take_while(|(expected, given)| expected == given)
                    .count();
                return Err((
                    "stream",
                    format!(
                        "{:?} of c{index} has given {} events of {} since {}; the first other one: {:?}, but {:?}",
                        SessionKey(*key),
                        given.len(),
                        expected.len(),
                        reading.since,
                        given.get(at),
                        expected.get(at)
                    ),
                ));
            }
        }
        Ok(())
    }

    fn send_log(
        &mut self,
        index: usize,
        session: u64,
        answer: crate::link::Answer,
        events: Vec<EncodedEvent>,
    ) {
        let run = self.clients[index].run;
        let Some(at) = self.next_down(index, session) else {
            return;
        };
        self.at(
            at,
            Happening::LogRead {
                client: index,
                run,
                session,
                answer,
                events,
            },
        );
    }

    /// Puts a session's wishes to read the log on their way.
    pub(crate) fn send_reads(&mut self, index: usize, session: u64, reads: &mut Vec<Read>) {
        let run = self.clients[index].run;
        for read in mem::take(reads) {
            let Some(at) = self.next_up(index, session) else {
                return;
            };
            self.at(
                at,
                Happening::ReadLog {
                    client: index,
                    run,
                    session,
                    read,
                },
            );
        }
    }
}
