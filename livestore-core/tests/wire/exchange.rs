//! What goes well, in the ways in which it can.

use futures::executor::block_on;
use livestore_core::{
    adapter::WsBackend,
    sync::protocol::{Call, ClientFrame, Transport},
};

use crate::{
    client, connect,
    fixture::{completed, created, dump, eventually, todos},
    mock::{Mock, Plan},
    settled,
};

#[test]
fn a_commit_is_confirmed_and_reaches_another_client() {
    let mock = Mock::start();
    let (one, other) = (connect(&mock), connect(&mock));
    let receipt = one.commit(created("a", "é \u{1}\"")).unwrap();
    block_on(receipt.synced()).unwrap();
    settled(&one, &mock);
    settled(&other, &mock);
    other.commit(completed("a")).unwrap();
    settled(&other, &mock);
    settled(&one, &mock);
    assert_eq!(dump(&one), dump(&other));
    assert!(todos(&one)[0].completed);
}

#[test]
fn it_says_what_an_upstream_client_says() {
    let mock = Mock::start();
    let store = connect(&mock);
    store.commit(created("a", "1")).unwrap();
    settled(&store, &mock);
    let state = mock.state();
    let query = &state.queries[0];
    assert_eq!(
        (&*query.store_id, query.transport),
        ("test", Transport::WebSocket)
    );
    assert_eq!((&query.payload, query.extension), (&None, Some(1)));
    let said: Vec<_> = state
        .seen
        .iter()
        .map(|frame| match frame {
            ClientFrame::Request(request) => match request.call().unwrap().1 {
                Call::Pull(pull) => {
                    assert_eq!(
                        (pull.live, pull.cursor, pull.payload),
                        (Some(true), None, None)
                    );
                    format!("pull {}", request.id)
                }
                Call::Push(push) => {
                    assert_eq!(push.backend_id.as_deref(), Some("first"));
                    assert_eq!(push.batch.len(), 1);
                    assert_eq!(push.batch[0].parent_seq_num, 0);
                    format!("push {}", request.id)
                }
                other => panic!("{other:?}"),
            },
            ClientFrame::Ping => "ping".to_owned(),
            ClientFrame::Ack { request_id } => format!("ack {request_id}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(said[..4], ["ping", "pull 0", "ack 0", "push 1"], "{said:?}");
}

#[test]
fn a_reconnecting_client_pulls_after_the_last_event_it_has() {
    let mock = Mock::start();
    let store = connect(&mock);
    store.commit(created("a", "1")).unwrap();
    settled(&store, &mock);
    mock.close(1001, "");
    mock.state().push_foreign(&[created("b", "2")]);
    settled(&store, &mock);
    let state = mock.state();
    let cursors: Vec<_> = state
        .seen
        .iter()
        .filter_map(|frame| match frame {
            ClientFrame::Request(request) => match request.call().unwrap().1 {
                Call::Pull(pull) => Some(pull.cursor.map(|cursor| cursor.event_sequence_number)),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(cursors, [None, Some(1)]);
}

#[test]
fn a_backlog_comes_as_fast_as_it_is_taken() {
    let mock = Mock::start();
    {
        let mut state = mock.state();
        state.waits_for_acks = true;
        let events: Vec<_> = (0..250).map(|n| created(&format!("{n:03}"), "x")).collect();
        state.push_foreign(&events);
    }
    let store = connect(&mock);
    settled(&store, &mock);
    assert_eq!(todos(&store).len(), 250);
    let acks = |frame: &&ClientFrame| matches!(frame, ClientFrame::Ack { .. });
    eventually(|| mock.state().seen.iter().filter(acks).count() == 3);
}

#[test]
fn a_chunk_may_hold_several_pages() {
    let mock = Mock::start();
    {
        let mut state = mock.state();
        (state.page, state.one_chunk) = (7, true);
        let events: Vec<_> = (0..50).map(|n| created(&format!("{n:03}"), "x")).collect();
        state.push_foreign(&events);
    }
    let store = connect(&mock);
    settled(&store, &mock);
    assert_eq!(todos(&store).len(), 50);
}

#[test]
fn the_answer_to_a_push_may_come_before_the_events() {
    let mock = Mock::start();
    let store = connect(&mock);
    mock.state()
        .plans
        .extend([Plan::AnswerFirst, Plan::AnswerFirst]);
    for id in ["a", "b"] {
        block_on(store.commit(created(id, "")).unwrap().synced()).unwrap();
    }
    settled(&store, &mock);
    assert_eq!(mock.state().pushes().len(), 2);
}

#[test]
fn clients_that_write_at_once_converge() {
    let mock = Mock::start();
    let stores = [connect(&mock), connect(&mock), connect(&mock)];
    for round in 0..20 {
        for (index, store) in stores.iter().enumerate() {
            store
                .commit(created(&format!("{round}-{index}"), ""))
                .unwrap();
        }
    }
    eventually(|| mock.state().head() == 60);
    for store in &stores {
        settled(store, &mock);
        assert_eq!(dump(store), dump(&stores[0]));
    }
}

#[test]
fn what_was_committed_offline_is_pushed_later() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    store.set_online(false);
    store.commit(created("mine", "")).unwrap();
    mock.state().push_foreign(&[created("theirs", "")]);
    store.set_online(true);
    settled(&store, &mock);
    assert_eq!(todos(&store).len(), 2);
    assert_eq!(&*mock.state().log[0].client_id, "foreign");
}

#[test]
fn a_url_may_have_a_query_and_be_one_of_http() {
    let mock = Mock::start();
    let url = mock.url().replace("ws://", "http://");
    let store = client(WsBackend::new(format!("{url}?region=eu#x")));
    settled(&store, &mock);
    assert_eq!(mock.state().queries[0].store_id, "test");
}
