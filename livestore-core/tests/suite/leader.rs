//! A leader that fails, answers late, or answers while it is spoken to.

#[path = "leader/outdated.rs"]
mod outdated;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::SeqCst},
};

use futures::{FutureExt, executor::block_on, future::ready};
use livestore_core::{
    Error,
    event::{ClientId, EncodedEvent, Place, SeqNum, SessionId},
    prelude::*,
    store::{
        Adapter, AdapterError, Inbox, LeaderLink, LinkFuture, ReceiptError, Session, Setup, Stage,
    },
    sync::{
        Connection, FromLeader, LeaderStatus, PushRejection, Rejected, Storage, ToLeader, Update,
    },
};

use crate::{
    fixture::{Todo, created, schema, todos},
    testing::test,
};

/// A leader with an empty log that answers pushes when the test says so.
#[derive(Clone, Default)]
struct ByHand {
    /// Whether pulls are left without an answer.
    silent: Arc<AtomicBool>,
    inbox: Arc<Mutex<Option<Inbox>>>,
    received: Arc<Mutex<Vec<EncodedEvent>>>,
}

impl ByHand {
    fn open(&self) -> Store {
        block_on(Store::builder(schema()).adapter(self.clone()).open("test")).unwrap()
    }

    fn answer(&self, message: FromLeader) {
        let inbox = self.inbox.lock().unwrap().clone().unwrap();
        inbox.deliver(message);
    }

    /// Says that so many of the events received are in the log.
    fn persist(&self, events: usize) {
        let upto = self.received.lock().unwrap()[events - 1].place();
        let floor = upto.seq;
        self.answer(FromLeader::Accepted { upto, floor });
    }
}

impl Adapter for ByHand {
    fn connect(self: Box<Self>, _: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        Box::pin(ready(Ok(Session {
            client_id: ClientId::random(),
            session_id: SessionId::random(),
            image: None,
            leader: self,
        })))
    }
}

impl LeaderLink for ByHand {
    fn start(&mut self, inbox: Inbox) {
        inbox.deliver(FromLeader::Welcome);
        *self.inbox.lock().unwrap() = Some(inbox);
    }

    fn send(&mut self, message: ToLeader) {
        match message {
            ToLeader::Push { events } => self.received.lock().unwrap().extend(events),
            ToLeader::Pull { .. } if self.silent.load(SeqCst) => {}
            ToLeader::Pull { after, .. } => self.answer(FromLeader::Update(Update {
                after,
                answer: true,
                ..Update::default()
            })),
            _ => {}
        }
    }

    fn events_after(
        &self,
        _: SeqNum,
        _: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        Box::pin(ready(Ok(Vec::new())))
    }
}

#[test]
fn events_stay_pending_until_the_leader_has_persisted_them() {
    let leader = ByHand::default();
    let store = leader.open();
    let first = store.commit((created("a", ""), created("b", ""))).unwrap();
    let second = store.commit(created("c", "")).unwrap();
    let mut waiting = Box::pin(second.persisted());
    assert_eq!(store.pending_count(), 3);
    assert_eq!(
        leader.received.lock().unwrap().len(),
        2,
        "one push at a time, a commit in one piece"
    );
    leader.persist(2);
    assert_eq!(
        (first.stage(), second.stage(), store.pending_count()),
        (Ok(Stage::Persisted), Ok(Stage::Committed), 1)
    );
    assert_eq!((&mut waiting).now_or_never(), None);
    leader.persist(3);
    assert_eq!(waiting.now_or_never(), Some(Ok(())));
    assert_eq!(store.pending_count(), 0);
}

#[test]
fn what_a_failed_leader_did_not_take_is_rolled_back_and_its_receipt_says_so() {
    let leader = ByHand::default();
    let store = leader.open();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&heard);
    let count = Todo::query().count();
    let _subscription = store
        .subscribe(count, move |count: &u64| {
            record.lock().unwrap().push(*count)
        })
        .unwrap();
    let kept = store.commit(created("kept", "")).unwrap();
    leader.persist(1);
    let lost = store.commit((created("a", ""), created("b", ""))).unwrap();
    leader.answer(FromLeader::Stopped {
        reason: "disk full".into(),
    });

    assert_eq!(kept.stage(), Ok(Stage::Persisted));
    let error = block_on(lost.persisted()).unwrap_err();
    assert!(
        matches!(&error, ReceiptError::Stopped { reason } if reason.contains("disk full")),
        "{error}"
    );
    assert_eq!(
        todos(&store).len(),
        1,
        "reading goes on, with what the log has"
    );
    assert_eq!(*heard.lock().unwrap(), [0, 1, 3, 1]);
    assert_eq!(
        (store.pending_count(), store.head().to_string()),
        (0, "e1".into())
    );
    assert!(matches!(store.status(), StoreStatus::Stopped { .. }));
    let refused = store.commit(created("c", "")).unwrap_err();
    assert_eq!(refused.to_string(), "store `test` has stopped: disk full");
}

#[test]
fn a_receipt_does_not_claim_that_what_is_only_in_memory_is_persisted() {
    let leader = ByHand::default();
    let store = leader.open();
    let status = |storage| {
        FromLeader::Status(LeaderStatus {
            storage,
            ..LeaderStatus::default()
        })
    };
    leader.answer(status(Storage::Unavailable {
        reason: "a private window".into(),
    }));
    let unstored = store.commit(created("a", "")).unwrap();
    leader.persist(1);
    assert_eq!(unstored.stage(), Ok(Stage::Committed));
    assert_eq!(
        unstored.persisted().now_or_never(),
        Some(Err(ReceiptError::NotStored))
    );
    assert_eq!(
        unstored.synced().now_or_never(),
        Some(Err(ReceiptError::NoBackend))
    );
    assert_eq!(store.pending_count(), 0, "the leader has it");

    leader.answer(status(Storage::Persistent));
    let stored = store.commit(created("b", "")).unwrap();
    leader.persist(2);
    assert_eq!(stored.persisted().now_or_never(), Some(Ok(())));
    assert_eq!(
        block_on(store.shutdown()).map_err(|e| e.to_string()),
        Ok(())
    );
}

#[test]
fn shutdown_waits_for_the_leader() {
    let leader = ByHand::default();
    let store = leader.open();
    store.commit(created("a", "")).unwrap();
    let mut shutdown = Box::pin(store.shutdown());
    assert!((&mut shutdown).now_or_never().is_none());
    assert!(matches!(
        store.commit(created("b", "")),
        Err(Error::Closed { .. })
    ));
    leader.persist(1);
    assert!(shutdown.now_or_never().unwrap().is_ok());
    assert_eq!(leader.received.lock().unwrap().len(), 1);
}

#[test]
fn shutdown_says_what_could_not_be_persisted() {
    let leader = ByHand::default();
    let store = leader.open();
    store.commit(created("a", "")).unwrap();
    leader.answer(FromLeader::Stopped {
        reason: "disk full".into(),
    });
    let error = block_on(store.shutdown()).unwrap_err().to_string();
    assert!(error.contains("disk full"), "{error}");
}

#[test]
fn a_rejection_that_comes_while_the_session_pulls_is_heard() {
    let leader = ByHand::default();
    let store = leader.open();
    leader.answer(FromLeader::Status(LeaderStatus {
        connection: Connection::Connected,
        ..LeaderStatus::default()
    }));
    let rejected = store.commit(created("a", "")).unwrap();
    let event = leader.received.lock().unwrap()[0].clone();
    leader.answer(FromLeader::Accepted {
        upto: event.place(),
        floor: SeqNum::ROOT,
    });
    leader.silent.store(true, SeqCst);
    store.commit(created("b", "")).unwrap();
    leader.answer(refusal());
    let reason: Arc<str> = "bad words".into();
    leader.answer(FromLeader::Update(Update {
        rejected: vec![Rejected {
            event,
            reason: Arc::clone(&reason),
        }],
        generation: 1,
        ..Update::default()
    }));
    assert_eq!(rejected.stage(), Err(ReceiptError::Rejected { reason }));
    leader.answer(FromLeader::Update(Update {
        after: Place::ROOT,
        generation: 1,
        answer: true,
        ..Update::default()
    }));
    assert_eq!(todos(&store), [crate::fixture::todo("b", "", false)]);
}

fn refusal() -> FromLeader {
    FromLeader::Refused(PushRejection::StaleRebaseGeneration {
        current: 1,
        provided: 0,
    })
}

#[test]
fn ses_17_18_a_push_refused_during_shutdown_is_made_again_and_waited_for() {
    let leader = ByHand::default();
    let store = leader.open();
    store.commit(created("a", "")).unwrap();
    let mut shutdown = Box::pin(store.shutdown());
    assert!((&mut shutdown).now_or_never().is_none());
    leader.answer(refusal());
    assert_eq!(leader.received.lock().unwrap().len(), 2, "once more");
    assert!((&mut shutdown).now_or_never().is_none());
    leader.persist(2);
    assert!(shutdown.now_or_never().unwrap().is_ok());
}

#[test]
fn ses_24_a_shutdown_nobody_waits_for_any_more_goes_on() {
    let leader = ByHand::default();
    let store = leader.open();
    let receipt = store.commit(created("a", "")).unwrap();
    assert!(store.shutdown().now_or_never().is_none());
    leader.persist(1);
    assert_eq!(receipt.stage(), Ok(Stage::Persisted));
    assert!(store.shutdown().now_or_never().unwrap().is_ok());
    assert_eq!(store.status(), StoreStatus::Closed);
}
