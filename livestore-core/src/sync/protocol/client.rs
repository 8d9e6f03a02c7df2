//! A client's half of the conversation over one connection, without I/O.
//!
//! It takes what the client wants and what the server says, and answers with [`Effect`]s: frames to send,
//! pages and outcomes to hand on. Nothing in here waits: time and the connection are the adapter's.

mod push;

use std::collections::{HashMap, VecDeque};

use serde_json::Value;

pub(crate) use self::push::{PushJob, PushStep};
use super::{
    Call, Cause, ClientFrame, Exit, Limits, PayloadUpdate, PullPayload, PullResponse, Refusal,
    Request, RequestId, RpcError, ServerFrame, Transport, WireCursor,
};
use crate::{
    event::GlobalEvent,
    sync::{BackendError, Cursor, PullPage, PulledEvent, PushError},
};

/// What tells a pull or push of a conversation from the others.
pub(crate) type Key = u64;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Send this frame.
    Send(String),
    /// A page of a pull. Once it is taken, say so of the request that comes with it.
    Page(Key, PullPage, Option<RequestId>),
    /// A pull is over.
    PullEnded(Key, Result<(), BackendError>),
    /// A push is over.
    Pushed(Key, Result<(), PushError>),
    /// Something has come since the last ping.
    Heard,
    /// The payload does not do any more: get another one.
    RefreshPayload,
    /// Nothing more can come of this connection.
    Broken(BackendError),
}

/// What a conversation is about.
#[derive(Clone, Debug)]
pub(crate) struct Topic {
    /// The store.
    pub(crate) store: String,
    /// What the app gives its backend.
    pub(crate) payload: Option<Value>,
    /// Whether another payload can be had.
    pub(crate) refreshable: bool,
    /// How much goes into one push.
    pub(crate) limits: Limits,
}

/// One connection's conversation.
#[derive(Debug)]
pub(crate) struct Conversation {
    topic: Topic,
    /// The identity of the log, once it is known.
    backend_id: Option<String>,
    next_request: u64,
    next_key: Key,
    /// What waits for an answer, by the number of the request.
    open: HashMap<u64, Open>,
    /// Pushes that wait for another payload.
    parked: Vec<(Key, PushJob)>,
    /// Whether the server knows our additions to the wire.
    extended: bool,
    /// Whether another payload is on its way.
    refreshing: bool,
    effects: VecDeque<Effect>,
}

#[derive(Debug)]
enum Open {
    Pull(Key),
    Push(Key, PushJob),
    PayloadUpdate,
}

impl Conversation {
    /// Starts with a ping, whose answer tells what the server knows.
    pub(crate) fn new(topic: Topic) -> Self {
        let mut conversation = Self {
            topic,
            backend_id: None,
            next_request: 0,
            next_key: 0,
            open: HashMap::new(),
            parked: Vec::new(),
            extended: false,
            refreshing: false,
            effects: VecDeque::new(),
        };
        conversation.ping();
        conversation
    }

    /// Returns the next thing to do.
    pub(crate) fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Asks whether the server is there; whatever comes next is the answer.
    pub(crate) fn ping(&mut self) {
        self.send(&ClientFrame::Ping);
    }

    /// Starts a pull.
    pub(crate) fn pull(&mut self, cursor: Option<Cursor>, live: bool) -> Key {
        let key = self.new_key();
        let payload = pull_payload(&self.topic, cursor, Some(live));
        if let Some(cursor) = &payload.cursor {
            self.backend_id.get_or_insert(cursor.backend_id.clone());
        }
        self.request(&Call::Pull(payload), Open::Pull(key));
        key
    }

    /// Starts a push.
    pub(crate) fn push(&mut self, batch: &[GlobalEvent]) -> Key {
        let key = self.new_key();
        let (job, step) = PushJob::start(batch, &self.topic, self.backend_id.as_deref());
        self.go_on(key, job, step);
        key
    }

    /// A page has been taken, the last one of its chunk.
    pub(crate) fn taken(&mut self, request_id: RequestId) {
        if request_id
            .number()
            .is_some_and(|number| self.open.contains_key(&number))
        {
            self.send(&ClientFrame::Ack { request_id });
        }
    }

    /// Nobody waits for that pull any more.
    pub(crate) fn give_up(&mut self, key: Key) {
        let of_key = |open: &Open| matches!(open, Open::Pull(pull) if *pull == key);
        let number = self
            .open
            .iter()
            .find(|(_, open)| of_key(open))
            .map(|(number, _)| *number);
        if let Some(number) = number {
            self.open.remove(&number);
            self.send(&ClientFrame::Interrupt {
                request_id: RequestId::new(number),
            });
        }
    }

    /// Goes on with another payload, or learns that there is none.
    pub(crate) fn refreshed(&mut self, payload: Result<Option<Value>, BackendError>) {
        self.refreshing = false;
        let parked = std::mem::take(&mut self.parked);
        match payload {
            Ok(payload) => {
                self.topic.payload = payload.clone();
                if self.extended {
                    let update = PayloadUpdate {
                        store_id: self.topic.store.clone(),
                        payload,
                    };
                    self.request(&Call::UpdatePayload(update), Open::PayloadUpdate);
                }
                for (key, mut job) in parked {
                    let step = job.again(&self.topic);
                    self.go_on(key, job, step);
                }
            }
            Err(error) => {
                for (key, _) in parked {
                    self.effects
                        .push_back(Effect::Pushed(key, Err(error.clone().into())));
                }
            }
        }
    }

    /// Takes a message of the server.
    pub(crate) fn receive(&mut self, text: &str) {
        self.effects.push_back(Effect::Heard);
        match ServerFrame::decode(text) {
            Ok(frames) => frames.into_iter().for_each(|frame| self.take(frame)),
            Err(error) => self.broken(BackendError::failed(error)),
        }
    }

    fn take(&mut self, frame: ServerFrame) {
        match frame {
            ServerFrame::Pong { extension } => {
                self.extended = extension.is_some_and(|version| version >= 1);
            }
            ServerFrame::Chunk { request_id, values } => {
                let open = request_id
                    .number()
                    .and_then(|number| self.open.get(&number));
                if let Some(Open::Pull(key)) = open {
                    let key = *key;
                    match values.decode() {
                        Ok(pages) => self.pages(key, &request_id, pages),
                        Err(error) => self.broken(BackendError::failed(error)),
                    }
                }
            }
            ServerFrame::Exit { request_id, exit } => {
                let open = request_id
                    .number()
                    .and_then(|number| self.open.remove(&number));
                if let Some(open) = open {
                    self.exit(open, exit);
                }
            }
            ServerFrame::Defect { defect } => {
                self.broken(BackendError::failed(Cause::Die(defect).message()));
            }
            ServerFrame::RefreshPayload => self.refresh(),
            ServerFrame::Unknown { .. } => {}
        }
    }

    fn pages(&mut self, key: Key, request_id: &RequestId, pages: Vec<PullResponse>) {
        let last = pages.len().saturating_sub(1);
        for (index, response) in pages.into_iter().enumerate() {
            self.backend_id = Some(response.backend_id.clone());
            let ack = (index == last).then(|| request_id.clone());
            self.effects
                .push_back(Effect::Page(key, page(response), ack));
        }
    }

    fn exit(&mut self, open: Open, exit: Exit) {
        match open {
            Open::Pull(key) => {
                let ended = match exit {
                    Exit::Success(_) => Ok(()),
                    Exit::Failure(cause) => Err(failure(&cause)),
                };
                self.effects.push_back(Effect::PullEnded(key, ended));
            }
            Open::Push(key, mut job) => {
                let step = job.answered(exit, &mut self.topic, self.backend_id.as_deref());
                self.go_on(key, job, step);
            }
            Open::PayloadUpdate => {
                if let Exit::Failure(cause) = exit {
                    self.broken(failure(&cause));
                }
            }
        }
    }

    fn go_on(&mut self, key: Key, job: PushJob, step: PushStep) {
        match step {
            PushStep::Send(payload) => self.request(&Call::Push(payload), Open::Push(key, job)),
            PushStep::Refresh => {
                self.parked.push((key, job));
                self.refresh();
            }
            PushStep::Done(result) => self.effects.push_back(Effect::Pushed(key, result)),
        }
    }

    fn refresh(&mut self) {
        if self.topic.refreshable && !self.refreshing {
            self.refreshing = true;
            self.effects.push_back(Effect::RefreshPayload);
        }
    }

    fn broken(&mut self, error: BackendError) {
        self.open.clear();
        self.parked.clear();
        self.effects.push_back(Effect::Broken(error));
    }

    fn request(&mut self, call: &Call, open: Open) {
        let number = self.next_request;
        self.next_request += 1;
        self.open.insert(number, open);
        let request = Request::new(RequestId::new(number), Transport::WebSocket, call);
        self.send(&ClientFrame::Request(request));
    }

    fn send(&mut self, frame: &ClientFrame) {
        self.effects.push_back(Effect::Send(frame.encode()));
    }

    fn new_key(&mut self) -> Key {
        self.next_key += 1;
        self.next_key
    }
}

/// Returns what a pull is made with.
pub(crate) fn pull_payload(
    topic: &Topic,
    cursor: Option<Cursor>,
    live: Option<bool>,
) -> PullPayload {
    let cursor = cursor.map(|cursor| WireCursor {
        // A log that was synced with a backend without identity is no log of this one.
        backend_id: cursor.backend_id.as_deref().unwrap_or_default().to_owned(),
        event_sequence_number: cursor.seq_num,
    });
    PullPayload {
        store_id: topic.store.clone(),
        payload: topic.payload.clone(),
        live,
        cursor,
    }
}

/// Returns a page as the leader takes it.
pub(crate) fn page(response: PullResponse) -> PullPage {
    let item = |item: super::PulledItem| PulledEvent {
        event: item.event_encoded.into(),
        metadata: item
            .metadata
            .and_then(|metadata| serde_json::to_string(&metadata).ok())
            .map(Into::into),
    };
    PullPage {
        events: response.batch.into_iter().map(item).collect(),
        info: response.page_info,
        backend_id: Some(response.backend_id.into()),
    }
}

/// Returns what a call failed with.
pub(crate) fn failure(cause: &Cause) -> BackendError {
    match cause.error() {
        // The wire says it from the server's point of view.
        Some(RpcError::BackendIdMismatch { expected, received }) => {
            BackendError::BackendIdMismatch {
                expected: received.clone(),
                received: expected.clone(),
            }
        }
        Some(error) => match error.refusal() {
            Some(Refusal::Unauthorized { reason }) => BackendError::Unauthorized { reason },
            Some(Refusal::RateLimited { retry_after_ms }) => BackendError::Busy {
                retry_after: std::time::Duration::from_millis(retry_after_ms),
            },
            _ => BackendError::failed(error.message()),
        },
        None => BackendError::failed(cause.message()),
    }
}

#[cfg(test)]
mod tests;
