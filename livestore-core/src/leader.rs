//! The leader: keeper of a client's eventlog.
//!
//! It appends what its session pushes and answers with how far the log reaches. It does not know
//! the store; an adapter carries the messages between the two.

use crate::{
    event::{EncodedEvent, SeqNum},
    eventlog::{Eventlog, EventlogError},
    sync::{FromLeader, ToLeader},
};

/// The one leader of a client's store.
#[derive(Debug)]
pub(crate) struct Leader {
    log: Eventlog,
    stopped: Option<String>,
}

impl Leader {
    pub(crate) fn new(log: Eventlog) -> Self {
        Self { log, stopped: None }
    }

    /// Returns the last event of the log.
    pub(crate) fn head(&self) -> SeqNum {
        self.log.head()
    }

    /// Reads a page of the log.
    pub(crate) fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> Result<Vec<EncodedEvent>, EventlogError> {
        self.log.events_after(after, limit)
    }

    /// Carries out a message and returns the answer.
    ///
    /// After a failure nothing more is appended: a later event must not stand in the log without an
    /// earlier one.
    pub(crate) fn handle(&mut self, message: ToLeader) -> FromLeader {
        if self.stopped.is_none() {
            let ToLeader::Push(events) = message;
            if let Err(error) = self.log.append(&events) {
                self.stopped = Some(error.to_string());
            }
        }
        match &self.stopped {
            None => FromLeader::Persisted {
                head: self.log.head(),
            },
            Some(reason) => FromLeader::Stopped {
                reason: reason.clone(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Leader;
    use crate::{
        event::{EncodedArgs, EncodedEvent, EventScope, SeqNum},
        eventlog::Eventlog,
        sync::{FromLeader, ToLeader},
        testing::test,
    };

    fn event(after: SeqNum) -> EncodedEvent {
        let (seq, parent) = after.next(EventScope::Synced);
        EncodedEvent {
            name: "v1.Happened".into(),
            args: EncodedArgs::parse("{}").unwrap(),
            seq,
            parent,
            client_id: "client".into(),
            session_id: "session".into(),
        }
    }

    #[test]
    fn after_a_push_that_does_not_fit_nothing_more_is_appended() {
        let mut leader = Leader::new(Eventlog::in_memory().unwrap());
        let first = event(SeqNum::ROOT);
        let second = event(first.seq);
        let answer = leader.handle(ToLeader::Push(vec![first.clone()]));
        assert_eq!(answer, FromLeader::Persisted { head: first.seq });
        assert!(matches!(
            leader.handle(ToLeader::Push(vec![first.clone()])),
            FromLeader::Stopped { .. }
        ));
        assert!(matches!(
            leader.handle(ToLeader::Push(vec![second])),
            FromLeader::Stopped { .. }
        ));
        assert_eq!(leader.events_after(SeqNum::ROOT, 10).unwrap(), [first]);
    }
}
