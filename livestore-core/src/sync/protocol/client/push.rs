//! A push, in as many requests as it takes.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use super::{Topic, failure};
use crate::{
    event::GlobalEvent,
    sync::{
        PushError, RejectedEvent,
        protocol::{
            Cause, Exit, Limits, PushPayload, Refusal, RpcError, WireEvent,
            chunk::{chunks, encoded_len},
        },
    },
};

/// What a push does next.
#[derive(Debug)]
pub(crate) enum PushStep {
    /// Send this; its answer is awaited.
    Send(PushPayload),
    /// Get another payload and go on [`again`](PushJob::again).
    Refresh,
    /// It is over.
    Done(Result<(), PushError>),
}

/// A push that is under way.
#[derive(Debug)]
pub(crate) struct PushJob {
    events: Vec<WireEvent>,
    /// What is still to be sent; the first is under way.
    pieces: VecDeque<Range<usize>>,
    backend_id: Option<String>,
    /// Whether another payload was asked for already.
    refreshed: bool,
}

impl PushJob {
    /// Cuts events into requests. One that fits into none is rejected, and then nothing is sent.
    pub(crate) fn start(
        batch: &[GlobalEvent],
        topic: &Topic,
        backend_id: Option<&str>,
    ) -> (Self, PushStep) {
        let mut job = Self {
            events: batch.iter().map(WireEvent::from).collect(),
            pieces: VecDeque::new(),
            backend_id: backend_id.map(str::to_owned),
            refreshed: false,
        };
        let step = job.cut(0, topic);
        (job, step)
    }

    /// Takes the answer to what was sent.
    pub(crate) fn answered(
        &mut self,
        exit: Exit,
        topic: &mut Topic,
        backend_id: Option<&str>,
    ) -> PushStep {
        let cause = match exit {
            Exit::Success(_) => {
                self.pieces.pop_front();
                self.backend_id = backend_id.map(str::to_owned);
                return self.send(topic);
            }
            Exit::Failure(cause) => cause,
        };
        if let Some(RpcError::ServerAhead {
            minimum_expected_num,
            provided_num,
        }) = cause.error()
        {
            return done(PushError::ServerAhead {
                minimum_expected: *minimum_expected_num,
                provided: *provided_num,
            });
        }
        match cause.error().and_then(RpcError::refusal) {
            Some(Refusal::RejectedEvents { events }) => {
                let events = events.into_iter().map(|event| RejectedEvent {
                    seq_num: event.seq_num,
                    reason: event.reason.into(),
                });
                done(PushError::Rejected {
                    events: events.collect(),
                })
            }
            Some(Refusal::Unauthorized { .. }) if topic.refreshable && !self.refreshed => {
                self.refreshed = true;
                PushStep::Refresh
            }
            Some(Refusal::TooLarge {
                max_events,
                max_bytes,
            }) => self.smaller(max_events, max_bytes, topic, &cause),
            _ => done(failure(&cause)),
        }
    }

    /// Sends again what was not taken, with the payload of now.
    pub(crate) fn again(&mut self, topic: &Topic) -> PushStep {
        self.send(topic)
    }

    /// The server takes less at once than was sent.
    fn smaller(
        &mut self,
        max_events: usize,
        max_bytes: usize,
        topic: &mut Topic,
        cause: &Cause,
    ) -> PushStep {
        let Limits { events, bytes } = topic.limits;
        if max_events >= events && max_bytes >= bytes {
            return done(failure(cause));
        }
        topic.limits = Limits {
            events: events.min(max_events),
            bytes: bytes.min(max_bytes),
        };
        let start = self.pieces.front().map_or(0, |piece| piece.start);
        self.cut(start, topic)
    }

    fn cut(&mut self, start: usize, topic: &Topic) -> PushStep {
        let around = encoded_len(&self.payload(0..0, topic));
        let mut oversize = Vec::new();
        self.pieces.clear();
        for piece in chunks(&self.events[start..], around, topic.limits) {
            match piece {
                Ok(piece) => self
                    .pieces
                    .push_back(piece.start + start..piece.end + start),
                Err(error) => oversize.push(RejectedEvent {
                    seq_num: self.events[start + error.index].seq_num,
                    reason: Arc::from(error.to_string()),
                }),
            }
        }
        if oversize.is_empty() {
            self.send(topic)
        } else {
            done(PushError::Rejected { events: oversize })
        }
    }

    fn send(&self, topic: &Topic) -> PushStep {
        match self.pieces.front() {
            Some(piece) => PushStep::Send(self.payload(piece.clone(), topic)),
            None => PushStep::Done(Ok(())),
        }
    }

    fn payload(&self, piece: Range<usize>, topic: &Topic) -> PushPayload {
        PushPayload {
            store_id: topic.store.clone(),
            payload: topic.payload.clone(),
            batch: self.events[piece].to_vec(),
            backend_id: self.backend_id.clone(),
        }
    }
}

fn done(error: impl Into<PushError>) -> PushStep {
    PushStep::Done(Err(error.into()))
}
