//! The leader's own state: what is final, and nothing else.
//!
//! It lags behind the log and never runs ahead of it: events that the backend may still move are not
//! in it, so nothing in it is ever taken back. It is what sessions start with, and the ground on which
//! a rebase finds out which pending events still fit. Whatever is wrong with it, it is built anew from
//! the log.

use std::path::PathBuf;

use crate::{
    event::{Place, SeqNum},
    eventlog::{Eventlog, EventlogError},
    fault,
    schema::Schema,
    state::{Reconciled, State, StateError},
    store::Image,
    sync::Reconcile,
};

/// Where a leader keeps its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StateFile {
    /// In memory, from when it is first needed.
    Memory,
    /// In a file.
    File(PathBuf),
}

#[derive(Debug)]
pub(super) struct Confirmed {
    schema: Schema,
    file: StateFile,
    state: Option<State>,
    /// Whether the file was there before and has not been looked through. That takes as long as reading
    /// it, so sessions don't wait for it.
    unchecked: bool,
}

/// How a piece of the work that can wait has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// There is more.
    More,
    /// There is none left.
    Done,
    /// The stored state was damaged and is given up; what sessions got of it is worth nothing.
    Damaged,
}

impl Confirmed {
    pub(super) fn new(schema: Schema, file: StateFile) -> Self {
        Self {
            schema,
            file,
            state: None,
            unchecked: false,
        }
    }

    /// Looks the stored state through, once, and applies the log's next events up to a final place, at
    /// most `limit`.
    ///
    /// Only a state in a file is worth the work before somebody needs it.
    ///
    /// # Errors
    /// When the log can't be read.
    pub(super) fn catch_up(
        &mut self,
        log: &Eventlog,
        upto: Place,
        limit: usize,
    ) -> Result<Progress, EventlogError> {
        if self.file == StateFile::Memory {
            return Ok(Progress::Done);
        }
        let stepped = self
            .check(log)
            .and_then(|()| self.step(log, upto.seq, limit));
        Ok(match stepped {
            Ok(true) => Progress::Done,
            Ok(false) => Progress::More,
            Err(StateError::Log(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, "the stored state is given up and will be built anew");
                self.discard();
                Progress::Damaged
            }
        })
    }

    /// Finds out whether a stored state is sound, if that is not known yet.
    fn check(&mut self, log: &Eventlog) -> Result<(), StateError> {
        self.opened(log)?;
        if std::mem::take(&mut self.unchecked) {
            self.opened(log)?.check_soundness()?;
        }
        Ok(())
    }

    /// Returns an image of the state as it is stored, unless it is empty.
    pub(super) fn image(&mut self, log: &Eventlog) -> Option<Image> {
        if self.file == StateFile::Memory {
            return None;
        }
        let image = self.opened(log).and_then(|state| {
            let place = log.last_up_to(state.head())?;
            let bytes = match place == Place::ROOT {
                true => None,
                false => Some(state.image()?),
            };
            Ok(bytes.map(|bytes| Image { bytes, place }))
        });
        image.unwrap_or_else(|error| {
            tracing::warn!(%error, "there is no image of the state; sessions replay the log");
            self.discard();
            None
        })
    }

    /// Tries out a rebase: what becomes of pending events when they follow these. Nothing stays.
    pub(super) fn try_rebase(
        &mut self,
        log: &Eventlog,
        onto: SeqNum,
        plan: &Reconcile,
    ) -> Result<Reconciled, StateError> {
        let attempt = |confirmed: &mut Self| {
            confirmed.check(log)?;
            let state = confirmed.at(log, onto)?;
            state.try_out(|state| state.reconcile(plan.clone()))
        };
        attempt(self).or_else(|error| {
            tracing::warn!(%error, "the leader's state is built anew");
            self.discard();
            attempt(self)
        })
    }

    /// Drops the state and its file.
    pub(super) fn discard(&mut self) {
        self.state = None;
        if let StateFile::File(path) = &self.file
            && let Err(error) = crate::state::wipe(path)
        {
            tracing::warn!(%error, "the stored state cannot be emptied; from here on it is kept in memory");
            self.file = StateFile::Memory;
        }
    }

    /// Brings the state to a place of the log, from an earlier one or from the start.
    fn at(&mut self, log: &Eventlog, place: SeqNum) -> Result<&mut State, StateError> {
        if self.opened(log)?.head().is_after(place) {
            self.discard();
        }
        while !self.step(log, place, fault::limit(super::PAGE))? {}
        self.opened(log)
    }

    fn step(&mut self, log: &Eventlog, upto: SeqNum, limit: usize) -> Result<bool, StateError> {
        let state = self.opened(log)?;
        let head = state.head();
        if !upto.is_after(head) {
            return Ok(true);
        }
        let mut events = log.events_after(head, limit).map_err(StateError::from)?;
        events.retain(|event| !event.seq.is_after(upto));
        let Some(last) = events.last().map(|event| event.seq) else {
            return Ok(true);
        };
        fault::crash_point("before the leader's state is written");
        state.replay(&events)?;
        state.discard_journal_up_to(last);
        fault::crash_point("after the leader's state is written");
        Ok(!upto.is_after(last))
    }

    /// Opens the state; one that reflects something the log does not have is built anew.
    fn opened(&mut self, log: &Eventlog) -> Result<&mut State, StateError> {
        if self.state.is_none() {
            let state = match &self.file {
                StateFile::Memory => State::open(&self.schema)?,
                StateFile::File(path) => State::open_file(path, &self.schema)?,
            };
            let head = state.head();
            let stands = log.last_up_to(head)?.seq;
            let floor = SeqNum::synced(log.sync().backend_head);
            let is_final = stands.same_position(head) && !head.is_after(floor);
            self.unchecked = head != SeqNum::ROOT;
            self.state = Some(state);
            if stands != head && !is_final {
                self.discard();
                return self.opened(log);
            }
        }
        Ok(self.state.as_mut().expect("it was opened above"))
    }
}
