//! Two servers on one PostgreSQL: what comes to one is heard by the clients of the other.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{Client, Engine, TestServer, event, events, numbers};

/// What does not come within this does not come.
const SILENCE: Duration = Duration::from_millis(300);

async fn two_servers() -> [TestServer; 2] {
    let [a, b] = Engine::two_on_postgres().await;
    [TestServer::on(&a).await, TestServer::on(&b).await]
}

async fn reader(server: &TestServer) -> (Client, String) {
    let mut reader = Client::connect(server, "s").await;
    let pull = reader.pull(true, None).await;
    assert_eq!(reader.value(&pull).await["batch"], json!([]));
    (reader, pull)
}

/// The events that come up to a number, which come in order and once.
async fn events_up_to(reader: &mut Client, pull: &str, last: u64) -> Vec<Value> {
    let mut read = Vec::new();
    while (read.len() as u64) < last {
        let value = reader.value(pull).await;
        for item in value["batch"].as_array().expect("a batch") {
            let event = item["eventEncoded"].clone();
            assert_eq!(event["seqNum"], read.len() as u64 + 1, "after {read:?}");
            read.push(event);
        }
    }
    read
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_to_one_server_comes_to_a_live_pull_on_the_other_in_order_and_once() {
    let [a, b] = two_servers().await;
    let (mut reader, pull) = reader(&b).await;
    let mut author = Client::connect(&a, "s").await;
    for round in 0..50 {
        author.push_ok(&events(round * 2, 2, "a")).await;
    }
    events_up_to(&mut reader, &pull, 100).await;
    assert_eq!(reader.receive_within(SILENCE).await, None);
    // The other server knows the head, and the identity of the log is the same.
    reader.push_ok(&events(100, 1, "b")).await;
    assert_eq!(reader.numbers_up_to(&pull, 101).await, [101]);
    assert_eq!(
        author.read_all_quietly().await,
        reader.read_all_quietly().await
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_on_both_servers_see_one_order_of_what_is_pushed_to_both() {
    const EACH: u64 = 40;
    let servers = two_servers().await.map(Arc::new);
    let mut readers = Vec::new();
    for server in &servers {
        readers.push(reader(server).await);
    }
    let writers = servers.iter().cloned().enumerate().map(|(writer, server)| {
        tokio::spawn(async move {
            let mut client = Client::connect(&server, "s").await;
            let (mut head, mut written) = (0, 0);
            while written < EACH {
                let next = event(head + 1, head, &format!("{writer}-{written}"));
                let exit = client.push(&[next]).await;
                if exit["_tag"] == "Success" {
                    written += 1;
                    head += 1;
                } else {
                    let error = &exit["cause"]["error"];
                    assert_eq!(error["_tag"], "ServerAheadError", "{exit}");
                    head = error["minimumExpectedNum"].as_u64().expect("a number");
                }
            }
        })
    });
    for writer in join_all(writers).await {
        writer.expect("the writer is done");
    }
    let mut logs = Vec::new();
    for (reader, pull) in &mut readers {
        logs.push(events_up_to(reader, pull, 2 * EACH).await);
        assert_eq!(reader.receive_within(SILENCE).await, None);
    }
    assert_eq!(logs[0], logs[1]);
    for writer in 0..2 {
        let ids = logs[0]
            .iter()
            .filter_map(|event| event["args"]["id"].as_str());
        let own: Vec<_> = ids
            .filter(|id| id.starts_with(&format!("{writer}-")))
            .collect();
        let expected: Vec<_> = (0..EACH).map(|n| format!("{writer}-{n}")).collect();
        assert_eq!(own, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_by_one_server_sends_the_readers_of_the_other_away() {
    let [a, b] = two_servers().await;
    let (mut reader, pull) = reader(&b).await;
    let mut author = Client::connect(&a, "s").await;
    author.push_ok(&events(0, 3, "a")).await;
    events_up_to(&mut reader, &pull, 3).await;
    let store = livestore_core::event::StoreId::new("s").expect("a store id");
    let info = a.server.reset(&store).await.expect("it can be reset");
    reader.told_to_come_again().await;

    // The new log is shorter than the old one for a while.
    let mut author = Client::connect(&a, "s").await;
    let mut reader = Client::connect(&b, "s").await;
    let pull = reader.pull(true, None).await;
    assert_eq!(reader.value(&pull).await["backendId"], *info.backend_id);
    author.push_ok(&events(0, 1, "b")).await;
    assert_eq!(reader.numbers_up_to(&pull, 1).await, [1]);
    assert_eq!(numbers(&author.read_all().await), [1]);
}
