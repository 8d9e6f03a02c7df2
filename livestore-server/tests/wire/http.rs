//! The HTTP transport.

use serde_json::json;

use crate::{
    on_every_engine,
    support::{
        Client, Engine, TestServer, event, events,
        http::{call, http},
        large_events, numbers,
    },
};

on_every_engine!(
    calls_over_http_are_answered_in_lists,
    clients_of_both_transports_share_a_store,
    a_long_log_comes_whole,
);

const NONE: &str = r#"{"_tag":"None"}"#;

fn none() -> serde_json::Value {
    serde_json::from_str(NONE).expect("it is JSON")
}

async fn calls_over_http_are_answered_in_lists(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let address = server.address;
    let pong = call(address, "s", "SyncHttpRpc.Ping", json!({"storeId": "s"})).await;
    let value = json!({"_tag": "SyncMessage.Pong"});
    let exit = json!({"_tag": "Success", "value": value});
    assert_eq!(
        pong,
        json!([{"_tag": "Exit", "requestId": "7", "exit": exit}])
    );

    let push = |batch, backend| json!({"storeId": "s", "batch": batch, "backendId": backend});
    let taken = call(
        address,
        "s",
        "SyncHttpRpc.Push",
        push(json!(events(0, 3, "a")), none()),
    )
    .await;
    let exit = json!({"_tag": "Success", "value": {}});
    assert_eq!(
        taken,
        json!([{"_tag": "Exit", "requestId": "7", "exit": exit}])
    );

    let behind = call(
        address,
        "s",
        "SyncHttpRpc.Push",
        push(json!([event(1, 0, "b")]), none()),
    )
    .await;
    let error = json!({"_tag": "ServerAheadError", "minimumExpectedNum": 3, "providedNum": 0});
    assert_eq!(
        behind[0]["exit"]["cause"],
        json!({"_tag": "Fail", "error": error})
    );

    let pulled = call(
        address,
        "s",
        "SyncHttpRpc.Pull",
        json!({"storeId": "s", "cursor": none()}),
    )
    .await;
    assert_eq!(
        numbers(pulled[0]["values"].as_array().expect("values")),
        [1, 2, 3]
    );
    assert_eq!(
        pulled[1],
        json!({"_tag": "Exit", "requestId": "7", "exit": {"_tag": "Success"}})
    );
    let backend = &pulled[0]["values"][0]["backendId"];
    let cursor =
        |seq| json!({"_tag": "Some", "value": {"backendId": backend, "eventSequenceNumber": seq}});
    let rest = call(
        address,
        "s",
        "SyncHttpRpc.Pull",
        json!({"storeId": "s", "cursor": cursor(2)}),
    )
    .await;
    assert_eq!(numbers(rest[0]["values"].as_array().expect("values")), [3]);
    let none_left = call(
        address,
        "s",
        "SyncHttpRpc.Pull",
        json!({"storeId": "s", "cursor": cursor(3)}),
    )
    .await;
    assert_eq!(none_left[0]["values"][0]["batch"], json!([]));
    assert_eq!(none_left.as_array().map(Vec::len), Some(2));
    let mismatch = json!({"_tag": "Some", "value": {"backendId": "x", "eventSequenceNumber": 3}});
    let other = call(
        address,
        "s",
        "SyncHttpRpc.Pull",
        json!({"storeId": "s", "cursor": mismatch}),
    )
    .await;
    assert_eq!(
        other[0]["exit"]["cause"]["error"]["_tag"],
        "BackendIdMismatchError"
    );
}

async fn clients_of_both_transports_share_a_store(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut socket = Client::connect(&server, "s").await;
    let pull = socket.pull(true, None).await;
    socket.value(&pull).await;
    let payload = json!({"storeId": "s", "batch": events(0, 2, "h"), "backendId": none()});
    call(server.address, "s", "SyncHttpRpc.Push", payload).await;
    assert_eq!(socket.numbers_up_to(&pull, 2).await, [1, 2]);
    socket.push_ok(&events(2, 1, "w")).await;
    let pulled = call(
        server.address,
        "s",
        "SyncHttpRpc.Pull",
        json!({"storeId": "s", "cursor": none()}),
    )
    .await;
    assert_eq!(
        numbers(pulled[0]["values"].as_array().expect("values")),
        [1, 2, 3]
    );
}

async fn a_long_log_comes_whole(engine: Engine) {
    let server = TestServer::on(&engine).await;
    let mut client = Client::connect(&server, "s").await;
    for start in (0..1500).step_by(100) {
        client.push_ok(&large_events(start, &[2000; 100])).await;
    }
    let pulled = call(
        server.address,
        "s",
        "SyncHttpRpc.Pull",
        json!({"storeId": "s", "cursor": none()}),
    )
    .await;
    let frames = pulled.as_array().expect("frames");
    let values = frames
        .iter()
        .filter(|frame| frame["_tag"] == "Chunk")
        .map(|chunk| &chunk["values"][0]);
    assert_eq!(numbers(values), (1..=1500).collect::<Vec<_>>());
    assert_eq!(
        frames.last().expect("an end")["exit"],
        json!({"_tag": "Success"})
    );
}

#[tokio::test]
async fn what_is_no_call_is_answered_and_harms_nothing() {
    let server = TestServer::start().await;
    let target = "/?storeId=s&transport=http";
    for body in [
        "",
        "{nope",
        "[]",
        "{}",
        "7",
        r#"{"_tag":"Ping"}"#,
        r#"{"_tag":"Request","id":"1","tag":"SyncWsRpc.Pull","payload":{"storeId":"s","live":true,"cursor":{"_tag":"None"}}}"#,
        r#"{"_tag":"Request","id":"1","tag":"SyncHttpRpc.Nope","payload":{},"headers":[]}"#,
    ] {
        let answer = http(server.address, "POST", target, &[], body).await;
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(answer.json()[0]["_tag"], "Defect", "{body}");
    }
    let died = r#"{"_tag":"Request","id":1,"tag":"SyncHttpRpc.Pull","payload":{},"headers":[]}"#;
    let answer = http(server.address, "POST", target, &[], died).await.json();
    assert_eq!(answer[0]["requestId"], 1);
    assert_eq!(answer[0]["exit"]["cause"][0]["_tag"], "Die");
    let headers = [("x-livestore-store-id", "t")];
    assert_eq!(
        http(server.address, "POST", target, &headers, died)
            .await
            .status,
        400
    );
    assert_eq!(
        http(server.address, "GET", target, &[], "").await.status,
        405
    );
    let large = "x".repeat(5 << 20);
    assert_eq!(
        http(server.address, "POST", target, &[], &large)
            .await
            .status,
        413
    );
}

#[tokio::test]
async fn pages_of_the_own_origin_are_answered_and_others_are_not() {
    let server = TestServer::start().await;
    let own = format!("http://{}", server.address);
    let target = "/?storeId=s&transport=http";
    let preflight = http(server.address, "OPTIONS", target, &[("origin", &own)], "").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-origin"), Some(&*own));
    let allowed = preflight
        .header("access-control-allow-headers")
        .expect("headers");
    assert!(allowed.contains("x-livestore-store-id"));
    let foreign = [("origin", "https://evil.example")];
    let preflight = http(server.address, "OPTIONS", target, &foreign, "").await;
    assert_eq!(preflight.header("access-control-allow-origin"), None);
    let ping = r#"{"_tag":"Request","id":"1","tag":"SyncHttpRpc.Ping","payload":{"storeId":"s"},"headers":[]}"#;
    assert_eq!(
        http(server.address, "POST", target, &foreign, ping)
            .await
            .status,
        403
    );
    let answer = http(server.address, "POST", target, &[("origin", &own)], ping).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(&*own));
    assert_eq!(answer.header("vary"), Some("origin"));
    // A page is to see when it may come again.
    let exposed = answer.header("access-control-expose-headers");
    assert_eq!(exposed, Some("retry-after"));
}
