//! The leader: keeper of a client's eventlog, and its only voice to the backend.
//!
//! It carries out what the state machines of [`sync`](crate::sync) decide: write the log, keep a state
//! of what is final, tell the sessions, talk to the backend. It takes everything that has come in one
//! turn, writes it in one transaction, and only then says so; it holds no sockets, timers or threads,
//! but says what it wants of them. One leader for all platforms: an adapter turns the wheel.

mod backend;
mod confirmed;
mod input;
mod rebase;
mod recover;
mod unsynced;

use std::{path::PathBuf, sync::Arc, time::Duration};

pub(crate) use confirmed::StateFile;
#[cfg_attr(not(feature = "simulation"), allow(unreachable_pub))]
pub use input::{BackendInput, BackendRequest, Input, Outputs};

use self::{
    backend::{PageBuffer, Pushing},
    confirmed::Confirmed,
    unsynced::Unsynced,
};
use crate::{
    event::{EncodedEvent, Place, SeqNum},
    eventlog::{Eventlog, EventlogError},
    fault::{self, Bug},
    schema::Schema,
    state::StateError,
    store::Image,
    sync::{
        Connection, FromLeader, InitialSyncProgress, LeaderProcessor, LeaderStatus, MergeError,
        Outbox, SessionKey, Storage, SyncOptions, ToLeader, Upstream,
    },
};

/// Events in one piece of the log.
pub(crate) const PAGE: usize = 1_000;

/// The one leader of a client's store.
#[derive(Debug)]
pub(crate) struct Leader {
    log: Eventlog,
    confirmed: Confirmed,
    processor: LeaderProcessor,
    upstream: Option<Upstream>,
    pages: PageBuffer,
    pushing: Option<Pushing>,
    outbox: Outbox,
    requests: Vec<BackendRequest>,
    /// What is told after the status.
    answers: Outbox,
    /// The status as the sessions were told it last.
    told: Option<LeaderStatus>,
    storage: Storage,
    /// Sessions that have not been told the status yet.
    newcomers: Vec<SessionKey>,
    /// What a log that was emptied had for itself, until the app has it.
    unsynced: Option<Unsynced>,
    /// Images that were handed out to sessions which have not come yet.
    images_out: usize,
    /// How many of them were of a damaged state.
    damaged_out: usize,
    stopped: Option<Arc<str>>,
    /// Up to where a log in files has been looked through; `None` once that is done.
    unchecked: Option<Place>,
    now: Duration,
}

/// Why a leader can't go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum LeaderError {
    /// The log can't be read or written.
    #[error(transparent)]
    Log(#[from] EventlogError),
    /// The state, though built anew, can't follow the log.
    #[error("the leader's state cannot follow the log: {0}")]
    State(#[from] StateError),
    /// A merge was asked for what cannot be.
    #[error("the log cannot be merged with the backend's: {0}")]
    Merge(#[from] MergeError),
}

/// How a leader is set up.
#[derive(Debug)]
pub(crate) struct LeaderOptions {
    pub(crate) schema: Schema,
    pub(crate) state: StateFile,
    /// How it syncs, if there is a backend.
    pub(crate) sync: Option<SyncOptions>,
    pub(crate) now: Duration,
    /// Makes its pauses differ from other clients'.
    pub(crate) seed: u64,
    /// Where the log is kept, for the status.
    pub(crate) storage: Storage,
}

impl Leader {
    /// Takes over a log.
    pub(crate) fn new(mut log: Eventlog, options: LeaderOptions) -> Self {
        let settled = log.settle_alone(options.sync.is_none());
        let backend_head = options.sync.as_ref().map(|_| log.sync().backend_head);
        let processor = LeaderProcessor::new(
            log.head(),
            log.sync().generation,
            log.sync().lineage,
            backend_head,
        );
        let upstream = options
            .sync
            .map(|sync| Upstream::new(sync, options.now, options.seed));
        let mut leader = Self {
            unchecked: log.is_in_files().then_some(Place::ROOT),
            log,
            confirmed: Confirmed::new(options.schema, options.state),
            processor,
            upstream,
            pages: PageBuffer::default(),
            pushing: None,
            outbox: Outbox::new(),
            requests: Vec::new(),
            answers: Outbox::new(),
            told: None,
            storage: options.storage,
            newcomers: Vec::new(),
            unsynced: None,
            images_out: 0,
            damaged_out: 0,
            stopped: None,
            now: options.now,
        };
        let ready = settled
            .map_err(LeaderError::from)
            .and_then(|()| leader.look_for_unsynced());
        if let Err(error) = ready {
            leader.fail(&error);
        }
        leader
    }

    /// Adds a session, which then pulls.
    pub(crate) fn add_session(&mut self, session: SessionKey) {
        self.processor.add_session(session);
        self.outbox.push((session, FromLeader::Welcome));
        self.images_out = self.images_out.saturating_sub(1);
        if self.damaged_out > 0 {
            self.damaged_out -= 1;
            self.outbox.push((session, FromLeader::Rebuild));
        }
        self.newcomers.push(session);
        if let Some(reason) = &self.stopped {
            let reason = Arc::clone(reason);
            self.outbox.push((session, FromLeader::Stopped { reason }));
        }
    }

    pub(crate) fn remove_session(&mut self, session: SessionKey) {
        self.processor.remove_session(session);
        if let Some(unsynced) = &mut self.unsynced {
            unsynced.gone(session);
        }
    }

    /// Reads a page of the log.
    pub(crate) fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        self.log.events_after(after, limit)
    }

    /// Returns the state a session can start with: an image of the stored one, if there is any. The
    /// session pulls what it lacks, which is faster than waiting for it here, and can be watched.
    pub(crate) fn image(&mut self) -> Option<Image> {
        let image = self.confirmed.image(&self.log)?;
        self.images_out += 1;
        Some(image)
    }

    /// Returns the log as the bytes of a database.
    pub(crate) fn export_log(&mut self) -> Result<Vec<u8>, EventlogError> {
        self.log.export()
    }

    /// Returns the damaged file that the log was saved from.
    pub(crate) fn damaged_log(&self) -> Result<Option<Vec<u8>>, EventlogError> {
        self.log.damaged_file()
    }

    /// Removes the damaged file that the log was saved from.
    pub(crate) fn forget_damaged_log(&mut self) -> Result<(), EventlogError> {
        self.log.forget_damage()
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn said(&mut self) -> Outbox {
        std::mem::take(&mut self.outbox)
    }

    #[cfg(feature = "simulation")]
    pub(crate) fn has_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Gives up the log.
    pub(crate) fn into_log(self) -> Eventlog {
        self.log
    }

    /// Takes everything that has come, writes it in one go, and returns what is to be sent.
    pub(crate) fn turn(
        &mut self,
        now: Duration,
        inputs: impl IntoIterator<Item = Input>,
    ) -> Outputs {
        self.now = now;
        for input in inputs {
            if self.stopped.is_some() {
                break;
            }
            let question = match &input {
                Input::Session(session, ToLeader::Pull { after, floor, .. }) => {
                    Some((*session, *after, *floor))
                }
                _ => None,
            };
            if let Err(error) = self.take(input) {
                self.fail(&error);
                self.answer_anyway(question);
            }
        }
        if self.stopped.is_none()
            && let Err(error) = self.flush()
        {
            self.fail(&error);
        }
        if self.stopped.is_none()
            && let Err(error) = self.poll_upstream()
        {
            self.fail(&error);
        }
        self.tell_damage();
        self.offer_unsynced();
        self.tell_status();
        Outputs {
            sessions: std::mem::take(&mut self.outbox),
            backend: std::mem::take(&mut self.requests),
            wake_at: self
                .upstream
                .as_ref()
                .filter(|_| self.stopped.is_none())
                .and_then(|upstream| upstream.wake_at(self.processor.pending() > 0)),
        }
    }

    /// Returns the file of a stored state that has not been looked through, which takes as long as
    /// reading it. Whoever can do that beside the leader's work says what was found.
    pub(crate) fn unchecked_state(&mut self) -> Option<PathBuf> {
        self.confirmed.unchecked_file(&self.log)
    }

    /// Takes what was found in it. What the leader has to say goes out with the next turn.
    pub(crate) fn state_checked(&mut self, found: Result<(), StateError>) {
        self.confirmed.checked(found);
    }

    /// Looks the stored state through, if nobody has. What the leader has to say goes out with the next
    /// turn.
    pub(crate) fn check_state(&mut self) {
        self.confirmed.check_now(&self.log);
    }

    /// Looks through the tables of a stored state that an image was handed out of, if nobody has. What the
    /// leader has to say goes out with the next turn.
    ///
    /// For where nobody can look the state through beside the leader's work.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(crate) fn vet_state(&mut self) {
        self.confirmed.vet();
        self.tell_damage();
    }

    /// Whether there is something to say that no turn has brought.
    pub(crate) fn has_mail(&self) -> bool {
        !self.outbox.is_empty() || !self.requests.is_empty()
    }

    fn take(&mut self, input: Input) -> Result<(), LeaderError> {
        match input {
            Input::Session(session, ToLeader::Push { events }) => self.push(session, events),
            Input::Session(
                session,
                ToLeader::Pull {
                    after,
                    floor,
                    lineage,
                },
            ) => {
                self.flush()?;
                match lineage {
                    Some(lineage) if lineage != self.log.sync().lineage => {
                        self.answer_anew(session, lineage)
                    }
                    _ => self.pull(session, after, floor),
                }
            }
            Input::Session(session, ToLeader::TookUnsynced { upto, taken }) => {
                self.took_unsynced(session, upto, taken)
            }
            Input::Session(session, ToLeader::SetOnline { online }) => {
                if let Some(upstream) = &mut self.upstream {
                    let effect = upstream.set_online(online);
                    self.requests
                        .extend(effect.map(|_| BackendRequest::Disconnect));
                }
                self.answers.push((session, FromLeader::OnlineSet));
                Ok(())
            }
            Input::Backend(input) => {
                // What the sessions pushed came first.
                self.flush()?;
                self.take_from_backend(input)
            }
            Input::Woken => Ok(()),
        }
    }

    fn push(&mut self, session: SessionKey, events: Vec<EncodedEvent>) -> Result<(), LeaderError> {
        if let Err(rejection) = self.processor.admit(session, events) {
            self.outbox.push((session, FromLeader::Refused(rejection)));
        }
        Ok(())
    }

    /// Answers a pull: with what follows, or with everything after the floor if the session stands
    /// where the log has something else now.
    fn pull(
        &mut self,
        session: SessionKey,
        after: Place,
        floor: SeqNum,
    ) -> Result<(), LeaderError> {
        let after = if self.log.contains(after)? {
            after
        } else {
            self.log.last_up_to(floor)?
        };
        let events = self.log.events_after(after.seq, fault::limit(PAGE))?;
        let answer = self.processor.answer(session, after, events);
        self.outbox.push((session, answer));
        Ok(())
    }

    /// Writes what was admitted, in one transaction, and acknowledges it.
    fn flush(&mut self) -> Result<(), LeaderError> {
        let Some(admitted) = self.processor.take_admitted() else {
            return Ok(());
        };
        if fault::has(Bug::AcknowledgeBeforeWrite) {
            let events = admitted.events.clone();
            let told = self.processor.written(admitted);
            self.outbox.extend(told);
            return Ok(self.log.append(&events)?);
        }
        let written = self.log.append(&admitted.events);
        if !fault::has(Bug::OverlookFailure) {
            written?;
        }
        let told = self.processor.written(admitted);
        self.outbox.extend(told);
        Ok(())
    }

    /// Stops for a reason that is not its own to name.
    pub(crate) fn give_up(&mut self, error: &dyn std::fmt::Display) {
        tracing::error!(%error, "the leader has stopped");
        let reason: Arc<str> = error.to_string().into();
        self.stopped = Some(Arc::clone(&reason));
        if let Some(upstream) = &mut self.upstream {
            upstream.stop(Arc::clone(&reason));
            self.requests.push(BackendRequest::Disconnect);
        }
        let sessions: Vec<_> = self.processor.sessions().collect();
        self.outbox.extend(sessions.into_iter().map(|session| {
            let reason = Arc::clone(&reason);
            (session, FromLeader::Stopped { reason })
        }));
    }

    /// Goes on without the backend.
    pub(crate) fn stop_syncing(&mut self, reason: &str) {
        if let Some(upstream) = &mut self.upstream {
            tracing::error!(reason, "syncing has stopped");
            upstream.stop(reason);
        }
    }

    /// Tells the sessions how it is doing, if that is news: before what they are told of the log, so
    /// that no receipt is ahead of the status, but that the first pull is over after it, since a boot
    /// waits for that and for what was pulled.
    fn tell_status(&mut self) {
        let status = self.status();
        let told = self.told.replace(status.clone());
        let told = told.unwrap_or_else(|| status.clone());
        let before = LeaderStatus {
            initial_sync: told.initial_sync,
            ..status.clone()
        };
        let newcomers = std::mem::take(&mut self.newcomers);
        // Who comes is welcomed first: a session that hears another status before that would not know
        // any more what the last leader's was.
        let others: Vec<_> = self
            .processor
            .sessions()
            .filter(|session| !newcomers.contains(session))
            .collect();
        let tell = |sessions: &[SessionKey], status: &LeaderStatus| -> Outbox {
            let messages = sessions
                .iter()
                .map(|session| (*session, FromLeader::Status(status.clone())));
            messages.collect()
        };
        if before != told {
            self.outbox.splice(0..0, tell(&others, &before));
        }
        if status != before {
            self.outbox.extend(tell(&others, &status));
        }
        self.outbox.extend(tell(&newcomers, &status));
        self.outbox.append(&mut self.answers);
    }

    fn status(&self) -> LeaderStatus {
        LeaderStatus {
            backend_head: self.processor.backend_head().map(SeqNum::synced),
            pending: self.processor.pending(),
            connection: self
                .upstream
                .as_ref()
                .map_or(Connection::NoBackend, |upstream| upstream.status(self.now)),
            push_failure: self.upstream.as_ref().and_then(Upstream::push_failure),
            initial_sync: self
                .upstream
                .as_ref()
                .map_or(InitialSyncProgress::Done, Upstream::initial_sync),
            storage: self.storage.clone(),
            log_damage: self.log.damage().cloned(),
        }
    }
}

#[cfg(test)]
mod tests;
