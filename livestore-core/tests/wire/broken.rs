//! Connections that break, and servers that say what they should not.

use std::time::Duration;

use futures::executor::block_on;
use livestore_core::{
    adapter::WsBackend,
    prelude::*,
    sync::{Connection, OnBackendMismatch, SyncOptions},
};

use crate::{
    client, client_with, connect,
    fixture::{created, eventually, schema, todos},
    impatient,
    mock::Mock,
    settled, status_is, trouble,
};

/// Requires that a store that this has happened to says so, and is well again.
#[track_caller]
fn heals(mock: &Mock, store: &Store, reason: &str) {
    let status = status_is(store, |status| trouble(status).is_some());
    let told = trouble(&status).unwrap();
    assert!(told.contains(reason), "{told}");
    mock.state().push_foreign(&[created("theirs", "")]);
    store.commit(created("mine", "")).unwrap();
    settled(store, mock);
    assert_eq!(todos(store).len(), 2);
}

#[test]
fn what_cannot_be_read_ends_the_connection() {
    for text in [
        "{nope",
        "5",
        r#"{"_tag":"Exit","requestId":"0"}"#,
        r#"{"_tag":"Defect","defect":{"name":"Error","message":"no frame"}}"#,
    ] {
        let mock = Mock::start();
        let store = connect(&mock);
        settled(&store, &mock);
        mock.say(text);
        heals(&mock, &store, "frame");
    }
}

#[test]
fn pages_that_cannot_be_read_end_the_connection() {
    for values in [
        r#"[{"batch":[]}]"#,
        "[5]",
        "null",
        r#"[{"batch":[{"eventEncoded":{}}]}]"#,
    ] {
        let mock = Mock::start();
        let store = connect(&mock);
        settled(&store, &mock);
        mock.say_to_pulls(&format!(
            r#"{{"_tag":"Chunk","requestId":ID,"values":{values}}}"#
        ));
        heals(&mock, &store, "frame");
    }
}

#[test]
fn a_pull_that_ends_is_started_again() {
    let unknown = r#"{"_tag":"Exit","requestId":ID,"exit":{"_tag":"Failure","cause":{"_tag":"Fail",
        "error":{"_tag":"UnknownError","cause":{"name":"Error","message":"db down"},"note":"sorry"}}}}"#;
    for (exit, reason) in [
        (
            r#"{"_tag":"Exit","requestId":ID,"exit":{"_tag":"Success"}}"#,
            "the pull ended",
        ),
        (unknown, "db down (sorry)"),
    ] {
        let mock = Mock::start();
        let store = connect(&mock);
        settled(&store, &mock);
        mock.say_to_pulls(exit);
        heals(&mock, &store, reason);
    }
}

#[test]
fn what_concerns_nobody_is_passed_over() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    for text in [
        r#"{"_tag":"Pong"}"#,
        r#"{"_tag":"Hello","x":[1]}"#,
        r#"{"_tag":"Chunk","requestId":"999","values":[{}]}"#,
        r#"{"_tag":"Chunk","requestId":"x","values":[{}]}"#,
        r#"{"_tag":"Exit","requestId":"999","exit":{"_tag":"Success"}}"#,
        r#"[{"_tag":"Pong"},{"_tag":"Pong"}]"#,
    ] {
        mock.say(text);
    }
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    assert_eq!(mock.state().queries.len(), 1, "it has not connected again");
}

#[test]
fn events_that_come_twice_count_once() {
    let mock = Mock::start();
    let store = connect(&mock);
    mock.state()
        .push_foreign(&[created("a", ""), created("b", "")]);
    settled(&store, &mock);
    let page = {
        let state = mock.state();
        let event = serde_json::to_string(&state.log[1]).unwrap();
        format!(
            r#"{{"_tag":"Chunk","requestId":ID,"values":[{{"batch":[{{"eventEncoded":{event},"metadata":
            {{"_tag":"None"}}}}],"pageInfo":{{"_tag":"NoMore"}},"backendId":"first"}}]}}"#
        )
    };
    mock.say_to_pulls(&page);
    mock.state().push_foreign(&[created("c", "")]);
    settled(&store, &mock);
    assert_eq!(todos(&store).len(), 3);
    assert_eq!(mock.state().queries.len(), 1, "it has not connected again");
}

#[test]
fn what_does_not_follow_is_asked_for_again() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    mock.state()
        .push_foreign(&[created("a", ""), created("b", "")]);
    settled(&store, &mock);
    let event = r#"{"name":"v1.TodosCleared","args":{},"seqNum":9,"parentSeqNum":8,"clientId":"x","sessionId":"y"}"#;
    mock.say_to_pulls(&format!(
        r#"{{"_tag":"Chunk","requestId":ID,"values":[{{"batch":[{{"eventEncoded":{event},"metadata":{{"_tag":"None"}}}}],
        "pageInfo":{{"_tag":"NoMore"}},"backendId":"first"}}]}}"#
    ));
    let status = status_is(&store, |status| trouble(status).is_some());
    assert!(trouble(&status).unwrap().contains("event 9"), "{status:?}");
    settled(&store, &mock);
    assert_eq!(
        todos(&store).len(),
        2,
        "what does not follow is not applied"
    );
}

#[test]
fn a_closed_connection_is_made_again_whatever_the_code() {
    for code in [1000, 1001, 1008, 1011, 1012, 4001] {
        let mock = Mock::start();
        let store = connect(&mock);
        settled(&store, &mock);
        mock.close(code, "because");
        heals(&mock, &store, &format!("({code}: because)"));
    }
}

#[test]
fn a_connection_may_be_cut_at_any_frame() {
    let mock = Mock::start();
    mock.state().page = 2;
    let events: Vec<_> = (0..5)
        .map(|n| created(&format!("theirs-{n}"), ""))
        .collect();
    mock.state().push_foreign(&events);
    // A pong, three pages, the events of two pushes and their answers.
    for cut in 0..9 {
        mock.state().cuts = [cut, cut].into();
        let store = connect(&mock);
        for n in 0..2 {
            store
                .commit(created(&format!("mine-{cut}-{n}"), ""))
                .unwrap();
        }
        settled(&store, &mock);
        let state = mock.state();
        assert_eq!(
            state.head(),
            5 + 2 * (cut as u64 + 1),
            "cut {cut}: each once"
        );
        assert!(
            state
                .log
                .windows(2)
                .all(|pair| pair[1].parent_seq_num == pair[0].seq_num)
        );
    }
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let mock = Mock::start();
    mock.state().pongs = false;
    let store = client_with(WsBackend::new(mock.url()), impatient());
    let status = status_is(&store, |status| trouble(status).is_some());
    let reason = trouble(&status).unwrap();
    assert!(reason.contains("did not answer in time"), "{reason}");
    mock.state().pongs = true;
    settled(&store, &mock);
}

#[test]
fn a_backlog_that_never_ends_is_asked_for_again() {
    let mock = Mock::start();
    mock.state().push_foreign(&[created("a", "")]);
    mock.state().says_no_more = false;
    let store = client_with(WsBackend::new(mock.url()), impatient());
    store.commit(created("mine", "")).unwrap();
    let status = status_is(&store, |status| trouble(status).is_some());
    let reason = trouble(&status).unwrap();
    assert!(reason.contains("nor that it is over"), "{reason}");
    mock.state().says_no_more = true;
    settled(&store, &mock);
    assert_eq!(todos(&store).len(), 2);
}

#[test]
fn a_server_that_is_not_there_is_looked_for_again() {
    // A port that nobody listens on.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}", free.local_addr().unwrap());
    drop(free);
    let store = client(WsBackend::new(&url));
    let status = status_is(&store, |status| trouble(status).is_some());
    assert!(
        trouble(&status).unwrap().contains("127.0.0.1"),
        "{status:?}"
    );
    store.commit(created("a", "")).unwrap();
    assert_eq!(todos(&store).len(), 1);
}

#[test]
fn a_url_that_is_none_is_in_the_status() {
    let store = client(WsBackend::new("/sync"));
    let status = status_is(&store, |status| trouble(status).is_some());
    assert!(
        trouble(&status).unwrap().contains("`/sync` is no URL"),
        "{status:?}"
    );
}

#[test]
fn a_server_that_refuses_says_why() {
    let mock = Mock::start();
    mock.state().refuse = Some(403);
    let store = connect(&mock);
    let status = status_is(&store, |status| trouble(status).is_some());
    assert!(
        trouble(&status).unwrap().contains("a wrong token"),
        "{status:?}"
    );
    mock.state().refuse = None;
    settled(&store, &mock);
}

#[test]
fn a_server_that_lost_its_data_stops_a_client_or_empties_it() {
    for policy in [OnBackendMismatch::Shutdown, OnBackendMismatch::Reset] {
        let mock = Mock::start();
        let options = SyncOptions::default().on_backend_mismatch(policy);
        let store = client_with(WsBackend::new(mock.url()), options);
        store.commit(created("a", "")).unwrap();
        settled(&store, &mock);
        {
            let mut state = mock.state();
            state.log.clear();
            state.backend_id = "second".to_owned();
        }
        mock.close(1012, "");
        if policy == OnBackendMismatch::Reset {
            settled(&store, &mock);
            assert_eq!(todos(&store), []);
            continue;
        }
        let stopped = |status: &SyncStatus| matches!(status.connection, Connection::Stopped { .. });
        let status = status_is(&store, stopped);
        let reason = trouble(&status).unwrap();
        assert!(
            reason.contains("`second`, but this store was synced with `first`"),
            "{reason}"
        );
        assert_eq!(todos(&store).len(), 1);
    }
}

#[test]
fn a_push_to_a_server_that_lost_its_data_is_a_mismatch_too() {
    let mock = Mock::start();
    let store = connect(&mock);
    store.commit(created("a", "")).unwrap();
    settled(&store, &mock);
    mock.state().backend_id = "second".to_owned();
    store.commit(created("b", "")).unwrap();
    let stopped = |status: &SyncStatus| matches!(status.connection, Connection::Stopped { .. });
    let status = status_is(&store, stopped);
    assert!(trouble(&status).unwrap().contains("`second`"), "{status:?}");
}

#[test]
fn a_store_that_is_shut_down_closes_its_connection() {
    let mock = Mock::start();
    let store = connect(&mock);
    settled(&store, &mock);
    assert_eq!(mock.connections(), 1);
    block_on(store.shutdown()).unwrap();
    eventually(|| mock.connections() == 0);
}

#[test]
fn opening_waits_for_what_the_server_has() {
    let mock = Mock::start();
    mock.state()
        .push_foreign(&[created("a", ""), created("b", "")]);
    let options = SyncOptions::default().wait_for_initial_sync(Duration::from_secs(20));
    let store = Store::builder(schema())
        .adapter(Memory::new())
        .sync(WsBackend::new(mock.url()))
        .sync_options(options);
    let store = block_on(store.open("test")).unwrap();
    assert_eq!(todos(&store).len(), 2);
}
