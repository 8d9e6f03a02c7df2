//! Live pulls: what is pushed comes to everybody, once, in order.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use livestore_server::{Limits, hub::HubOptions};
use serde_json::json;

use crate::{
    on_every_engine,
    support::{Client, Engine, TestServer, builder, event, events, large_events, numbers},
};

on_every_engine!(
    a_push_comes_to_both_clients_and_to_its_author_before_the_answer,
    a_pull_that_starts_while_others_push_misses_nothing_and_doubles_nothing,
    a_reader_that_does_not_acknowledge_is_sent_so_much_and_no_more,
    a_reader_that_does_not_read_holds_up_nobody_and_then_gets_everything,
    a_reset_sends_readers_away_and_they_find_another_log,
);

async fn a_push_comes_to_both_clients_and_to_its_author_before_the_answer(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut a = Client::connect(&server, "s").await;
    let mut b = Client::connect(&server, "s").await;
    let (pa, pb) = (a.pull(true, None).await, b.pull(true, None).await);
    assert_eq!(a.value(&pa).await["batch"], json!([]));
    assert_eq!(b.value(&pb).await["batch"], json!([]));

    for round in 0..50 {
        let push = a.start_push(&events(round * 2, 2, "a"), None).await;
        let first = a.receive().await;
        assert_eq!(first["_tag"], "Chunk", "round {round}");
        assert_eq!(
            numbers(&[first["values"][0].clone()]),
            [round * 2 + 1, round * 2 + 2]
        );
        assert_eq!(a.exit(&push).await, json!({"_tag": "Success", "value": {}}));
        assert_eq!(
            numbers(&[b.value(&pb).await]),
            [round * 2 + 1, round * 2 + 2]
        );
    }
}

/// Readers come and go at random while writers push; a small memory of recent events makes them read from
/// storage and from memory.
async fn a_pull_that_starts_while_others_push_misses_nothing_and_doubles_nothing(engine: Engine) {
    const TOTAL: u64 = 600;
    for seed in 0..8_u64 {
        let mut hub = HubOptions::default();
        hub.recent.events = [2, 30, 4096][seed as usize % 3];
        let builder = builder()
            .shared_storage(Arc::clone(&engine.storage))
            .hub(hub);
        let server = Arc::new(TestServer::with(builder).await);
        let store = format!("s{seed}");
        let writer = tokio::spawn({
            let (server, store) = (Arc::clone(&server), store.clone());
            async move {
                let mut random = fastrand::Rng::with_seed(seed);
                let mut client = Client::connect(&server, &store).await;
                let mut head = 0;
                while head < TOTAL {
                    let count = random.u64(1..=40).min(TOTAL - head);
                    client.push_ok(&events(head, count, "w")).await;
                    head += count;
                    if random.u8(..4) == 0 {
                        tokio::time::sleep(Duration::from_micros(random.u64(..3000))).await;
                    }
                }
            }
        });
        let readers = (0..12).map(|reader| {
            let (server, store) = (Arc::clone(&server), store.clone());
            tokio::spawn(async move {
                let mut random = fastrand::Rng::with_seed(seed << 8 | reader);
                let mut cursor: Option<(String, u64)> = None;
                loop {
                    tokio::time::sleep(Duration::from_micros(random.u64(..8000))).await;
                    let mut client = Client::connect(&server, &store).await;
                    let from = cursor.as_ref().map(|(id, seq)| (&**id, *seq));
                    let pull = client.pull(true, from).await;
                    let mut last = cursor.as_ref().map_or(0, |(_, seq)| *seq);
                    // Some readers leave in the middle and come back with what they have.
                    let stay = random.u64(1..=TOTAL);
                    let leave_at = (last + stay).min(TOTAL);
                    let mut backend = String::new();
                    while last < leave_at {
                        let value = client.value(&pull).await;
                        backend = value["backendId"].as_str().expect("an id").to_owned();
                        for number in numbers(&[value]) {
                            assert_eq!(number, last + 1, "seed {seed}, reader {reader}");
                            last = number;
                        }
                    }
                    if last == TOTAL {
                        return;
                    }
                    cursor = Some((backend, last));
                }
            })
        });
        for reader in join_all(readers).await {
            reader.expect("the reader is done");
        }
        writer.await.expect("the writer is done");
    }
}

async fn a_reader_that_does_not_acknowledge_is_sent_so_much_and_no_more(engine: Engine) {
    let mut limits = Limits::default();
    limits.chunks_ahead = 3;
    let builder = builder()
        .shared_storage(Arc::clone(&engine.storage))
        .limits(limits);
    let server = TestServer::with(builder).await;
    let mut author = Client::connect(&server, "s").await;
    for start in (0..1000).step_by(100) {
        author.push_ok(&events(start, 100, "a")).await;
    }
    let mut reader = Client::connect(&server, "s").await;
    reader.acks = false;
    let pull = reader.pull(true, None).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.extend(numbers(&[reader.value(&pull).await]));
    }
    assert_eq!(
        reader.receive_within(Duration::from_millis(300)).await,
        None
    );
    // What is pushed meanwhile does not come before what is missing; the author is not held up.
    author.push_ok(&[event(1001, 1000, "b")]).await;
    assert_eq!(
        reader.receive_within(Duration::from_millis(100)).await,
        None
    );
    while seen.last() != Some(&1001) {
        reader
            .send(&json!({"_tag": "Ack", "requestId": pull}))
            .await;
        seen.extend(numbers(&[reader.value(&pull).await]));
    }
    assert_eq!(seen, (1..=1001).collect::<Vec<_>>());
}

async fn a_reader_that_does_not_read_holds_up_nobody_and_then_gets_everything(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut slow = Client::connect(&server, "s").await;
    let pull = slow.pull(true, None).await;
    slow.value(&pull).await;
    let mut author = Client::connect(&server, "s").await;
    // 20 MB, far more than the sockets between them take.
    for start in (0..200).step_by(10) {
        author.push_ok(&large_events(start, &[100_000; 10])).await;
    }
    let sent: u64 = counter(&server, "livestore_sent_events_total");
    assert!(
        sent < 100,
        "{sent} events were sent to a client that has acknowledged one chunk"
    );
    assert_eq!(
        slow.numbers_up_to(&pull, 200).await,
        (1..=200).collect::<Vec<_>>()
    );
}

fn counter(server: &TestServer, name: &str) -> u64 {
    let text = server.server.metrics().encode();
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .expect("it is counted");
    line.rsplit(' ')
        .next()
        .expect("a value")
        .parse()
        .expect("a number")
}

async fn a_reset_sends_readers_away_and_they_find_another_log(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let pull = client.pull(true, None).await;
    let before = client.value(&pull).await["backendId"].clone();
    client.push_ok(&events(0, 3, "a")).await;
    let store = livestore_core::event::StoreId::new("s").expect("a store id");
    let info = server.server.reset(&store).await.expect("it can be reset");
    assert_ne!(before, *info.backend_id);
    assert_eq!(client.closed().await.code, 1013);

    let mut client = Client::connect(&server, "s").await;
    let pull = client
        .pull(true, Some((before.as_str().expect("an id"), 3)))
        .await;
    let error = client.exit(&pull).await["cause"]["error"].clone();
    let expected = &*info.backend_id;
    assert_eq!(
        error,
        json!({"_tag": "BackendIdMismatchError", "expected": expected, "received": before})
    );
    assert!(numbers(&client.read_all().await).is_empty());
    client.push_ok(&events(0, 1, "b")).await;
}
