//! Handing the app what a log that was emptied had for itself.
//!
//! One session is asked at a time; what it has taken is noted in the log. Who goes without an answer, or
//! has nobody to give it to, is followed by another.

use std::collections::BTreeSet;

use super::{Leader, LeaderError};
use crate::{
    event::{EncodedEvent, Place},
    fault::{self, Bug},
    sync::{FromLeader, SessionKey},
};

/// Events without a log.
#[derive(Debug)]
pub(super) struct Unsynced {
    events: Vec<EncodedEvent>,
    /// The number that stands for them.
    upto: u64,
    /// The session that is asked.
    asked: Option<SessionKey>,
    /// Sessions that have nobody to give them to.
    declined: BTreeSet<SessionKey>,
}

impl Unsynced {
    pub(super) fn gone(&mut self, session: SessionKey) {
        self.declined.remove(&session);
        self.asked = self.asked.filter(|asked| *asked != session);
    }
}

impl Leader {
    /// Finds out what there is to hand out.
    pub(super) fn look_for_unsynced(&mut self) -> Result<(), LeaderError> {
        let (events, upto) = self.log.unsynced()?;
        self.unsynced = (!events.is_empty()).then(|| Unsynced {
            events,
            upto,
            asked: None,
            declined: BTreeSet::new(),
        });
        Ok(())
    }

    /// Asks a session to take it, if none is asked.
    pub(super) fn offer_unsynced(&mut self) {
        let Some(unsynced) = &mut self.unsynced else {
            return;
        };
        if unsynced.asked.is_some() || self.stopped.is_some() {
            return;
        }
        let asked = self
            .processor
            .sessions()
            .find(|session| !unsynced.declined.contains(session));
        unsynced.asked = asked;
        self.outbox.extend(asked.map(|session| {
            let (events, upto) = (unsynced.events.clone(), unsynced.upto);
            (session, FromLeader::Unsynced { events, upto })
        }));
    }

    pub(super) fn took_unsynced(
        &mut self,
        session: SessionKey,
        upto: u64,
        taken: bool,
    ) -> Result<(), LeaderError> {
        if taken && fault::has(Bug::HandOutAgain) {
            self.unsynced = None;
            return Ok(());
        }
        if taken {
            self.log.take_unsynced(upto)?;
            return self.look_for_unsynced();
        }
        if let Some(unsynced) = &mut self.unsynced
            && unsynced.asked == Some(session)
        {
            unsynced.asked = None;
            unsynced.declined.insert(session);
        }
        Ok(())
    }

    /// Tells a session that what it has is of another log than this.
    pub(super) fn answer_anew(
        &mut self,
        session: SessionKey,
        lineage: u64,
    ) -> Result<(), LeaderError> {
        let unsynced = self.log.unsynced_since(lineage)?;
        if !unsynced.is_empty() {
            self.outbox.push((session, FromLeader::Reset { unsynced }));
        }
        let answer = self.processor.answer(session, Place::ROOT, Vec::new());
        self.outbox.push((session, answer));
        Ok(())
    }
}
