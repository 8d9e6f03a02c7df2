//! Who may do what, and for how long.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use livestore_server::{
    Timeouts,
    auth::{Action, Denied, Grant},
    storage::MemoryStore,
};
use serde_json::{Value, json};

use crate::{
    door::status,
    support::{Client, TestServer, builder, event, http::http, numbers},
};

fn encoded(payload: &Value) -> String {
    let once: String = payload
        .to_string()
        .bytes()
        .map(|byte| format!("%{byte:02X}"))
        .collect();
    once.replace('%', "%25")
}

/// The URL of a store with a payload.
pub(crate) fn url(server: &TestServer, payload: &Value, extended: bool) -> String {
    let extension = if extended { "&livestore-rs=1" } else { "" };
    format!(
        "{}&payload={}{extension}",
        server.url("s"),
        encoded(payload)
    )
}

async fn with_tokens() -> TestServer {
    let builder = builder()
        .storage(MemoryStore::new())
        .authorize(async |request| {
            let payload = request.client.payload.as_deref();
            match (
                payload.and_then(|payload| payload["token"].as_str()),
                request.action,
            ) {
                (Some("writer"), _) => Ok(Grant::lasting()),
                (Some("reader"), Action::Connect | Action::Pull) => Ok(Grant::lasting()),
                (Some("reader"), _) => Err(Denied::forbidden("readers do not write")),
                _ => Err(Denied::unauthenticated("the token is wrong")),
            }
        });
    TestServer::with(builder).await
}

#[tokio::test]
async fn who_may_not_connect_gets_no_connection() {
    let server = with_tokens().await;
    assert_eq!(status(Client::open(&server.url("s"), "s").await), 401);
    for (token, expected) in [("writer", 101), ("reader", 101), ("nobody", 401)] {
        let url = url(&server, &json!({"token": token}), false);
        assert_eq!(status(Client::open(&url, "s").await), expected, "{token}");
    }
    let ping = r#"{"_tag":"Request","id":"1","tag":"SyncHttpRpc.Ping","payload":{"storeId":"s"},"headers":[]}"#;
    let answer = http(
        server.address,
        "POST",
        "/?storeId=s&transport=http",
        &[],
        ping,
    )
    .await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn who_may_not_push_is_told_so_and_reads_on() {
    let server = with_tokens().await;
    let mut writer = Client::open(&url(&server, &json!({"token": "writer"}), false), "s")
        .await
        .expect("a writer");
    let mut reader = Client::open(&url(&server, &json!({"token": "reader"}), false), "s")
        .await
        .expect("a reader");
    let pull = reader.pull(true, None).await;
    reader.value(&pull).await;
    let error = reader.push_err(&[event(1, 0, "a")]).await;
    assert_eq!(error["_tag"], "UnknownError");
    assert_eq!(
        error["payload"],
        json!({"_tag": "Unauthorized", "reason": "readers do not write"})
    );
    writer.push_ok(&[event(1, 0, "b")]).await;
    assert_eq!(reader.numbers_up_to(&pull, 1).await, [1]);
}

#[tokio::test]
async fn each_request_is_judged_by_the_payload_it_brings() {
    let server = with_tokens().await;
    let mut client = Client::open(&url(&server, &json!({"token": "reader"}), false), "s")
        .await
        .expect("a reader");
    let push = |token: &str| {
        json!({"storeId": "s", "payload": {"token": token},
        "batch": [event(1, 0, "a")], "backendId": {"_tag": "None"}})
    };
    let id = client.request("SyncWsRpc.Push", push("nobody")).await;
    assert_eq!(
        client.exit(&id).await["cause"]["error"]["payload"]["_tag"],
        "Unauthorized"
    );
    let id = client.request("SyncWsRpc.Push", push("writer")).await;
    assert_eq!(client.exit(&id).await["_tag"], "Success");
    // Pulls and pushes keep their order while the authorizer is asked.
    let pull = client.pull(true, None).await;
    let id = client
        .request(
            "SyncWsRpc.Push",
            json!({"storeId": "s", "payload": {"token": "writer"},
        "batch": [event(2, 1, "b")], "backendId": {"_tag": "None"}}),
        )
        .await;
    assert_eq!(client.numbers_up_to(&pull, 2).await, [1, 2]);
    assert_eq!(client.exit(&id).await["_tag"], "Success");
}

#[tokio::test]
async fn a_panic_of_a_function_that_validates_fails_the_push_that_it_is_about() {
    let builder = builder().storage(MemoryStore::new()).validate(|_, event| {
        let text = event.args.as_ref().map_or("", |args| args.get());
        assert!(!text.contains("defect"), "the app has one");
        Ok(())
    });
    let server = TestServer::with(builder).await;
    let mut client = Client::connect(&server, "s").await;
    // However they are put together.
    let mut pushes = Vec::new();
    for batch in [
        &[event(1, 0, "a")][..],
        &[event(2, 1, "b"), event(3, 2, "defect")],
        &[event(2, 1, "c")],
    ] {
        pushes.push(client.start_push(batch, None).await);
    }
    let mut answers = Vec::new();
    for push in pushes {
        let exit = client.exit(&push).await;
        answers.push(exit["_tag"] == "Success");
        let text = exit.to_string();
        assert_eq!(
            text.contains("UnknownError") && text.contains("while it checked"),
            exit["_tag"] == "Failure",
            "{text}"
        );
    }
    assert_eq!(answers, [true, false, true]);
    let counted = server.server.metrics().encode();
    assert!(
        counted.contains(r#"livestore_pushes_total{result="not_judged"} 1"#),
        "{counted}"
    );
}

#[tokio::test]
async fn events_that_are_not_valid_are_named_with_the_reason() {
    let builder = builder().storage(MemoryStore::new()).validate(|_, event| {
        let text = event.args.as_ref().map_or("", |args| args.get());
        if text.contains("bad") {
            Err(format!("event {} is bad", event.seq_num))
        } else {
            Ok(())
        }
    });
    let server = TestServer::with(builder).await;
    let mut client = Client::connect(&server, "s").await;
    let error = client
        .push_err(&[event(1, 0, "good"), event(2, 1, "bad"), event(3, 2, "bad")])
        .await;
    assert_eq!(
        error["payload"],
        json!({"_tag": "RejectedEvents", "events": [
        {"seqNum": 2, "reason": "event 2 is bad"}, {"seqNum": 3, "reason": "event 3 is bad"}]})
    );
    assert!(
        error["cause"]["message"]
            .as_str()
            .is_some_and(|message| message.contains("event 2 is bad"))
    );
    assert!(numbers(&client.read_all().await).is_empty());
    client.push_ok(&[event(1, 0, "good")]).await;
}

/// A server whose grants last for as many milliseconds as the payload says.
async fn with_short_grants() -> TestServer {
    let mut timeouts = Timeouts::default();
    timeouts.refresh_before = Duration::from_millis(300);
    let builder = builder()
        .storage(MemoryStore::new())
        .timeouts(timeouts)
        .authorize(async |request| {
            let payload = request.client.payload.as_deref();
            match payload.and_then(|payload| payload["until"].as_u64()) {
                Some(until) => {
                    let until = UNIX_EPOCH + Duration::from_millis(until);
                    match until > SystemTime::now() {
                        true => Ok(Grant::until(until)),
                        false => Err(Denied::unauthenticated("the grant is over")),
                    }
                }
                None => Err(Denied::unauthenticated("a grant is missing")),
            }
        });
    TestServer::with(builder).await
}

fn grant(millis: u64) -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970");
    json!({"until": now.as_millis() as u64 + millis})
}

#[tokio::test]
async fn a_live_connection_ends_with_its_grant() {
    let server = with_short_grants().await;
    let payload = grant(500);
    let mut client = Client::open(&url(&server, &payload, false), "s")
        .await
        .expect("it connects");
    let pull = client.pull(true, None).await;
    client.value(&pull).await;
    let closed = client.closed().await;
    assert_eq!(closed.code, 4401);
    assert_eq!(
        status(Client::open(&url(&server, &payload, false), "s").await),
        401
    );
}

#[tokio::test]
async fn a_client_that_knows_how_is_asked_for_another_payload_and_stays() {
    let server = with_short_grants().await;
    let mut client = Client::open(&url(&server, &grant(600), true), "s")
        .await
        .expect("it connects");
    client.send(&json!({"_tag": "Ping"})).await;
    assert_eq!(
        client.receive().await,
        json!({"_tag": "Pong", "livestoreRs": 1})
    );
    let pull = client.pull(true, None).await;
    client.value(&pull).await;
    for _ in 0..3 {
        client
            .receive_where(|frame| frame["_tag"] == "RefreshPayload")
            .await;
        let update = json!({"storeId": "s", "payload": grant(600)});
        let id = client.request("SyncWsRpc.UpdatePayload", update).await;
        assert_eq!(
            client.exit(&id).await,
            json!({"_tag": "Success", "value": {}})
        );
    }
    client.push_ok(&[event(1, 0, "a")]).await;
    assert_eq!(client.numbers_up_to(&pull, 1).await, [1]);
    // One that does not do leaves the old one in place.
    let id = client
        .request(
            "SyncWsRpc.UpdatePayload",
            json!({"storeId": "s", "payload": {}}),
        )
        .await;
    assert_eq!(
        client.exit(&id).await["cause"]["error"]["payload"]["_tag"],
        "Unauthorized"
    );
    client.push_ok(&[event(2, 1, "b")]).await;
    assert_eq!(client.closed().await.code, 4401);
}

#[tokio::test]
async fn a_client_that_gives_its_old_payload_again_is_not_asked_once_more() {
    let server = with_short_grants().await;
    let payload = grant(2_000);
    let mut client = Client::open(&url(&server, &payload, true), "s")
        .await
        .expect("it connects");
    client.pull(true, None).await;
    let asked = |frame: &Value| frame["_tag"] == "RefreshPayload";
    client.receive_where(asked).await;
    let update = json!({"storeId": "s", "payload": payload});
    let id = client.request("SyncWsRpc.UpdatePayload", update).await;
    client.exit(&id).await;
    while let Some(frame) = client.receive_within(Duration::from_millis(100)).await {
        assert!(!asked(&frame), "{frame}");
    }
}

#[tokio::test]
async fn a_live_pull_ends_with_the_permission_to_read() {
    let builder = builder()
        .storage(MemoryStore::new())
        .authorize(async |request| {
            let payload = request.client.payload.as_deref();
            let token = payload.and_then(|payload| payload["token"].as_str());
            match (token, request.action) {
                (Some("writer"), _) | (Some("guest"), Action::Connect) => Ok(Grant::lasting()),
                _ => Err(Denied::forbidden("guests do not read")),
            }
        });
    let server = TestServer::with(builder).await;
    let writer = url(&server, &json!({"token": "writer"}), true);
    let mut author = Client::open(&writer, "s").await.expect("it connects");
    let mut reader = Client::open(&writer, "s").await.expect("it connects");
    let pull = reader.pull(true, None).await;
    reader.value(&pull).await;
    let update = json!({"storeId": "s", "payload": {"token": "guest"}});
    let id = reader.request("SyncWsRpc.UpdatePayload", update).await;
    reader.exit(&id).await;
    author.push_ok(&[event(1, 0, "a")]).await;
    let ended = reader
        .receive_where(|frame| frame["requestId"] == *pull)
        .await;
    assert_eq!(
        ended["exit"]["cause"]["error"]["payload"]["_tag"], "Unauthorized",
        "{ended}"
    );
}
