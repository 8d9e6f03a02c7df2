//! How much is taken, and what those hear who bring more.

use std::time::{Duration, Instant};

use livestore_server::{Limits, hub::HubOptions, storage::MemoryStore};
use serde_json::json;

use crate::{
    door::status,
    support::{
        Client, TestServer, builder, event, events,
        http::{Answer, http},
        large_events, numbers,
    },
};

pub(crate) async fn limited(change: impl FnOnce(&mut Limits)) -> TestServer {
    let mut limits = Limits::default();
    change(&mut limits);
    TestServer::with(builder().storage(MemoryStore::new()).limits(limits)).await
}

#[tokio::test]
async fn an_event_that_is_too_large_is_named_and_the_rest_of_the_push_is_not_taken() {
    let server = limited(|limits| limits.event_bytes = 5000).await;
    let mut client = Client::connect(&server, "s").await;
    let error = client.push_err(&large_events(0, &[10, 9000, 10])).await;
    assert_eq!(error["_tag"], "UnknownError");
    assert_eq!(error["payload"]["_tag"], "RejectedEvents");
    let events = error["payload"]["events"].as_array().expect("events");
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["seqNum"], 2);
    assert!(numbers(&client.read_all().await).is_empty());
}

#[tokio::test]
async fn a_push_of_too_many_events_hears_how_many_are_taken() {
    let server = limited(|limits| limits.batch_events = 10).await;
    let mut client = Client::connect(&server, "s").await;
    let error = client.push_err(&events(0, 11, "a")).await;
    assert_eq!(error["payload"]["_tag"], "TooLarge");
    assert_eq!(error["payload"]["maxEvents"], 10);
    client.push_ok(&events(0, 10, "a")).await;
}

#[tokio::test]
async fn a_message_that_is_too_large_closes_its_connection_and_no_other() {
    let server = limited(|limits| limits.message_bytes = 100_000).await;
    let mut other = Client::connect(&server, "s").await;
    let mut client = Client::connect(&server, "s").await;
    client.start_push(&large_events(0, &[200_000]), None).await;
    assert_eq!(client.closed().await.code, 1009);
    other.push_ok(&[event(1, 0, "a")]).await;
}

#[tokio::test]
async fn a_full_server_store_or_address_takes_no_more_connections_until_one_ends() {
    for change in [
        (|limits| limits.connections = 2) as fn(&mut Limits),
        |limits| limits.connections_per_store = 2,
        |limits| limits.connections_per_address = Some(2),
    ] {
        let server = limited(change).await;
        let (url, first) = (server.url("s"), Client::connect(&server, "s").await);
        let _second = Client::connect(&server, "s").await;
        assert_eq!(status(Client::open(&url, "s").await), 503);
        first.close().await;
        let patience = Instant::now();
        while status(Client::open(&url, "s").await) != 101 {
            assert!(
                patience.elapsed() < Duration::from_secs(5),
                "the place stays taken"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test]
async fn a_full_store_does_not_keep_others_from_another() {
    let server = limited(|limits| limits.connections_per_store = 1).await;
    let _first = Client::connect(&server, "s").await;
    assert_eq!(status(Client::open(&server.url("s"), "s").await), 503);
    assert_eq!(status(Client::open(&server.url("t"), "t").await), 101);
}

#[tokio::test]
async fn too_many_stores_in_use_are_refused_until_one_is_not() {
    let hub = HubOptions {
        max_active_stores: 2,
        idle: Duration::from_millis(50),
        ..HubOptions::default()
    };
    let server = TestServer::with(builder().storage(MemoryStore::new()).hub(hub)).await;
    let first = Client::connect(&server, "a").await;
    let mut second = Client::connect(&server, "b").await;
    assert_eq!(status(Client::open(&server.url("c"), "c").await), 503);
    first.close().await;
    let patience = Instant::now();
    while status(Client::open(&server.url("c"), "c").await) != 101 {
        assert!(
            patience.elapsed() < Duration::from_secs(5),
            "the store stays in use"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Those in use go on, however long they are idle.
    tokio::time::sleep(Duration::from_millis(200)).await;
    second.push_ok(&[event(1, 0, "a")]).await;
}

#[tokio::test]
async fn a_connection_has_so_many_pulls_and_no_more() {
    let server = limited(|limits| limits.pulls_per_connection = 2).await;
    let mut client = Client::connect(&server, "s").await;
    let pulls = [client.pull(true, None).await, client.pull(true, None).await];
    let third = client.pull(true, None).await;
    let error = client.exit(&third).await["cause"]["error"].clone();
    assert_eq!(error["_tag"], "UnknownError");
    client
        .send(&json!({"_tag": "Interrupt", "requestId": pulls[0]}))
        .await;
    client.exit(&pulls[0]).await;
    let fourth = client.pull(true, None).await;
    client.value(&fourth).await;
}

#[tokio::test]
async fn a_client_that_sends_too_fast_is_slowed_down_and_loses_nothing() {
    let server = limited(|limits| limits.frames_per_second = 20).await;
    let mut client = Client::connect(&server, "s").await;
    client.pull(true, None).await;
    let started = Instant::now();
    // A burst of five seconds' worth is free.
    for _ in 0..120 {
        client.send(&json!({"_tag": "Ping"})).await;
    }
    for _ in 0..120 {
        client.receive_where(|frame| frame["_tag"] == "Pong").await;
    }
    let took = started.elapsed();
    assert!(
        took >= Duration::from_millis(700),
        "120 frames at 20 per second took {took:?}"
    );
}

async fn ping_from(server: &TestServer, address: &str) -> Answer {
    let ping = r#"{"_tag":"Request","id":"1","tag":"SyncHttpRpc.Ping","payload":{"storeId":"s"},"headers":[]}"#;
    let target = "/?storeId=s&transport=http";
    let headers = [("x-forwarded-for", address)];
    http(server.address, "POST", target, &headers, ping).await
}

#[tokio::test]
async fn an_address_that_asks_too_fast_over_http_hears_when_to_come_again_and_others_do_not() {
    let mut limits = Limits::default();
    limits.http_requests_per_second = Some(1);
    let builder = builder()
        .storage(MemoryStore::new())
        .limits(limits)
        .behind_proxy(true);
    let server = TestServer::with(builder).await;
    let started = Instant::now();
    let mut answered = 0;
    let refused = loop {
        let answer = ping_from(&server, "192.0.2.1").await;
        if answer.status != 200 {
            break answer;
        }
        answered += 1;
    };
    // A burst of five seconds' worth is free.
    let most = 6 + started.elapsed().as_secs();
    assert!((5..=most).contains(&answered), "{answered} were answered");
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    let metrics = server.server.metrics().encode();
    assert!(
        metrics.contains(r#"livestore_refused_total{reason="rate"} 1"#),
        "{metrics}"
    );

    assert_eq!(ping_from(&server, "192.0.2.2").await.status, 200);
    // Its frames on a socket have a limit of their own.
    let there = [("x-forwarded-for", "192.0.2.1")];
    let socket = Client::open_with(&server.url("s"), "s", &there).await;
    assert_eq!(status(socket), 101);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(ping_from(&server, "192.0.2.1").await.status, 200);
}
