//! The mock server's log: pulls and pushes.

use livestore_core::{
    event::{Event, EventInput},
    sync::{
        PageInfo,
        protocol::{
            ChunkValues, PullPayload, PullResponse, PulledItem, PushPayload, Refusal, RequestId,
            RpcError, ServerFrame, SyncMetadata, WireEvent,
        },
    },
};
use serde_json::Value;

use super::{Out, Plan, State};

impl State {
    pub(crate) fn head(&self) -> u64 {
        self.log.last().map_or(0, |event| event.seq_num)
    }

    /// What another client pushes.
    pub(crate) fn push_foreign<E: Event>(&mut self, events: &[E]) {
        let head = self.head();
        let events: Vec<_> = events
            .iter()
            .zip(head + 1..)
            .map(|(event, seq_num)| {
                let args = EventInput::new(event).unwrap().args.as_str().to_owned();
                WireEvent {
                    name: E::NAME.into(),
                    args: Some(
                        serde_json::value::RawValue::from_string(args)
                            .unwrap()
                            .into(),
                    ),
                    seq_num,
                    parent_seq_num: seq_num - 1,
                    client_id: "foreign".into(),
                    session_id: "foreign".into(),
                }
            })
            .collect();
        self.append(&events);
        self.tell(&events);
    }

    pub(crate) fn allows(&self, payload: Option<&Value>) -> bool {
        self.check(payload).is_ok()
    }

    pub(super) fn check(&self, payload: Option<&Value>) -> Result<(), RpcError> {
        let token = payload.and_then(|payload| payload.get("token")?.as_str());
        if self.token.is_none() || self.token == token {
            return Ok(());
        }
        let reason = "the token is too old".to_owned();
        Err(Refusal::Unauthorized { reason }.into())
    }

    pub(super) fn pull(&mut self, line: u64, id: RequestId, pull: &PullPayload) {
        let pages = match self.backlog(pull) {
            Ok(pages) => pages,
            Err(error) => return self.send(line, &ServerFrame::failed(id, error)),
        };
        let chunk = |values: &[PullResponse]| {
            ServerFrame::Chunk {
                request_id: id.clone(),
                values: ChunkValues::new(values),
            }
            .encode()
        };
        let mut texts: std::collections::VecDeque<_> = if self.one_chunk {
            [chunk(&pages)].into()
        } else {
            pages.chunks(1).map(chunk).collect()
        };
        if pull.live == Some(true) {
            let line = self.lines.get_mut(&line).unwrap();
            line.pull = Some(id.clone());
        } else {
            texts.push_back(ServerFrame::ended(id.clone()).encode());
        }
        if self.waits_for_acks {
            let first = texts.pop_front();
            self.waiting.insert(id, texts);
            texts = first.into_iter().collect();
        }
        texts.into_iter().for_each(|text| self.say(line, text));
    }

    pub(super) fn backlog(&self, pull: &PullPayload) -> Result<Vec<PullResponse>, RpcError> {
        self.check(pull.payload.as_ref())?;
        if let Some(cursor) = &pull.cursor
            && cursor.backend_id != self.backend_id
        {
            return Err(RpcError::BackendIdMismatch {
                expected: self.backend_id.clone(),
                received: cursor.backend_id.clone(),
            });
        }
        let after = pull
            .cursor
            .as_ref()
            .map_or(0, |cursor| cursor.event_sequence_number);
        let start = self.log.partition_point(|event| event.seq_num <= after);
        let mut pages = self.pages(&self.log[start..]);
        if !self.says_no_more {
            pages.last_mut().unwrap().page_info = PageInfo::MoreUnknown;
        }
        Ok(pages)
    }

    fn pages(&self, events: &[WireEvent]) -> Vec<PullResponse> {
        let mut left = events.len();
        let mut chunks: Vec<_> = events.chunks(self.page).collect();
        if chunks.is_empty() {
            chunks.push(&[]);
        }
        let page = |chunk: &[WireEvent]| {
            left -= chunk.len();
            PullResponse {
                batch: chunk
                    .iter()
                    .map(|event| PulledItem {
                        event_encoded: event.clone(),
                        metadata: Some(SyncMetadata {
                            created_at: "2026-11-23T00:43:49.963Z".to_owned(),
                        }),
                    })
                    .collect(),
                page_info: match left {
                    0 => PageInfo::NoMore,
                    left => PageInfo::MoreKnown {
                        remaining: left as u64,
                    },
                },
                backend_id: self.backend_id.clone(),
            }
        };
        chunks.into_iter().map(page).collect()
    }

    fn append(&mut self, events: &[WireEvent]) {
        self.log.extend_from_slice(events);
    }

    /// Tells everybody who pulls.
    fn tell(&self, events: &[WireEvent]) {
        for page in self.pages(events) {
            for (line, pull) in self
                .lines
                .iter()
                .filter_map(|(id, line)| Some((*id, line.pull.clone()?)))
            {
                let frame = ServerFrame::Chunk {
                    request_id: pull,
                    values: ChunkValues::new(std::slice::from_ref(&page)),
                };
                self.send(line, &frame);
            }
        }
    }

    pub(super) fn plan(&mut self, line: u64, id: RequestId, push: PushPayload) {
        match self.plans.pop_front().unwrap_or(Plan::Take) {
            Plan::Take => {
                let answer = self.answer(id, &push, true);
                self.send(line, &answer);
            }
            Plan::AnswerFirst => {
                let answer = self.answer(id, &push, false);
                self.send(line, &answer);
                self.tell(&push.batch);
            }
            Plan::TakeAndVanish => {
                self.answer(id, &push, false);
                self.out(line, Out::Vanish);
            }
            Plan::Vanish => self.out(line, Out::Vanish),
            Plan::Fail(error) => self.send(line, &ServerFrame::failed(id, error)),
            Plan::Die => self.send(line, &ServerFrame::died(id, "boom")),
            Plan::Say(text) => self.say(line, text.replace("ID", id.as_json())),
            Plan::Ignore => {}
        }
    }

    /// Takes a push, or says why not.
    pub(super) fn answer(&mut self, id: RequestId, push: &PushPayload, tell: bool) -> ServerFrame {
        if let Err(error) = self.check(push.payload.as_ref()) {
            return ServerFrame::failed(id, error);
        }
        if let Some(received) = push
            .backend_id
            .as_ref()
            .filter(|id| **id != self.backend_id)
        {
            let error = RpcError::BackendIdMismatch {
                expected: self.backend_id.clone(),
                received: received.clone(),
            };
            return ServerFrame::failed(id, error);
        }
        let provided = push.batch[0].parent_seq_num;
        if provided != self.head() {
            let error = RpcError::ServerAhead {
                minimum_expected_num: self.head(),
                provided_num: provided,
            };
            return ServerFrame::failed(id, error);
        }
        self.append(&push.batch);
        if tell {
            self.tell(&push.batch);
        }
        ServerFrame::accepted(id)
    }
}
