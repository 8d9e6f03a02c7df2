//! The leader's own state: what is final, and nothing else.
//!
//! It lags behind the log and never runs ahead of it: events that the backend may still move are not
//! in it, so nothing in it is ever taken back. It is what sessions start with, and the ground on which
//! a rebase finds out which pending events still fit. Whatever is wrong with it, it is built anew from
//! the log.

use std::path::{Path, PathBuf};

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
    /// it, so sessions don't wait for it; a rebase does, which is judged for good.
    unchecked: bool,
    /// Whether not even its tables have been looked through.
    unvetted: bool,
    /// How often in a row it has failed.
    failures: u32,
    /// Whether sessions have images of it.
    handed_out: bool,
    /// Whether images were handed out of what turned out to be damaged, and nobody has been told.
    damaged_out: bool,
}

/// How often in a row the stored state may fail before it is kept in memory.
const TRIES: u32 = 3;

impl Confirmed {
    pub(super) fn new(schema: Schema, file: StateFile) -> Self {
        Self {
            schema,
            file,
            state: None,
            unchecked: false,
            unvetted: false,
            failures: 0,
            handed_out: false,
            damaged_out: false,
        }
    }

    /// Applies the log's next events up to a final place, at most `limit`; true when there is nothing
    /// left to do just now.
    ///
    /// Only a state in a file is worth the work before somebody needs it.
    ///
    /// # Errors
    /// When the log is damaged.
    pub(super) fn catch_up(
        &mut self,
        log: &Eventlog,
        upto: Place,
        limit: usize,
    ) -> Result<bool, EventlogError> {
        if self.file == StateFile::Memory {
            return Ok(true);
        }
        match self.step(log, upto.seq, limit) {
            Ok(done) => {
                if done {
                    self.failures = 0;
                }
                Ok(done)
            }
            Err(StateError::Log(error)) if error.is_damage() && log.is_in_files() => Err(error),
            Err(error) => Ok(self.failed(&error)),
        }
    }

    /// Says, once, whether images were handed out of a state that turned out to be damaged.
    pub(super) fn take_damaged_out(&mut self) -> bool {
        std::mem::take(&mut self.damaged_out)
    }

    /// Begins anew with a damaged state; leaves another one for later, since a full disk or an event
    /// that can't be read would be no better at once. Returns whether that is all for now.
    fn failed(&mut self, error: &StateError) -> bool {
        self.failures += 1;
        if error.is_damage() {
            tracing::warn!(%error, "the stored state is given up and will be built anew");
            self.discard_damaged();
        } else {
            tracing::warn!(%error, "the stored state cannot follow the log just now");
        }
        if self.failures >= TRIES {
            tracing::warn!("from here on the leader's state is kept in memory");
            self.state = None;
            self.file = StateFile::Memory;
        }
        !error.is_damage()
    }

    fn discard_damaged(&mut self) {
        self.damaged_out |= self.handed_out;
        self.discard();
    }

    /// Returns the file of a stored state that has not been looked through.
    pub(super) fn unchecked_file(&mut self, log: &Eventlog) -> Option<PathBuf> {
        let StateFile::File(path) = &self.file else {
            return None;
        };
        let path = path.clone();
        // What keeps it from being opened is found out when it is to catch up.
        self.opened(log).ok()?;
        self.unchecked.then_some(path)
    }

    /// Takes what was found in that file; if it is another one by now, that is of no use.
    pub(super) fn checked(&mut self, found: Result<(), StateError>) {
        if std::mem::take(&mut self.unchecked)
            && let Err(error) = found
        {
            self.failed(&error);
        }
    }

    /// Looks a stored state through, if that has not been done.
    pub(super) fn check_now(&mut self, log: &Eventlog) {
        if self.unchecked_file(log).is_some()
            && let Err(error) = self.check(log)
        {
            self.failed(&error);
        }
    }

    /// Looks through the tables of a state that an image was handed out of, once.
    pub(super) fn vet(&mut self) {
        if let (true, Some(state)) = (self.handed_out, &self.state)
            && std::mem::take(&mut self.unvetted)
            && let Err(error) = state.check_tables()
        {
            self.failed(&error);
        }
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
    ///
    /// A session waits for it: a file whose state is of no use is not emptied before there is time for that.
    pub(super) fn image(&mut self, log: &Eventlog) -> Option<Image> {
        let StateFile::File(path) = &self.file else {
            return None;
        };
        if self.state.is_none() {
            let path = path.clone();
            self.take_stored(&path, log)?;
        }
        let image = self.opened(log).and_then(|state| {
            let place = log.last_up_to(state.head())?;
            let bytes = match place == Place::ROOT {
                true => None,
                false => Some(state.image()?),
            };
            let lineage = log.sync().lineage;
            Ok(bytes.map(|bytes| Image {
                bytes,
                place,
                lineage,
            }))
        });
        let image = image.unwrap_or_else(|error: StateError| {
            tracing::warn!(%error, "there is no image of the state; sessions replay the log");
            if error.is_damage() {
                self.discard_damaged();
            }
            None
        });
        self.handed_out |= image.is_some();
        image
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
            match error.is_damage() {
                true => self.discard_damaged(),
                false => self.discard(),
            }
            attempt(self)
        })
    }

    /// Drops the state and its file.
    pub(super) fn discard(&mut self) {
        self.state = None;
        self.handed_out = false;
        if let StateFile::File(path) = &self.file
            && let Err(error) = fault::write_point("before the stored state is emptied")
                .and_then(|()| crate::state::wipe(path))
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
        fault::write_point("before the leader's state is written")?;
        state.replay(&events)?;
        state.discard_journal_up_to(last);
        fault::write_point("after the leader's state is written")?;
        Ok(!upto.is_after(last))
    }

    /// Opens the state; one that reflects something the log does not have is built anew.
    pub(super) fn opened(&mut self, log: &Eventlog) -> Result<&mut State, StateError> {
        if self.state.is_none() {
            let state = match &self.file {
                StateFile::Memory => State::open(&self.schema)?,
                StateFile::File(path) => {
                    fault::write_point("before the stored state is opened")?;
                    State::open_file(path, &self.schema)?
                }
            };
            if !self.take(state, log)? {
                self.discard();
                return self.opened(log);
            }
        }
        Ok(self.state.as_mut().expect("it was opened above"))
    }

    /// Takes the state in the file as it is, if it is of use.
    fn take_stored(&mut self, path: &Path, log: &Eventlog) -> Option<()> {
        let attempt = |confirmed: &mut Self| {
            fault::write_point("before the stored state is opened")?;
            match State::stored(path, &confirmed.schema) {
                Some(state) => confirmed.take(state, log),
                None => Ok(false),
            }
        };
        let taken = attempt(self).unwrap_or_else(|error: StateError| {
            tracing::warn!(%error, "the stored state cannot be compared with the log");
            false
        });
        taken.then_some(())
    }

    /// Takes a state that was opened, unless it reflects something that this log does not have.
    fn take(&mut self, state: State, log: &Eventlog) -> Result<bool, StateError> {
        let head = state.head();
        let stands = log.last_up_to(head)?.seq;
        let floor = SeqNum::synced(log.sync().backend_head);
        let is_final = stands.same_position(head) && !head.is_after(floor);
        let was_there = head != SeqNum::ROOT;
        let lineage = log.sync().lineage;
        if was_there && state.lineage()? != lineage || stands != head && !is_final {
            return Ok(false);
        }
        // Not before: the disk may refuse to empty a state that would pass for this log's then.
        state.set_lineage(lineage)?;
        self.unchecked = was_there;
        self.unvetted = was_there;
        self.state = Some(state);
        Ok(true)
    }
}
