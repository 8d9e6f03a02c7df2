//! The insides that a simulation needs: a leader that somebody else turns, and deliberate faults.
//!
//! Only with the feature `simulation`, which is for this project's own tests: nothing here is kept
//! stable.

use std::{path::Path, time::Duration};

use crate::{
    event::{EncodedEvent, SeqNum},
    eventlog::{Eventlog, EventlogError},
    leader::{Leader, LeaderOptions, StateFile},
    schema::Schema,
    store::Image,
    sync::{Outbox, SyncOptions},
};
pub use crate::{
    fault::{
        Bug, Crash, Trouble, before_crash, crash_at, points_passed, seed_ids, set_bug, set_limit,
        set_trouble, trouble, writes_failed,
    },
    leader::{BackendInput, BackendRequest, Input, Outputs},
    sync::SessionKey,
};

/// The files of a leader, in its folder.
pub const EVENTLOG: &str = "eventlog.db";
/// See [`EVENTLOG`].
pub const STATE: &str = "state.db";

/// A leader over files in a folder.
#[derive(Debug)]
pub struct SimulatedLeader(Leader);

impl SimulatedLeader {
    /// Opens the log, as a process that starts does. The disk's own delays are left out: what is
    /// written is as safe as the folder.
    ///
    /// # Errors
    /// When the log can't be opened.
    pub fn open(
        folder: &Path,
        schema: &Schema,
        sync: Option<SyncOptions>,
        now: Duration,
        seed: u64,
    ) -> Result<Self, EventlogError> {
        let log = Eventlog::open_file_unsynced(&folder.join(EVENTLOG))?;
        let options = LeaderOptions {
            schema: schema.clone(),
            state: StateFile::File(folder.join(STATE)),
            sync,
            now,
            seed,
            storage: crate::sync::Storage::Persistent,
        };
        Ok(Self(Leader::new(log, options)))
    }

    /// Adds a session.
    pub fn add_session(&mut self, session: SessionKey) {
        self.0.add_session(session);
    }

    /// Takes a session away.
    pub fn remove_session(&mut self, session: SessionKey) {
        self.0.remove_session(session);
    }

    /// Takes a turn.
    pub fn turn(&mut self, now: Duration, inputs: Vec<Input>) -> Outputs {
        self.0.turn(now, inputs)
    }

    /// Takes out what a turn that crashed had to say already: some of it may have been sent.
    pub fn said(&mut self) -> Outbox {
        self.0.said()
    }

    /// Whether it has stopped, since it could not do its part.
    pub fn has_stopped(&self) -> bool {
        self.0.has_stopped()
    }

    /// Looks the stored state through and brings it closer to the log; true when it is there.
    pub fn catch_up(&mut self) -> bool {
        self.0.check_state();
        self.0.catch_up()
    }

    /// Returns what a session starts with.
    pub fn image(&mut self) -> Option<Image> {
        self.0.image()
    }

    /// Reads a page of the log.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        self.0.events_after(after, limit)
    }

    /// Returns the whole log.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn events(&self) -> Result<Vec<EncodedEvent>, EventlogError> {
        self.0.events_after(SeqNum::ROOT, usize::MAX)
    }
}
