//! Work that can wait, and what it may find: a log or a stored state that is damaged.

use super::{
    BackendRequest, FromLeader, Leader, LeaderError, LeaderProcessor, PageBuffer, Place, Progress,
};
use crate::{eventlog::EventlogError, fault, state::StateError};

impl LeaderError {
    /// The damage of the log, if it is that.
    fn log_damage(&self) -> Option<&EventlogError> {
        match self {
            Self::Log(error) | Self::State(StateError::Log(error)) => Some(error),
            _ => None,
        }
        .filter(|error| error.is_damage())
    }
}

impl Leader {
    /// Does some of the work that can wait; true if there is none left. The stored state is brought closer to
    /// the log, and the log is looked through once. What that makes it say goes out with the next turn.
    pub(crate) fn catch_up(&mut self) -> bool {
        if self.stopped.is_some() {
            return true;
        }
        match self.try_catch_up(fault::limit(super::PAGE)) {
            Ok(done) => done,
            Err(error) => {
                self.fail(&error);
                false
            }
        }
    }

    fn try_catch_up(&mut self, limit: usize) -> Result<bool, LeaderError> {
        let place = self.final_place()?;
        match self.confirmed.catch_up(&self.log, place, limit)? {
            Progress::More => return Ok(false),
            Progress::Done => {}
            Progress::Damaged => {
                let sessions = self.processor.sessions();
                let told = sessions.map(|session| (session, FromLeader::Rebuild));
                self.outbox.extend(told);
                // A session too many that starts afresh does no harm.
                self.damaged_out = std::mem::take(&mut self.images_out);
                return Ok(false);
            }
        }
        if let Some(place) = self.unchecked {
            self.unchecked = self.log.check_after(place, limit)?;
        }
        Ok(self.unchecked.is_none())
    }

    /// Goes on with what can be read of a damaged log; stops for any other reason, since a later event must
    /// not stand in the log without an earlier one.
    pub(super) fn fail(&mut self, error: &LeaderError) {
        let recovered = match error.log_damage() {
            Some(damage) if self.log.is_in_files() => self.recover(damage),
            _ => return self.give_up(error),
        };
        if let Err(failure) = recovered {
            self.give_up(&format_args!(
                "{error}, and it could not be saved: {failure}"
            ));
        }
    }

    fn recover(&mut self, damage: &EventlogError) -> Result<(), EventlogError> {
        self.log.salvage(damage)?;
        self.unchecked = Some(Place::ROOT);
        // It may reflect what is not in the log any more.
        self.confirmed.discard();
        let backend_head = self.upstream.as_ref().map(|_| self.log.sync().backend_head);
        let sessions: Vec<_> = self.processor.sessions().collect();
        self.processor =
            LeaderProcessor::new(self.log.head(), self.log.sync().generation, backend_head);
        // For them this is another leader: they ask for what it has, and push again what they had pushed.
        for session in sessions {
            self.processor.add_session(session);
            self.outbox.push((session, FromLeader::Welcome));
        }
        self.pages = PageBuffer::default();
        self.pushing = None;
        if let Some(upstream) = &mut self.upstream {
            upstream.restart();
            self.requests.push(BackendRequest::Disconnect);
        }
        Ok(())
    }
}
