//! What is held for a client, whatever it sends and however little it reads.

use std::time::{Duration, Instant};

use livestore_server::{Limits, storage::MemoryStore};
use serde_json::json;

use crate::{
    door::status,
    limits::limited,
    support::{Client, TestServer, builder, http::http, large_events},
};

#[tokio::test]
async fn frames_of_a_list_count_like_others() {
    let server = limited(|limits| limits.frames_per_second = 20).await;
    let mut client = Client::connect(&server, "s").await;
    client.pull(true, None).await;
    let started = Instant::now();
    let list: Vec<_> = (0..120).map(|_| json!({"_tag": "Ping"})).collect();
    client.send(&json!(list)).await;
    client.send(&json!({"_tag": "Unknown"})).await;
    client
        .receive_where(|frame| frame["_tag"] == "Defect")
        .await;
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(700), "it took {took:?}");
}

#[tokio::test]
async fn a_list_of_too_many_frames_is_answered_once() {
    let server = limited(|_| {}).await;
    let mut client = Client::connect(&server, "s").await;
    let list: Vec<_> = (0..300).map(|_| json!({"_tag": ""})).collect();
    client.send(&json!(list)).await;
    client.send(&json!({"_tag": "Ping"})).await;
    let defect = client.receive().await;
    assert_eq!(defect["_tag"], "Defect");
    assert!(defect.to_string().contains("256"), "{defect}");
    assert_eq!(client.receive().await["_tag"], "Pong");
}

#[tokio::test]
async fn an_id_that_is_too_long_is_not_repeated() {
    let server = limited(|_| {}).await;
    let mut client = Client::connect(&server, "s").await;
    let request = json!({"_tag": "Request", "id": "1".repeat(2000), "tag": "SyncWsRpc.Pull", "headers": [],
        "payload": {"storeId": "s", "live": false, "cursor": {"_tag": "None"}}});
    client.send(&request).await;
    let answer = client.receive().await;
    assert_eq!(answer["_tag"], "Defect", "{answer}");
    let target = "/?storeId=s&transport=http";
    let text = request.to_string().replace("SyncWsRpc", "SyncHttpRpc");
    let answer = http(server.address, "POST", target, &[], &text)
        .await
        .json();
    assert_eq!(answer[0]["_tag"], "Defect", "{answer}");
}

/// A server that gives up on whoever does not read, and its log of so many megabytes.
async fn impatient(megabytes: u64, change: impl FnOnce(&mut Limits)) -> TestServer {
    let (mut limits, mut timeouts) = (Limits::default(), livestore_server::Timeouts::default());
    change(&mut limits);
    timeouts.write = Duration::from_secs(1);
    timeouts.first_pull = Duration::from_secs(600);
    let builder = builder().storage(MemoryStore::new());
    let server = TestServer::with(builder.limits(limits).timeouts(timeouts)).await;
    let mut author = Client::connect(&server, "s").await;
    for n in 0..megabytes {
        author.push_ok(&large_events(n, &[890_000])).await;
    }
    author.close().await;
    server
}

fn metric(server: &TestServer, name: &str) -> u64 {
    let text = server.server.metrics().encode();
    let mut lines = text.lines().filter_map(|line| line.split_once(' '));
    let value = lines
        .find(|(key, _)| *key == name)
        .expect("it is counted")
        .1;
    value.parse().expect("a number")
}

async fn until(mut holds: impl FnMut() -> bool) {
    let patience = Instant::now();
    while !holds() {
        assert!(
            patience.elapsed() < Duration::from_secs(20),
            "it never does"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_waits_for_a_client_that_does_not_read_is_bounded_whatever_it_asks_for() {
    let server = impatient(4, |limits| limits.chunks_ahead = 1000).await;
    until(|| metric(&server, "livestore_connections") == 0).await;
    let before = metric(&server, "livestore_sent_bytes_total");
    let (mut ours, theirs) = tokio::io::duplex(64 << 10);
    let serving = tokio::spawn({
        let server = server.server.clone();
        async move { server.serve_stream(theirs, None).await }
    });
    let url = server.url("s");
    let (send, receive) = tokio::io::duplex(64 << 10);
    // Everything goes to the server, and after the handshake nothing comes back.
    let line = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut from_client, mut to_client) = tokio::io::split(receive);
        let (mut from_server, mut to_server) = tokio::io::split(&mut ours);
        let mut head = vec![0; 4096];
        let mut shaken = false;
        let answer = async {
            let count = from_server.read(&mut head).await.expect("it answers");
            to_client
                .write_all(&head[..count])
                .await
                .expect("it is there");
            shaken = true;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
            () = answer => {}
        }
    });
    let client = Client::over(send, &url, "s", &[])
        .await
        .expect("it connects");
    let (mut sink, _stream) = client.split();
    for id in 0..200 {
        let request = json!({"_tag": "Request", "id": id.to_string(), "tag": "SyncWsRpc.Pull", "headers": [],
            "payload": {"storeId": "s", "live": false, "cursor": {"_tag": "None"}}});
        use futures::SinkExt;
        let message = tokio_tungstenite::tungstenite::Message::text(request.to_string());
        // It may have been sent away by now.
        if sink.send(message).await.is_err() {
            break;
        }
    }
    until(|| serving.is_finished()).await;
    let sent = metric(&server, "livestore_sent_bytes_total") - before;
    assert!(sent < 12 << 20, "{sent} bytes waited");
    line.abort();
}

#[tokio::test]
async fn an_answer_over_http_that_is_not_read_gives_its_place_back() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = impatient(24, |limits| limits.connections = 1).await;
    until(|| metric(&server, "livestore_connections") == 0).await;
    let body = r#"{"_tag":"Request","id":"1","tag":"SyncHttpRpc.Pull","payload":{"storeId":"s","cursor":{"_tag":"None"}},"headers":[]}"#;
    let mut lazy = tokio::net::TcpStream::connect(server.address)
        .await
        .expect("it connects");
    let request = format!(
        "POST /?storeId=s&transport=http HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    lazy.write_all(request.as_bytes())
        .await
        .expect("it is sent");
    let mut first = [0; 100];
    lazy.read_exact(&mut first).await.expect("it is answered");
    let patience = Instant::now();
    while status(Client::open(&server.url("s"), "s").await) != 101 {
        assert!(
            patience.elapsed() < Duration::from_secs(15),
            "the place stays taken"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
