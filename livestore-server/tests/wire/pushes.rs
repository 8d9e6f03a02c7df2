//! Which pushes are taken, and what the others hear.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::json;

use crate::{
    on_every_engine,
    support::{Client, Engine, TestServer, event, events, numbers},
};

on_every_engine!(
    the_same_push_again_succeeds_and_changes_nothing,
    a_push_is_the_same_whatever_the_order_of_its_keys,
    a_push_like_an_earlier_one_is_not_the_same,
    a_push_that_is_no_chain_is_refused_whole,
    a_push_behind_or_beyond_the_head_hears_where_it_is,
    an_empty_push_succeeds,
    arguments_come_back_to_the_letter,
    pushes_of_many_clients_are_all_taken_once,
);

async fn the_same_push_again_succeeds_and_changes_nothing(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let first = events(0, 3, "a");
    client.push_ok(&first).await;
    client.push_ok(&first).await;
    // Also once the log has gone on, and to a server that has none of it in memory.
    client.push_ok(&events(3, 5, "b")).await;
    client.push_ok(&first).await;
    drop(server);
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&first[1..]).await;
    assert_eq!(numbers(&client.read_all().await), [1, 2, 3, 4, 5, 6, 7, 8]);
}

async fn a_push_is_the_same_whatever_the_order_of_its_keys(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.pull(true, None).await;
    let push = |args: &str| {
        format!(
            r#"{{"_tag":"Request","id":"77","tag":"SyncWsRpc.Push","headers":[],"payload":{{"storeId":"s",
            "backendId":{{"_tag":"None"}},"batch":[{{"name":"n","args":{args},"seqNum":1,"parentSeqNum":0,
            "clientId":"c","sessionId":"s"}}]}}}}"#
        )
    };
    for args in [r#"{"a":1,"b":[1.0]}"#, r#"{ "b": [1], "a": 1 }"#] {
        client.send_text(&push(args)).await;
        assert_eq!(client.exit("77").await["_tag"], "Success", "{args}");
    }
    client.send_text(&push(r#"{"a":1,"b":[2]}"#)).await;
    let error = client.exit("77").await["cause"]["error"].clone();
    assert_eq!(error["_tag"], "ServerAheadError");
}

async fn a_push_like_an_earlier_one_is_not_the_same(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let first = events(0, 2, "a");
    client.push_ok(&first).await;
    for change in ["name", "clientId", "sessionId"] {
        let mut other = first.clone();
        other[1][change] = "another".into();
        let error = client.push_err(&other).await;
        assert_eq!(error["_tag"], "ServerAheadError", "{change}");
    }
    let mut longer = first.clone();
    longer.push(event(3, 2, "b"));
    let error = client.push_err(&longer).await;
    let ahead = json!({"_tag": "ServerAheadError", "minimumExpectedNum": 2, "providedNum": 0});
    assert_eq!(error, ahead);
}

async fn a_push_that_is_no_chain_is_refused_whole(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&events(0, 2, "a")).await;
    for (case, batch) in [
        ("a wrong parent", vec![event(3, 2, "b"), event(5, 4, "c")]),
        (
            "a descending number",
            vec![event(5, 2, "b"), event(4, 5, "c")],
        ),
        ("its own parent", vec![event(2, 2, "b")]),
        ("a number below its parent", vec![event(1, 2, "b")]),
        ("a number twice", vec![event(3, 2, "b"), event(3, 2, "c")]),
        ("a number nobody can count to", vec![event(1 << 60, 2, "b")]),
    ] {
        let error = client.push_err(&batch).await;
        assert_eq!(error["_tag"], "UnknownError", "{case}: {error}");
        let message = error["cause"]["message"].as_str().expect("it says why");
        assert!(message.contains("no chain"), "{case}: {message}");
    }
    assert_eq!(numbers(&client.read_all().await), [1, 2]);
}

async fn a_push_behind_or_beyond_the_head_hears_where_it_is(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&events(0, 2, "a")).await;
    for parent in [0, 1, 7] {
        let error = client.push_err(&[event(parent + 1, parent, "b")]).await;
        let ahead =
            json!({"_tag": "ServerAheadError", "minimumExpectedNum": 2, "providedNum": parent});
        assert_eq!(error, ahead);
    }
}

async fn an_empty_push_succeeds(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    client.push_ok(&[]).await;
}

async fn arguments_come_back_to_the_letter(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    let forms = [
        r#","args":{"z":1.0,"a":1e21,"m":0.1000000000000000055511151231257827}"#,
        r#","args":{"text":"\u00e9\ud83d\ude00 \/ \"","n":[-0.0,9007199254740993]}"#,
        r#","args":null"#,
        "",
        r#","args":[]"#,
        r#","args":"just a text""#,
        r#","args":{"a":1,"a":2}"#,
    ];
    for (index, args) in forms.iter().enumerate() {
        let (parent, seq) = (index, index + 1);
        let frame = format!(
            r#"{{"_tag":"Request","id":"{seq}00","tag":"SyncWsRpc.Push","payload":{{"storeId":"s",
            "batch":[{{"name":"n"{args},"seqNum":{seq},"parentSeqNum":{parent},"clientId":"c","sessionId":"s"}}],
            "backendId":{{"_tag":"None"}}}}}}"#
        );
        client.send_text(&frame).await;
        client.exit(&format!("{seq}00")).await;
    }
    let text = client.read_all_as_text().await;
    for (index, args) in forms.iter().enumerate() {
        let event = format!(r#"{{"name":"n"{args},"seqNum":{}"#, index + 1);
        assert!(text.contains(&event), "{event} is not in {text}");
    }
}

async fn pushes_of_many_clients_are_all_taken_once(engine: Engine) {
    const CLIENTS: u64 = 10;
    const EACH: u64 = 30;
    let server = Arc::new(TestServer::on(&engine).await);
    let writers = (0..CLIENTS).map(|writer| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let mut client = Client::connect(&server, "s").await;
            let mut head = 0;
            let mut written = 0;
            while written < EACH {
                let next = event(head + 1, head, &format!("{writer}-{written}"));
                let exit = client.push(&[next]).await;
                if exit["_tag"] == "Success" {
                    written += 1;
                    head += 1;
                } else {
                    let error = &exit["cause"]["error"];
                    head = error["minimumExpectedNum"].as_u64().expect("where it is");
                }
            }
        })
    });
    for writer in join_all(writers).await {
        writer.expect("the writer is done");
    }
    let mut client = Client::connect(&server, "s").await;
    let values = client.read_all().await;
    assert_eq!(numbers(&values), (1..=CLIENTS * EACH).collect::<Vec<_>>());
    let items = values
        .iter()
        .flat_map(|value| value["batch"].as_array().expect("a batch"));
    let mut ids: Vec<_> = items
        .map(|item| item["eventEncoded"]["args"]["id"].to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len() as u64, CLIENTS * EACH);
}
