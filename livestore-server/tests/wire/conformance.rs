//! What LiveStore asks of every sync provider: its own suite, by the ids it has in our notes.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::{
    on_every_engine,
    support::{Client, Engine, TestServer, event, events, large_events, numbers},
};

on_every_engine!(
    sync_01_to_03_a_client_connects_and_is_answered,
    sync_04_and_05_the_first_page_of_an_empty_store_is_empty_and_the_last,
    sync_06_a_live_pull_idles_and_then_delivers,
    sync_07_a_pull_from_the_end_has_one_empty_page,
    sync_08_of_concurrent_pushes_with_one_parent_one_is_taken,
    sync_09_large_events_all_come,
    sync_10_many_events_come_in_several_pages,
    sync_11_events_of_any_size_come_as_they_went,
    sync_12_a_pull_returns_what_was_pushed_separately,
    sync_13_a_client_goes_on_where_it_was_cut_off,
    sync_14_pages_say_how_many_events_remain,
    sync_15_numbers_may_start_anywhere,
    sync_16_ten_thousand_events_come_in_order,
    sync_17_a_mismatch_names_both_logs,
    cf_07_a_push_that_was_interrupted_is_published,
);

async fn sync_01_to_03_a_client_connects_and_is_answered(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.send(&json!({"_tag": "Ping"})).await;
    assert_eq!(client.receive().await, json!({"_tag": "Pong"}));
}

async fn sync_04_and_05_the_first_page_of_an_empty_store_is_empty_and_the_last(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    for live in [false, true] {
        let pull = client.pull(live, None).await;
        let value = client.value(&pull).await;
        assert_eq!(value["batch"], json!([]));
        assert_eq!(value["pageInfo"], json!({"_tag": "NoMore"}));
        assert!(value["backendId"].as_str().is_some_and(|id| id.len() > 8));
        if !live {
            assert_eq!(client.exit(&pull).await, json!({"_tag": "Success"}));
        }
    }
}

async fn sync_06_a_live_pull_idles_and_then_delivers(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut author = Client::connect(&server, "s").await;
    let mut other = Client::connect(&server, "s").await;
    let (own, theirs) = (author.pull(true, None).await, other.pull(true, None).await);
    author.value(&own).await;
    other.value(&theirs).await;
    assert_eq!(other.receive_within(Duration::from_millis(800)).await, None);
    author.push_ok(&[event(1, 0, "a")]).await;
    for value in [author.value(&own).await, other.value(&theirs).await] {
        assert_eq!(value["batch"][0]["eventEncoded"], event(1, 0, "a"));
        assert_eq!(value["pageInfo"], json!({"_tag": "NoMore"}));
    }
}

async fn sync_07_a_pull_from_the_end_has_one_empty_page(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&events(0, 3, "a")).await;
    let backend = backend_id(&mut client).await;
    for after in [3, 4, 1000] {
        let pull = client.pull(false, Some((&backend, after))).await;
        let value = client.value(&pull).await;
        assert_eq!(value["batch"], json!([]));
        assert_eq!(value["pageInfo"], json!({"_tag": "NoMore"}));
        assert_eq!(client.exit(&pull).await, json!({"_tag": "Success"}));
    }
}

async fn sync_08_of_concurrent_pushes_with_one_parent_one_is_taken(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let clients = join_all((0..8).map(|_| Client::connect(&server, "s"))).await;
    let pushes = clients
        .into_iter()
        .enumerate()
        .map(|(i, mut client)| async move { client.push(&[event(1, 0, &format!("c{i}"))]).await });
    let (taken, refused): (Vec<_>, Vec<_>) = join_all(pushes)
        .await
        .into_iter()
        .partition(|exit| exit["_tag"] == "Success");
    assert_eq!(taken.len(), 1);
    for exit in refused {
        let error = json!({"_tag": "ServerAheadError", "minimumExpectedNum": 1, "providedNum": 0});
        assert_eq!(exit["cause"]["error"], error);
    }
    let mut client = Client::connect(&server, "s").await;
    assert_eq!(numbers(&client.read_all().await), [1]);
}

async fn sync_09_large_events_all_come(engine: Engine) {
    let sizes = [120_000; 60];
    let values = round_trip(&engine, &sizes, 6).await;
    assert!(values.len() > 1);
}

async fn sync_10_many_events_come_in_several_pages(engine: Engine) {
    let sizes = [1000; 1800];
    let values = round_trip(&engine, &sizes, 90).await;
    assert!(values.len() > 1);
}

async fn sync_11_events_of_any_size_come_as_they_went(engine: Engine) {
    for seed in 0..6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (count, size, push) = if seed % 2 == 0 {
            (random.usize(20..=28), 70_000..=110_000, random.usize(6..=8))
        } else {
            (
                random.usize(1200..=1600),
                900..=1200,
                random.usize(30..=160),
            )
        };
        let sizes: Vec<_> = (0..count).map(|_| random.usize(size.clone())).collect();
        round_trip_in(&engine, &format!("s{seed}"), &sizes, push).await;
    }
}

async fn sync_12_a_pull_returns_what_was_pushed_separately(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    for seq in 1..=5 {
        client.push_ok(&[event(seq, seq - 1, "a")]).await;
    }
    assert_eq!(numbers(&client.read_all().await), [1, 2, 3, 4, 5]);
}

async fn sync_13_a_client_goes_on_where_it_was_cut_off(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let pull = client.pull(true, None).await;
    let backend = client.value(&pull).await["backendId"].clone();
    let backend = backend.as_str().expect("a backend id");
    client.push_ok(&events(0, 2, "a")).await;
    assert_eq!(client.numbers_up_to(&pull, 2).await, [1, 2]);
    client.close().await;
    drop(server);

    // The same storage in another server, as after a restart.
    let server = TestServer::on(&engine).await;
    let mut other = Client::connect(&server, "s").await;
    other.push_ok(&events(2, 2, "b")).await;
    let mut client = Client::connect(&server, "s").await;
    let pull = client.pull(true, Some((backend, 2))).await;
    assert_eq!(client.numbers_up_to(&pull, 4).await, [3, 4]);
    other.push_ok(&events(4, 1, "b")).await;
    assert_eq!(client.numbers_up_to(&pull, 5).await, [5]);
}

async fn sync_14_pages_say_how_many_events_remain(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&events(0, 250, "a")).await;
    let infos: Vec<_> = client
        .read_all()
        .await
        .iter()
        .map(|value| value["pageInfo"].clone())
        .collect();
    let more = |remaining: u64| json!({"_tag": "MoreKnown", "remaining": remaining});
    assert_eq!(infos, [more(150), more(50), json!({"_tag": "NoMore"})]);
}

async fn sync_15_numbers_may_start_anywhere(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let pull = client.pull(true, None).await;
    client.value(&pull).await;
    client
        .push_ok(&[event(100, 0, "a"), event(105, 100, "b")])
        .await;
    client.push_ok(&[event(106, 105, "c")]).await;
    assert_eq!(client.numbers_up_to(&pull, 106).await, [100, 105, 106]);
    let error = client.push_err(&[event(101, 100, "d")]).await;
    assert_eq!(error["minimumExpectedNum"], 106);
}

async fn sync_16_ten_thousand_events_come_in_order(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let mut all = events(19_999, 10_000, "a");
    all[0]["parentSeqNum"] = 0.into();
    for batch in all.chunks(100) {
        client.push_ok(batch).await;
    }
    let expected: Vec<u64> = (20_000..30_000).collect();
    assert_eq!(numbers(&client.read_all().await), expected);
    let backend = backend_id(&mut client).await;
    let pull = client.pull(false, Some((&backend, 24_567))).await;
    assert_eq!(numbers(&client.values(&pull).await), expected[4568..]);
}

async fn sync_17_a_mismatch_names_both_logs(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let backend = backend_id(&mut client).await;
    let error = json!({"_tag": "BackendIdMismatchError", "expected": backend, "received": "other"});
    let pull = client.pull(true, Some(("other", 0))).await;
    let push = client.start_push(&[event(1, 0, "a")], Some("other")).await;
    for request in [pull, push] {
        let exit = client.exit(&request).await;
        assert_eq!(exit["cause"], json!({"_tag": "Fail", "error": error}));
    }
    assert!(numbers(&client.read_all().await).is_empty());
}

async fn cf_07_a_push_that_was_interrupted_is_published(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut reader = Client::connect(&server, "s").await;
    let pull = reader.pull(true, None).await;
    reader.value(&pull).await;
    let mut author = Client::connect(&server, "s").await;
    let push = author.start_push(&events(0, 3, "a"), None).await;
    author
        .send(&json!({"_tag": "Interrupt", "requestId": push}))
        .await;
    author.close().await;
    assert_eq!(reader.numbers_up_to(&pull, 3).await, [1, 2, 3]);
}

async fn backend_id(client: &mut Client) -> String {
    let value = client.read_all().await.remove(0);
    value["backendId"]
        .as_str()
        .expect("a backend id")
        .to_owned()
}

async fn round_trip(engine: &Engine, sizes: &[usize], push: usize) -> Vec<Value> {
    round_trip_in(engine, "s", sizes, push).await
}

/// Pushes events and checks that a live pull and a later one return them as they were.
async fn round_trip_in(engine: &Engine, store: &str, sizes: &[usize], push: usize) -> Vec<Value> {
    let server = TestServer::on(engine).await;
    let mut client = Client::connect(&server, store).await;
    let pull = client.pull(true, None).await;
    client.value(&pull).await;
    let all = large_events(0, sizes);
    for batch in all.chunks(push) {
        client.push_ok(batch).await;
    }
    let last = sizes.len() as u64;
    assert_eq!(
        client.numbers_up_to(&pull, last).await,
        (1..=last).collect::<Vec<_>>()
    );
    let values = client.read_all().await;
    let came = values
        .iter()
        .flat_map(|value| value["batch"].as_array().expect("a batch"));
    let came: Vec<_> = came.map(|item| item["eventEncoded"].clone()).collect();
    assert!(came == all, "what came is not what went");
    for value in &values {
        assert!(value["batch"].as_array().expect("a batch").len() <= 100);
        assert!(value.to_string().len() <= 900_000);
    }
    values
}
