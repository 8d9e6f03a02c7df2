//! Work that can wait, and what it may find: a log or a stored state that is damaged.

use super::{
    BackendRequest, FromLeader, Leader, LeaderError, LeaderProcessor, PageBuffer, Place, SeqNum,
    SessionKey,
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
        let place = match self.final_place() {
            Err(error) if error.log_damage().is_none() => return Ok(true),
            place => place?,
        };
        let done = self.confirmed.catch_up(&self.log, place, limit)?;
        self.tell_damage();
        if !done {
            return Ok(false);
        }
        self.look_through(limit)?;
        Ok(self.unchecked.is_none())
    }

    /// Looks a piece of the log through. What is only unreadable just now is left for the next start.
    fn look_through(&mut self, limit: usize) -> Result<(), LeaderError> {
        let Some(place) = self.unchecked else {
            return Ok(());
        };
        self.unchecked = match self.log.check_after(place, limit) {
            Err(error) if !error.is_damage() => {
                tracing::warn!(%error, "the log cannot be looked through");
                None
            }
            checked => checked?,
        };
        Ok(())
    }

    /// Brings the stored state closer to the log; true if it is there.
    pub(crate) fn bring_forward(&mut self) -> bool {
        // Whoever leaves has what is unchecked looked through at the next start.
        self.unchecked = None;
        self.catch_up()
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

    /// Answers what was asked when the damage was found: a session has one question under way, and waits.
    pub(super) fn answer_anyway(&mut self, question: Option<(SessionKey, Place, SeqNum)>) {
        if let (Some((session, after, floor)), None) = (question, &self.stopped)
            && let Err(error) = self.pull(session, after, floor)
        {
            self.give_up(&error);
        }
    }

    fn recover(&mut self, damage: &EventlogError) -> Result<(), EventlogError> {
        self.log.salvage(damage)?;
        self.unchecked = Some(Place::ROOT);
        // It may reflect what is not in the log any more.
        self.confirmed.discard();
        let backend_head = self.upstream.as_ref().map(|_| self.log.sync().backend_head);
        let sessions: Vec<_> = self.processor.sessions().collect();
        self.processor = LeaderProcessor::new(
            self.log.head(),
            self.log.sync().generation,
            self.log.sync().lineage,
            backend_head,
        );
        for session in sessions {
            self.processor.add_session(session);
        }
        // Not a welcome: what they have asked is answered still, and two answers must not cross.
        self.have_states_rebuilt();
        self.pages = PageBuffer::default();
        self.pushing = None;
        if let Some(upstream) = &mut self.upstream {
            upstream.restart();
            self.requests.push(BackendRequest::Disconnect);
        }
        Ok(())
    }

    /// Has states built anew if what they started with turned out to be damaged.
    pub(super) fn tell_damage(&mut self) {
        if self.confirmed.take_damaged_out() {
            self.have_states_rebuilt();
        }
    }

    /// Tells the sessions that what they started with is worth nothing, also those that are still to come.
    fn have_states_rebuilt(&mut self) {
        let sessions = self.processor.sessions();
        let told = sessions.map(|session| (session, FromLeader::Rebuild));
        self.outbox.extend(told);
        // A session too many that starts afresh does no harm.
        self.damaged_out += std::mem::take(&mut self.images_out);
    }
}
