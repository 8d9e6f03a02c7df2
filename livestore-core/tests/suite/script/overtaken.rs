//! A commit of which the leader takes an event out and, being another one by then, takes it in again:
//! it stands in the log behind later events of its session.

use std::sync::Arc;

use livestore_core::{
    event::SeqNum,
    prelude::*,
    store::{Receipt, ReceiptError, Stage},
    sync::{Connection, FromLeader, LeaderStatus, Rejected, Update},
};

use super::{Script, place};
use crate::{fixture::created, testing::test};

/// A commit of three events of which the log has the first and the last, final, and a later commit that
/// is in the log too.
fn overtaken() -> (Script, Store, Receipt, Receipt) {
    let script = Script::default();
    let store = script.open();
    script.say(FromLeader::Status(LeaderStatus {
        connection: Connection::Connected,
        ..LeaderStatus::default()
    }));
    let events = (created("1", ""), created("2", ""), created("3", ""));
    let receipt = store.commit(events).unwrap();
    let later = store.commit(created("4", "")).unwrap();
    {
        let mut log = script.log();
        let mut pushed = std::mem::take(&mut log.pushed);
        assert_eq!(pushed.len(), 3);
        pushed.remove(1);
        log.events = pushed;
        log.renumber();
        log.floor = SeqNum::synced(2);
    }
    script.say(FromLeader::Welcome);
    (script, store, receipt, later)
}

impl Script {
    /// Takes what was pushed into the log.
    fn take(&self, final_up_to: u64) {
        let update = {
            let mut log = self.log();
            let pushed = std::mem::take(&mut log.pushed);
            let after = log.events.last().map(place).unwrap_or_default();
            log.events.extend(pushed);
            log.renumber();
            log.floor = SeqNum::synced(final_up_to);
            Update {
                after,
                events: log.after(after.seq),
                ..log.update()
            }
        };
        self.say(FromLeader::Update(update));
    }
}

#[test]
fn a_commit_is_not_persisted_while_one_of_its_events_is_pending_behind_the_others() {
    let (script, _store, receipt, later) = overtaken();
    assert_eq!(receipt.stage(), Ok(Stage::Committed));
    script.take(2);
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
    assert_eq!(later.stage(), Ok(Stage::Persisted));
}

#[test]
fn a_commit_is_synced_when_the_event_that_others_have_overtaken_is() {
    let (script, _store, receipt, later) = overtaken();
    script.take(2);
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
    let floor = SeqNum::synced(3);
    script.say(FromLeader::Synced { floor });
    assert_eq!(receipt.stage(), Ok(Stage::Synced));
    assert_eq!(later.stage(), Ok(Stage::Persisted));
    let floor = SeqNum::synced(4);
    script.say(FromLeader::Synced { floor });
    assert_eq!(later.stage(), Ok(Stage::Synced));
}

#[test]
fn a_commit_is_rejected_with_the_event_that_others_have_overtaken() {
    let (script, _store, receipt, later) = overtaken();
    script.take(2);
    let reason = Arc::from("taboo");
    let update = {
        let mut log = script.log();
        let event = log.events.remove(2);
        log.renumber();
        let after = place(&log.events[1]);
        Update {
            after,
            events: log.after(after.seq),
            rejected: vec![Rejected {
                event,
                reason: Arc::clone(&reason),
            }],
            ..log.update()
        }
    };
    script.say(FromLeader::Update(update));
    assert_eq!(receipt.stage(), Err(ReceiptError::Rejected { reason }));
    assert_eq!(later.stage(), Ok(Stage::Persisted));
}

#[test]
fn an_event_that_others_have_overtaken_is_not_missed_before_the_whole_log_is_there() {
    let (script, _store, receipt, _later) = overtaken();
    script.take(2);
    {
        // Another client's event comes first; the log is told in pieces.
        let mut log = script.log();
        log.lineage += 1;
        log.floor = SeqNum::ROOT;
        log.piece = Some(1);
    }
    script.say(FromLeader::Welcome);
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
}
