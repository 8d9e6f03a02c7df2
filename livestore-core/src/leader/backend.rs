//! What comes from the backend, and what is asked of it.

use std::sync::Arc;

use super::{BackendInput, BackendRequest, Leader, LeaderError};
use crate::{
    event::{EncodedEvent, EventId, GlobalEvent, Place},
    fault::{self, Bug},
    sync::{
        BackendError, Change, Cursor, FromLeader, OnBackendMismatch, PageInfo, PullPage,
        PulledEvent, PushError, RejectedEvent, Upstream, UpstreamEffect,
    },
};

/// Events that are collected before pending ones are numbered behind them: each time costs as much as
/// there are pending.
const COLLECTED: usize = 5_000;

/// The largest number of an event: what JavaScript peers can count to.
const LARGEST: u64 = (1 << 53) - 1;

/// Pages of one pull that are not in the log yet.
#[derive(Debug, Default)]
pub(super) struct PageBuffer {
    pub(super) events: Vec<GlobalEvent>,
    pub(super) metadata: Vec<(u64, Arc<str>)>,
    pub(super) backend_id: Option<Arc<str>>,
}

/// The push that is under way.
#[derive(Clone, Debug)]
pub(super) struct Pushing {
    /// Its events, as they stood when it was sent: until the answer comes the pull may move them.
    places: Vec<Place>,
    /// The backend head that it followed.
    after: u64,
}

impl Pushing {
    /// Returns the events that a rejection names, with the reasons.
    fn named(&self, rejections: &[RejectedEvent]) -> Vec<(EventId, Arc<str>)> {
        let named = rejections.iter().filter_map(|rejection| {
            let place = self
                .places
                .iter()
                .find(|place| place.seq.global == rejection.seq_num)?;
            Some((place.id, Arc::clone(&rejection.reason)))
        });
        named.collect()
    }
}

impl Leader {
    pub(super) fn take_from_backend(&mut self, input: BackendInput) -> Result<(), LeaderError> {
        let Some(upstream) = &mut self.upstream else {
            return Ok(());
        };
        let now = self.now;
        match input {
            BackendInput::Connected { connection } if upstream.is_current(connection) => {
                upstream.connected(now);
                self.pages = PageBuffer::default();
            }
            BackendInput::Failed { connection, error } if upstream.is_current(connection) => {
                return self.backend_failed(&error);
            }
            BackendInput::Page { connection, page } if upstream.is_current(connection) => {
                return self.page(page);
            }
            BackendInput::PullEnded { connection }
                if upstream.is_current(connection) && upstream.pull_ended(now).is_some() =>
            {
                self.requests.push(BackendRequest::Disconnect);
            }
            BackendInput::Pushed {
                connection,
                request,
                result,
            } if upstream.is_pushing(connection, request) => return self.pushed(result),
            BackendInput::Answered { connection } if upstream.is_current(connection) => {
                upstream.answered(now);
            }
            BackendInput::NetworkChanged => {
                if let Some(UpstreamEffect::Ping { connection }) = upstream.network_changed(now) {
                    self.requests.push(BackendRequest::Ping { connection });
                }
            }
            // Late news from a connection that is given up.
            _ => {}
        }
        Ok(())
    }

    /// Asks of the backend what is due.
    pub(super) fn poll_upstream(&mut self) -> Result<(), LeaderError> {
        let pending = self.processor.pending() > 0;
        let effects = match &mut self.upstream {
            Some(upstream) => upstream.poll(self.now, pending),
            None => return Ok(()),
        };
        for effect in effects {
            match effect {
                UpstreamEffect::Connect { connection } => {
                    self.requests.push(BackendRequest::Connect { connection });
                }
                UpstreamEffect::Disconnect => self.requests.push(BackendRequest::Disconnect),
                UpstreamEffect::Pull { connection, live } => {
                    let cursor = self.cursor()?;
                    self.requests.push(BackendRequest::Pull {
                        connection,
                        cursor,
                        live,
                    });
                }
                UpstreamEffect::Push {
                    connection,
                    request,
                } => self.start_push(connection, request)?,
                UpstreamEffect::Ping { connection } => {
                    self.requests.push(BackendRequest::Ping { connection });
                }
            }
        }
        Ok(())
    }

    fn cursor(&self) -> Result<Option<Cursor>, LeaderError> {
        let sync = self.log.sync();
        if sync.backend_head == 0 {
            return Ok(None);
        }
        Ok(Some(Cursor {
            seq_num: sync.backend_head,
            metadata: self.log.metadata(sync.backend_head)?,
            backend_id: sync.backend_id.clone(),
        }))
    }

    fn start_push(&mut self, connection: u64, request: u64) -> Result<(), LeaderError> {
        let limit = self
            .upstream
            .as_ref()
            .map_or(0, |upstream| upstream.options().push_batch);
        let batch = self.log.synced_after(self.log.sync().backend_head, limit)?;
        let Some(last) = batch.last() else {
            return Ok(());
        };
        self.pushing = Some(Pushing {
            places: batch.iter().map(EncodedEvent::place).collect(),
            after: self.log.sync().backend_head,
        });
        if fault::has(Bug::SyncedWhenSent) {
            let floor = last.seq;
            let sessions = self.processor.sessions();
            let told = sessions.map(|session| (session, FromLeader::Synced { floor }));
            self.outbox.extend(told);
        }
        self.requests.push(BackendRequest::Push {
            connection,
            request,
            batch: batch.iter().map(GlobalEvent::from).collect(),
        });
        Ok(())
    }

    /// Gives the connection up; another one follows after a pause.
    fn connection_failed(&mut self, error: &dyn std::fmt::Display) {
        self.pages = PageBuffer::default();
        if let Some(upstream) = &mut self.upstream {
            upstream.failed(self.now, error);
            self.requests.push(BackendRequest::Disconnect);
        }
    }

    fn backend_failed(&mut self, error: &BackendError) -> Result<(), LeaderError> {
        match error {
            BackendError::BackendIdMismatch { .. } => self.mismatch(error),
            error => {
                self.connection_failed(error);
                if let BackendError::Busy { retry_after } = error {
                    self.on_upstream(|upstream, now| upstream.leave_alone(now, *retry_after));
                }
                Ok(())
            }
        }
    }

    /// The backend's log is another one than this store was synced with.
    fn mismatch(&mut self, error: &BackendError) -> Result<(), LeaderError> {
        let Some(upstream) = &mut self.upstream else {
            return Ok(());
        };
        match upstream.options().on_backend_mismatch {
            OnBackendMismatch::Shutdown => {
                upstream.stop(error.to_string());
                self.requests.push(BackendRequest::Disconnect);
            }
            OnBackendMismatch::Ignore => self.connection_failed(error),
            OnBackendMismatch::Reset => {
                let before = self.log.sync().lineage;
                self.log.clear(self.processor.generation() + 1)?;
                self.confirmed.discard();
                let unsynced = self.log.unsynced_since(before)?;
                tracing::warn!(%error, unsynced = unsynced.len(), "the log was emptied");
                let told = self.processor.reset(&unsynced, self.log.sync().lineage);
                self.outbox.extend(told);
                self.pages = PageBuffer::default();
                upstream.restart();
                self.requests.push(BackendRequest::Disconnect);
                self.look_for_unsynced()?;
            }
        }
        Ok(())
    }

    fn page(&mut self, page: PullPage) -> Result<(), LeaderError> {
        let known_id = self.log.sync().backend_id.clone();
        if let (Some(expected), Some(received)) = (&known_id, &page.backend_id)
            && expected != received
        {
            return self.mismatch(&BackendError::BackendIdMismatch {
                expected: expected.to_string(),
                received: received.to_string(),
            });
        }
        let PullPage {
            events,
            info,
            backend_id,
        } = page;
        let before = self.pages.events.len();
        if let Err(gap) = self.collect(events) {
            self.connection_failed(&gap);
            return Ok(());
        }
        self.pages.backend_id = backend_id.or(known_id);
        let new = self.pages.events.len() - before;
        let wait = info != PageInfo::NoMore
            && self.processor.pending() > 0
            && self.pages.events.len() < fault::limit(COLLECTED);
        if !wait {
            let pages = std::mem::take(&mut self.pages);
            self.merge(pages)?;
        }
        if let Some(upstream) = &mut self.upstream {
            upstream.pulled(self.now, new as u64, info);
        }
        Ok(())
    }

    /// Adds a page's events behind those that are there. What is known already (delivered twice, or
    /// confirmed by the answer to its push) is passed over, but for what the backend attached to it.
    fn collect(&mut self, events: Vec<PulledEvent>) -> Result<(), Gap> {
        let mut head = self
            .pages
            .events
            .last()
            .map_or(self.log.sync().backend_head, |event| event.seq_num);
        for PulledEvent { event, metadata } in events {
            if let Some(metadata) = metadata {
                self.pages.metadata.push((event.seq_num, metadata));
            }
            if event.seq_num <= head {
                continue;
            }
            let too_large = event.seq_num > LARGEST;
            if too_large || event.parent_seq_num != head && !fault::has(Bug::IgnoreGaps) {
                return Err(Gap {
                    seq_num: event.seq_num,
                    parent: event.parent_seq_num,
                    head,
                });
            }
            head = event.seq_num;
            self.pages.events.push(event);
        }
        Ok(())
    }

    fn pushed(&mut self, result: Result<(), PushError>) -> Result<(), LeaderError> {
        let pushing = self.pushing.take();
        let head = self.log.sync().backend_head;
        let overtaken = pushing.as_ref().is_some_and(|push| push.after != head);
        match (result, pushing) {
            (Ok(()), Some(pushing)) => self.push_taken(pushing),
            // The pull was faster: what the push did not follow is here.
            (Err(PushError::ServerAhead { .. }), _) if overtaken => {
                self.on_upstream(Upstream::pushed);
                Ok(())
            }
            (Err(PushError::ServerAhead { .. }), _) => {
                self.on_upstream(|upstream, now| upstream.server_ahead(now));
                Ok(())
            }
            (Err(PushError::Rejected { events }), Some(pushing)) => {
                let named = pushing.named(&events);
                if named.is_empty() {
                    // Nothing that could be left out: trying the same at once would go on for ever.
                    let error = BackendError::failed("it rejects events that were not pushed");
                    self.on_upstream(|upstream, now| {
                        upstream.push_failed(now, &error);
                    });
                } else {
                    self.reject(&named)?;
                    self.on_upstream(Upstream::pushed);
                }
                Ok(())
            }
            (Err(PushError::Backend(error @ BackendError::BackendIdMismatch { .. })), _) => {
                self.mismatch(&error)
            }
            (Err(PushError::Backend(error)), _) => {
                tracing::warn!(%error, "a push failed and is tried again");
                let effect = match &mut self.upstream {
                    Some(upstream) => upstream.push_failed(self.now, &error),
                    None => None,
                };
                if effect.is_some() {
                    self.pages = PageBuffer::default();
                    self.requests.push(BackendRequest::Disconnect);
                }
                Ok(())
            }
            (_, None) => Ok(()),
        }
    }

    /// The backend has taken a push: its events stand where they were pushed to.
    fn push_taken(&mut self, pushing: Pushing) -> Result<(), LeaderError> {
        let last = pushing.places.last().copied().unwrap_or_default();
        let upto = last.seq.global;
        if upto > self.log.sync().backend_head {
            if !self.log.contains(last)? {
                // The pull has moved events that the backend says it took: find out what is there.
                self.connection_failed(&"it took events that its log does not have");
                return Ok(());
            }
            let change = Change {
                after: self.log.head(),
                events: Vec::new(),
                rejected: Vec::new(),
                replaced: Vec::new(),
            };
            self.write(
                change,
                None,
                upto,
                Vec::new(),
                self.log.sync().backend_id.clone(),
            )?;
        }
        self.on_upstream(Upstream::pushed);
        Ok(())
    }

    fn on_upstream(&mut self, change: impl FnOnce(&mut Upstream, std::time::Duration)) {
        if let Some(upstream) = &mut self.upstream {
            change(upstream, self.now);
        }
    }
}

/// An event that cannot stand where the backend put it.
#[derive(Debug, thiserror::Error)]
#[error("the sync backend sent event {seq_num}, which follows {parent}, after {head}")]
struct Gap {
    seq_num: u64,
    parent: u64,
    head: u64,
}

/// The events as they stand in this client's log.
pub(super) fn as_local(events: Vec<GlobalEvent>) -> Vec<EncodedEvent> {
    events.into_iter().map(EncodedEvent::from).collect()
}
