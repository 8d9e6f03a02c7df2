//! A newer version of the app takes the store over.

use std::sync::{Arc, Mutex};

use futures::{FutureExt, executor::block_on};
use livestore_core::{
    Error,
    prelude::*,
    store::{ReceiptError, Stage},
    sync::FromLeader,
};

use super::ByHand;
use crate::{
    fixture::{created, schema, todos},
    testing::test,
};

const RELOAD: &str = "a newer version of this app is open: reload this page";

#[test]
fn an_outdated_store_takes_no_more_commits_and_hands_over_what_is_pending() {
    let leader = ByHand::default();
    let store = leader.open();
    let first = store.commit(created("a", "")).unwrap();
    let second = store.commit((created("b", ""), created("c", ""))).unwrap();
    leader.answer(FromLeader::Outdated);

    assert_eq!(store.status(), StoreStatus::Outdated);
    let refused = store.commit(created("d", "")).unwrap_err();
    assert!(matches!(refused, Error::Outdated { .. }), "{refused:?}");
    assert_eq!(refused.to_string(), format!("store `test`: {RELOAD}"));

    leader.persist(1);
    assert_eq!(leader.received.lock().unwrap().len(), 3, "pushes go on");
    leader.persist(3);
    leader.answer(FromLeader::Stopped {
        reason: "the leader is gone".into(),
    });
    assert_eq!(first.stage(), Ok(Stage::Persisted));
    assert_eq!(second.stage(), Ok(Stage::Persisted));
    assert_eq!(todos(&store).len(), 3);
    assert_eq!(
        store.status(),
        StoreStatus::Outdated,
        "that stays the reason"
    );
}

#[test]
fn the_receipt_of_what_an_outdated_store_could_not_hand_over_says_why() {
    let leader = ByHand::default();
    let store = leader.open();
    let lost = store.commit(created("a", "")).unwrap();
    leader.answer(FromLeader::Outdated);
    assert_eq!(
        lost.persisted().now_or_never(),
        None,
        "it may still get there"
    );
    leader.answer(FromLeader::Stopped {
        reason: RELOAD.into(),
    });
    let error = block_on(lost.persisted()).unwrap_err();
    assert!(
        matches!(&error, ReceiptError::Stopped { reason } if **reason == *RELOAD),
        "{error:?}"
    );
    assert_eq!(todos(&store), []);
    assert!(block_on(store.shutdown()).is_err(), "something was lost");
}

#[test]
fn listeners_hear_whether_the_store_works() {
    let leader = ByHand::default();
    let store = leader.open();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&heard);
    let subscription =
        store.subscribe_status(move |status| record.lock().unwrap().push(status.clone()));
    leader.answer(FromLeader::Outdated);
    leader.answer(FromLeader::Outdated);
    assert_eq!(
        *heard.lock().unwrap(),
        [StoreStatus::Running, StoreStatus::Outdated]
    );
    drop(subscription);

    let failing = ByHand::default();
    let store = failing.open();
    let record = Arc::clone(&heard);
    heard.lock().unwrap().clear();
    let _subscription =
        store.subscribe_status(move |status| record.lock().unwrap().push(status.clone()));
    failing.answer(FromLeader::Stopped {
        reason: "disk full".into(),
    });
    let stopped = StoreStatus::Stopped {
        reason: "disk full".into(),
    };
    assert_eq!(*heard.lock().unwrap(), [StoreStatus::Running, stopped]);
}

#[test]
fn a_store_that_is_outdated_while_it_opens_is_not_opened() {
    let leader = ByHand::default();
    leader
        .silent
        .store(true, std::sync::atomic::Ordering::SeqCst);
    let mut opening = Box::pin(
        Store::builder(schema())
            .adapter(leader.clone())
            .open("test"),
    );
    assert!((&mut opening).now_or_never().is_none());
    leader.answer(FromLeader::Outdated);
    let error = block_on(opening).unwrap_err();
    assert!(error.to_string().ends_with(RELOAD), "{error}");
}
