//! Where WebSockets are blocked.

use std::time::{Duration, Instant};

use futures::executor::block_on;
use livestore_core::{
    adapter::{SyncTransport, WsBackend},
    sync::{Connection, protocol::Transport},
};
use serde_json::json;

use crate::{
    client,
    fixture::{created, dump, eventually, todos},
    mock::Mock,
    settled, status_is, trouble,
};

/// A server that takes HTTP too.
fn both() -> Mock {
    let mock = Mock::start();
    mock.state().refuse_http = None;
    mock
}

fn by_http(mock: &Mock) -> WsBackend {
    WsBackend::new(mock.url())
        .transport(SyncTransport::Http)
        .poll_interval(Duration::from_millis(50))
}

#[test]
fn clients_sync_over_http_alone() {
    let mock = both();
    mock.state().page = 3;
    let events: Vec<_> = (0..10).map(|n| created(&format!("{n}"), "")).collect();
    mock.state().push_foreign(&events);
    let (one, other) = (client(by_http(&mock)), client(by_http(&mock)));
    settled(&one, &mock);
    block_on(one.commit(created("mine", "")).unwrap().synced()).unwrap();
    settled(&other, &mock);
    assert_eq!(dump(&one), dump(&other));
    assert_eq!(todos(&one).len(), 11);
    let state = mock.state();
    assert!(state.queries.is_empty(), "no WebSocket was opened");
}

#[test]
fn a_push_that_the_server_is_ahead_of_does_not_wait_for_the_next_poll() {
    let mock = both();
    let backend = by_http(&mock).poll_interval(Duration::from_secs(3_600));
    let store = client(backend);
    settled(&store, &mock);
    mock.state().push_foreign(&[created("theirs", "")]);
    let start = Instant::now();
    block_on(store.commit(created("mine", "")).unwrap().synced()).unwrap();
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(todos(&store).len(), 2);
}

#[test]
fn http_takes_over_where_websockets_are_blocked_and_gives_back() {
    let mock = both();
    mock.state().refuse = Some(404);
    let backend = WsBackend::new(mock.url())
        .poll_interval(Duration::from_millis(50))
        .retry_websocket(Duration::from_millis(300));
    let store = client(backend);
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    settled(&store, &mock);
    {
        let state = mock.state();
        assert!(state.queries.len() >= 3, "HTTP is not the first choice");
        assert!(state.requests_by_http >= 3);
    }
    mock.state().refuse = None;
    eventually(|| mock.connections() == 1);
    block_on(store.commit(created("b", "")).unwrap().synced()).unwrap();
    settled(&store, &mock);
    eventually(|| mock.connections() == 1);
    let polls = mock.state().requests_by_http;
    block_on(store.commit(created("c", "")).unwrap().synced()).unwrap();
    assert_eq!(
        mock.state().requests_by_http,
        polls,
        "nothing goes over HTTP any more"
    );
    let last = mock.state().queries.last().unwrap().transport;
    assert_eq!(last, Transport::WebSocket);
}

#[test]
fn a_websocket_over_which_nothing_comes_is_blocked_too() {
    let mock = both();
    mock.state().cuts = [0; 100].into();
    let backend = WsBackend::new(mock.url()).poll_interval(Duration::from_millis(50));
    let store = client(backend);
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    assert!(mock.state().requests_by_http > 0);
}

#[test]
fn nothing_takes_over_where_http_does_not_work_either() {
    let mock = Mock::start();
    mock.state().refuse = Some(404);
    let store = client(WsBackend::new(mock.url()));
    eventually(|| mock.state().requests_by_http > 0);
    let status = status_is(&store, |status| trouble(status).is_some());
    assert!(trouble(&status).unwrap().contains("404"), "{status:?}");
    mock.state().refuse = None;
    settled(&store, &mock);
}

#[test]
fn a_server_that_is_gone_is_found_again_over_http() {
    let mock = both();
    let store = client(by_http(&mock));
    settled(&store, &mock);
    mock.state().refuse_http = Some(500);
    status_is(&store, |status| {
        trouble(status).is_some_and(|reason| reason.contains("500"))
    });
    store.commit(created("a", "")).unwrap();
    mock.state().refuse_http = None;
    settled(&store, &mock);
    assert_eq!(todos(&store).len(), 1);
}

#[test]
fn a_busy_server_is_left_alone_over_http_too() {
    let mock = both();
    mock.state().refuse_http = Some(429);
    let store = client(by_http(&mock));
    let status = status_is(&store, |status| trouble(status).is_some());
    assert!(
        trouble(&status).unwrap().contains("left alone for 1 s"),
        "{status:?}"
    );
    mock.state().refuse_http = None;
    settled(&store, &mock);
}

#[test]
fn a_token_that_got_too_old_is_replaced_over_http() {
    let mock = both();
    mock.state().token = Some("old");
    let tokens = std::sync::Mutex::new(vec!["new", "old"]);
    let backend = by_http(&mock).payload_from(async move || {
        let token = tokens.lock().unwrap().pop().ok_or("no more")?;
        Ok::<_, &str>(json!({ "token": token }))
    });
    let store = client(backend);
    settled(&store, &mock);
    mock.state().token = Some("new");
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    assert_eq!(store.sync_status().connection, Connection::Connected);
}

#[test]
fn a_server_that_lost_its_data_is_a_mismatch_over_http() {
    let mock = both();
    let store = client(by_http(&mock));
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    mock.state().backend_id = "second".to_owned();
    let status = status_is(&store, |status| {
        matches!(status.connection, Connection::Stopped { .. })
    });
    assert!(trouble(&status).unwrap().contains("`second`"), "{status:?}");
}
