//! What can become of a push.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures::executor::block_on;
use livestore_core::{
    adapter::WsBackend,
    prelude::*,
    store::ReceiptError,
    sync::protocol::{EventRefusal, Refusal, RpcError},
};

use crate::{
    client_with, connect,
    fixture::{created, schema, todos},
    impatient,
    mock::{Mock, Plan},
    settled, status_is,
};

#[test]
fn a_push_that_fails_is_made_again_and_the_status_says_so() {
    let mock = Mock::start();
    let unknown = RpcError::unknown("rejected by onPush");
    mock.state().plans.extend([
        Plan::Fail(unknown),
        Plan::Die,
        Plan::Say(r#"{"_tag":"Exit","requestId":ID,"exit":{"_tag":"Failure","cause":{"_tag":"Interrupt"}}}"#),
    ]);
    let store = connect(&mock);
    store.commit(created("a", "")).unwrap();
    for reason in ["rejected by onPush", "boom", "interrupted"] {
        status_is(&store, |status| {
            status
                .push_failure
                .as_ref()
                .is_some_and(|failure| failure.contains(reason))
        });
    }
    settled(&store, &mock);
    assert_eq!(store.sync_status().push_failure, None);
    let state = mock.state();
    assert_eq!((state.pushes().len(), state.queries.len()), (4, 1));
}

#[test]
fn a_push_whose_answer_is_lost_counts_once() {
    for plan in [Plan::TakeAndVanish, Plan::Vanish] {
        let mock = Mock::start();
        mock.state().plans.push_back(plan);
        let store = connect(&mock);
        let receipt = store.commit(created("a", "")).unwrap();
        block_on(receipt.synced()).unwrap();
        store.commit(created("b", "")).unwrap();
        settled(&store, &mock);
        assert_eq!(mock.state().head(), 2);
    }
}

#[test]
fn a_push_that_nobody_answers_is_made_again() {
    let mock = Mock::start();
    mock.state().plans.push_back(Plan::Ignore);
    let store = client_with(WsBackend::new(mock.url()), impatient());
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    assert_eq!(mock.state().queries.len(), 2, "over another connection");
}

#[test]
fn a_server_that_is_ahead_without_saying_how_is_asked_again() {
    let mock = Mock::start();
    mock.state()
        .plans
        .push_back(Plan::Fail(RpcError::ServerAhead {
            minimum_expected_num: 5,
            provided_num: 0,
        }));
    let store = connect(&mock);
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    assert_eq!(mock.state().queries.len(), 2, "over another connection");
}

#[test]
fn events_that_the_server_refuses_are_taken_back_one_by_one() {
    let mock = Mock::start();
    let told = Arc::new(Mutex::new(Vec::new()));
    let store = {
        let told = Arc::clone(&told);
        let builder = Store::builder(schema())
            .adapter(Memory::new())
            .sync(WsBackend::new(mock.url()))
            .on_rejected(move |rejected| told.lock().unwrap().push(format!("{rejected:?}")));
        block_on(builder.open("test")).unwrap()
    };
    settled(&store, &mock);
    mock.state().plans.push_back(Plan::Fail(
        Refusal::RejectedEvents {
            events: vec![EventRefusal {
                seq_num: 2,
                reason: "b is taken".to_owned(),
            }],
        }
        .into(),
    ));
    store.set_online(false);
    let receipts: Vec<_> = ["a", "b", "c"]
        .map(|id| store.commit(created(id, "")).unwrap())
        .into();
    store.set_online(true);
    block_on(receipts[0].synced()).unwrap();
    let error = block_on(receipts[1].synced()).unwrap_err();
    assert!(matches!(&error, ReceiptError::Rejected { .. }), "{error:?}");
    assert!(error.to_string().contains("b is taken"), "{error}");
    block_on(receipts[2].synced()).unwrap();
    settled(&store, &mock);
    let ids: Vec<_> = todos(&store).into_iter().map(|todo| todo.id).collect();
    assert_eq!(ids, ["a", "c"]);
    assert_eq!(told.lock().unwrap().len(), 1);
}

#[test]
fn an_event_that_fits_into_no_message_is_rejected_and_the_others_go_on() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    store.set_online(false);
    let small = store.commit(created("a", "")).unwrap();
    let large = store.commit(created("b", &"x".repeat(1_000_000))).unwrap();
    let behind = store.commit(created("c", "")).unwrap();
    store.set_online(true);
    block_on(small.synced()).unwrap();
    let error = block_on(large.synced()).unwrap_err().to_string();
    assert!(error.contains("bytes"), "{error}");
    block_on(behind.synced()).unwrap();
    settled(&store, &mock);
    assert_eq!(todos(&store).len(), 2);
}

#[test]
fn many_large_events_go_in_several_pushes() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    store.set_online(false);
    for n in 0..100 {
        store
            .commit(created(&format!("{n:03}"), &"é".repeat(15_000)))
            .unwrap();
    }
    store.set_online(true);
    settled(&store, &mock);
    let pushes = mock.state().pushes();
    assert!((4..=5).contains(&pushes.len()), "{}", pushes.len());
    for push in &pushes {
        let bytes = serde_json::to_string(push).unwrap().len();
        assert!(bytes <= 900_000, "{bytes}");
    }
}

#[test]
fn a_server_that_takes_less_at_once_gets_less() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    store.set_online(false);
    for n in 0..10 {
        store.commit(created(&n.to_string(), "")).unwrap();
    }
    mock.state().plans.push_back(Plan::Fail(
        Refusal::TooLarge {
            max_events: 4,
            max_bytes: 900_000,
        }
        .into(),
    ));
    store.set_online(true);
    settled(&store, &mock);
    let sizes: Vec<_> = mock
        .state()
        .pushes()
        .iter()
        .map(|push| push.batch.len())
        .collect();
    assert_eq!(sizes, [10, 4, 4, 2]);
    assert_eq!(
        mock.state().queries.len(),
        2,
        "one more for being online again"
    );
}

#[test]
fn a_server_that_has_enough_is_left_alone() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    let refusal = Refusal::RateLimited {
        retry_after_ms: 2_000,
    };
    mock.state().plans.push_back(Plan::Fail(refusal.into()));
    let start = Instant::now();
    let receipt = store.commit(created("a", "")).unwrap();
    status_is(&store, |status| status.push_failure.is_some());
    block_on(receipt.synced()).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(2));
}
