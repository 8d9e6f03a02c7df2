//! Frames, odd ones among them, and the answers they get.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use livestore_server::{Limits, Timeouts, storage::MemoryStore};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Client, TestServer, builder, event, events, numbers};

const SOON: Duration = Duration::from_millis(150);

#[tokio::test]
async fn odd_messages_are_answered_and_the_connection_goes_on() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    client.pull(false, None).await;
    client.exit("0").await;
    client.receive().await;
    for text in [
        "{nope",
        "",
        "7",
        "null",
        "\"Ping\"",
        "{}",
        r#"{"_tag":7}"#,
        r#"{"_tag":"Bogus"}"#,
        r#"{"_tag":"Request"}"#,
        r#"{"_tag":"Request","id":"1","tag":"SyncWsRpc.Nope","payload":{}}"#,
        r#"{"_tag":"Request","id":{},"tag":"SyncWsRpc.Pull","payload":{}}"#,
        r#"{"_tag":"Ack"}"#,
        r#"[{"_tag":"Bogus"}]"#,
    ] {
        client.send_text(text).await;
        let answer = client.receive().await;
        assert_eq!(answer["_tag"], "Defect", "{text}: {answer}");
    }
    for text in [
        r#"{ "_tag" : "Ping" , "more" : 1 }"#,
        r#"[{"_tag":"Ping"}]"#,
    ] {
        client.send_text(text).await;
        assert_eq!(client.receive().await, json!({"_tag": "Pong"}), "{text}");
    }
    for text in [
        r#"{"_tag":"Eof"}"#,
        r#"{"_tag":"Ack","requestId":"99"}"#,
        r#"{"_tag":"Interrupt","requestId":"99"}"#,
    ] {
        client.send_text(text).await;
        assert_eq!(client.receive_within(SOON).await, None, "{text}");
    }
    client.push_ok(&[event(1, 0, "a")]).await;
}

#[tokio::test]
async fn a_payload_that_cannot_be_read_ends_its_request_only() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    for (tag, payload) in [
        (
            "SyncWsRpc.Pull",
            json!({"storeId": "s", "cursor": {"_tag": "None"}}),
        ),
        (
            "SyncWsRpc.Pull",
            json!({"storeId": "s", "live": true, "cursor": null}),
        ),
        ("SyncWsRpc.Pull", json!({"storeId": "s", "live": true})),
        (
            "SyncWsRpc.Push",
            json!({"storeId": "s", "backendId": {"_tag": "None"}}),
        ),
        (
            "SyncWsRpc.Push",
            json!({"storeId": "s", "batch": [{}], "backendId": {"_tag": "None"}}),
        ),
        (
            "SyncWsRpc.Push",
            json!({"storeId": "s", "batch": [], "backendId": null}),
        ),
    ] {
        let id = client.request(tag, payload.clone()).await;
        let exit = client.exit(&id).await;
        assert_eq!(exit["_tag"], "Failure", "{payload}");
        assert_eq!(exit["cause"]["_tag"], "Die", "{payload}");
        assert!(exit["cause"]["defect"].is_string(), "{payload}");
    }
    let mut pushed = event(1, 0, "a");
    pushed["extra"] = 1.into();
    let payload =
        json!({"storeId": "s", "batch": [pushed], "backendId": {"_tag": "None"}, "foo": 1});
    let id = client.request("SyncWsRpc.Push", payload).await;
    assert_eq!(client.exit(&id).await["_tag"], "Success");
}

#[tokio::test]
async fn a_request_for_another_store_than_the_connections_is_refused() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    client.store = "t".into();
    let error = client.push_err(&[event(1, 0, "a")]).await;
    assert_eq!(error["_tag"], "UnknownError");
    let pull = client.pull(true, None).await;
    let error = client.exit(&pull).await["cause"]["error"].clone();
    assert_eq!(error["_tag"], "UnknownError");
    client.store = "s".into();
    assert!(numbers(&client.read_all().await).is_empty());
}

#[tokio::test]
async fn an_interrupted_pull_ends_and_the_others_go_on() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    let (a, b) = (client.pull(true, None).await, client.pull(true, None).await);
    client.value(&a).await;
    client.value(&b).await;
    client.push_ok(&[event(1, 0, "a")]).await;
    assert_eq!(
        numbers(&[client.value(&a).await, client.value(&b).await]),
        [1, 1]
    );
    client
        .send(&json!({"_tag": "Interrupt", "requestId": b}))
        .await;
    let cause = json!({"_tag": "Interrupt", "fiberId": {"_tag": "None"}});
    assert_eq!(
        client.exit(&b).await,
        json!({"_tag": "Failure", "cause": cause})
    );
    client.push_ok(&[event(2, 1, "b")]).await;
    assert_eq!(numbers(&[client.value(&a).await]), [2]);
    assert_eq!(client.receive_within(SOON).await, None);
    // Its id may be used again.
    let request = json!({"_tag": "Request", "id": b, "tag": "SyncWsRpc.Pull", "payload":
        {"storeId": "s", "live": false, "cursor": {"_tag": "None"}}, "headers": []});
    client.send(&request).await;
    assert_eq!(numbers(&client.values(&b).await), [1, 2]);
}

#[tokio::test]
async fn a_second_pull_with_the_id_of_the_first_does_not_disturb_it() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    let pull = client.pull(true, None).await;
    client.value(&pull).await;
    let again = json!({"_tag": "Request", "id": pull, "tag": "SyncWsRpc.Pull", "payload":
        {"storeId": "s", "live": true, "cursor": {"_tag": "None"}}, "headers": []});
    client.send(&again).await;
    let push = client.start_push(&events(0, 2, "a"), None).await;
    assert_eq!(client.numbers_up_to(&pull, 2).await, [1, 2]);
    client.exit(&push).await;
}

#[tokio::test]
async fn a_client_that_counts_with_numbers_gets_them_back_and_causes_as_lists() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    let request = |id: u64, tag: &str, payload: Value| json!({"_tag": "Request", "id": id, "tag": tag, "payload": payload, "headers": []});
    let payload = json!({"storeId": "s", "live": true, "cursor": {"_tag": "None"}});
    client.acks = false;
    client.send(&request(24, "SyncWsRpc.Pull", payload)).await;
    assert_eq!(client.receive().await["requestId"], 24);
    let batch = json!([event(5, 4, "a")]);
    let payload = json!({"storeId": "s", "batch": batch, "backendId": {"_tag": "None"}});
    client.send(&request(25, "SyncWsRpc.Push", payload)).await;
    let error = json!({"_tag": "ServerAheadError", "minimumExpectedNum": 0, "providedNum": 4});
    let exit = json!({"_tag": "Failure", "cause": [{"_tag": "Fail", "error": error}]});
    assert_eq!(
        client.receive().await,
        json!({"_tag": "Exit", "requestId": 25, "exit": exit})
    );
}

#[tokio::test]
async fn text_in_binary_messages_is_read_too() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    client.send_binary(br#"{"_tag":"Ping"}"#.to_vec()).await;
    assert_eq!(client.receive().await, json!({"_tag": "Pong"}));
    client.send_binary(vec![0xff, 0xfe]).await;
    assert_eq!(client.receive().await["_tag"], "Defect");
}

#[tokio::test]
async fn every_event_says_when_it_was_taken() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&events(0, 2, "a")).await;
    let value = client.read_all().await.remove(0);
    let metadata = &value["batch"][0]["metadata"];
    assert_eq!(metadata["_tag"], "Some");
    assert_eq!(metadata["value"]["_tag"], "SyncMessage.SyncMetadata");
    let at = metadata["value"]["createdAt"].as_str().expect("a time");
    assert!(
        at.len() == 24 && at.ends_with('Z') && at.starts_with("20"),
        "{at}"
    );
    assert_eq!(value["batch"][1]["metadata"], *metadata);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_asks_for_more_than_it_reads_gets_all_of_it_in_the_end() {
    const COUNT: usize = 20_000;
    let mut limits = Limits::default();
    limits.frames_per_second = 10_000_000;
    let mut timeouts = Timeouts::default();
    timeouts.first_pull = Duration::from_secs(60);
    let builder = builder()
        .storage(MemoryStore::new())
        .limits(limits)
        .timeouts(timeouts);
    let server = TestServer::with(builder).await;
    let client = Client::connect(&server, "s").await;
    let (mut sink, stream) = client.split();
    let asked = Arc::new(AtomicUsize::new(0));
    let asking = tokio::spawn({
        let asked = Arc::clone(&asked);
        async move {
            for id in 0..COUNT {
                let payload = json!({"storeId": "s", "batch": [event(1, 0, "a")],
                    "backendId": {"_tag": "Some", "value": "x".repeat(1500)}});
                let push = json!({"_tag": "Request", "id": id.to_string(), "tag": "SyncWsRpc.Push",
                    "payload": payload, "headers": []});
                let push = Message::text(push.to_string());
                sink.send(push).await.expect("it is sent");
                asked.store(id + 1, Ordering::Relaxed);
            }
            sink
        }
    });
    // The answers are more than the sockets between them hold: the server stops reading at some time.
    let mut held_back_at = 0;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let now = asked.load(Ordering::Relaxed);
        if now == held_back_at {
            break;
        }
        held_back_at = now;
    }
    assert!(held_back_at < COUNT, "nothing was held back");
    let frames = stream.take(COUNT).collect::<Vec<_>>();
    let frames = tokio::time::timeout(Duration::from_secs(60), frames).await;
    assert_eq!(frames.expect("everything comes").len(), COUNT);
    drop(asking.await);
}
