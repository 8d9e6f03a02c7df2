//! Conversations that were recorded between LiveStore's own client and server, held again with ours.
//!
//! Each frame the client sent is sent; what the server answered must come from ours too, but for identities
//! and times.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

const RECORDED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../livestore-core/tests/wire-frames"
);

fn lines(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(format!("{RECORDED}/{name}.jsonl")).expect("it is recorded");
    let parse = |line: &str| serde_json::from_str(line).expect("a line is JSON");
    text.lines()
        .filter(|line| !line.is_empty())
        .map(parse)
        .collect()
}

/// Theirs says "interrupted" with the story of how.
fn shorten(frame: &mut Value) {
    let cause = &mut frame["exit"]["cause"];
    let text = cause.to_string();
    let has = |tag: &str| text.contains(&format!(r#""_tag":"{tag}""#));
    if has("Interrupt") && !has("Fail") && !has("Die") {
        *cause = json!({"_tag": "Interrupt", "fiberId": {"_tag": "None"}});
    }
}

/// Puts our identities in the place of the recorded ones, and takes times out.
fn translate(frame: &mut Value, store: &str, backend: &Value) {
    match frame {
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &value) {
                    ("storeId", Value::String(_)) => *value = store.into(),
                    ("backendId", Value::String(_)) => *value = backend.clone(),
                    ("backendId", Value::Object(_)) if value["_tag"] == "Some" => {
                        value["value"] = backend.clone();
                    }
                    ("createdAt", _) => *value = "then".into(),
                    _ => translate(value, store, backend),
                }
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| translate(item, store, backend)),
        _ => {}
    }
}

/// Holds one client's side of a conversation; what others pushed is pushed when it is to come.
async fn replay(name: &str, client_id: &str) -> usize {
    let server = TestServer::start().await;
    let store = "recorded";
    let mut client = Client::connect(&server, store).await;
    let mut other = Client::connect(&server, store).await;
    other.read_all().await;
    client.acks = false;
    let backend = client.read_all().await[0]["backendId"].clone();
    client.send(&json!({"_tag": "Ack", "requestId": "0"})).await;
    let mut checked = 0;
    // Frames cross on the way, so each request's and the pings' answers are compared by themselves.
    for line in lines(name) {
        let mut frame = line["frame"].clone();
        match line["dir"].as_str() {
            Some("c2s") => {
                translate(&mut frame, store, &backend);
                client.send(&frame).await;
            }
            Some("s2c") => {
                let batch = frame["values"][0]["batch"].as_array();
                let events = batch
                    .into_iter()
                    .flatten()
                    .map(|item| item["eventEncoded"].clone());
                let foreign: Vec<_> = events
                    .filter(|event| event["clientId"] != client_id)
                    .collect();
                if !foreign.is_empty() {
                    other.push_ok(&foreign).await;
                }
                let wanted_tag = frame["_tag"].clone();
                let request = frame["requestId"].clone();
                let mut came = client
                    .receive_where(|came| {
                        came["_tag"] == wanted_tag && came["requestId"] == request
                    })
                    .await;
                translate(&mut frame, store, &backend);
                translate(&mut came, store, &backend);
                if !frame["exit"]["cause"].is_null() {
                    shorten(&mut frame);
                }
                assert_eq!(came, frame, "{name}, frame {checked}");
                checked += 1;
            }
            _ => {}
        }
    }
    checked
}

#[tokio::test]
async fn a_first_conversation_goes_as_with_livestores_server() {
    assert!(replay("upstream-basic.A", "A").await >= 8);
}

#[tokio::test]
async fn the_first_pages_of_250_events_come_as_from_livestores_server() {
    assert!(replay("upstream-push-250.A", "A").await >= 5);
}

/// What was sent to LiveStore's server by hand, and what it answered.
#[tokio::test]
async fn odd_frames_are_answered_as_by_livestores_server() {
    // What we do otherwise, and why: see each line.
    const OTHERWISE: [&str; 9] = [
        // The same push again is taken for one whose answer was lost.
        "push wrong parent (stale)",
        // A chain that is broken is refused (theirs takes it), so the logs differ from there on.
        "push broken chain inside batch",
        // Theirs serves the store of the URL whatever the request says.
        "storeId differs from url",
        // A later version's ways are understood; theirs answers nothing or a defect.
        "numeric id",
        "array frame",
        // Theirs falls silent for the connection.
        "duplicate request id (second, while first is live)",
        "after duplicate id: other requests",
        "after numeric id: pull",
        // Theirs waits for the acknowledgement of every chunk.
        "pull >100 without ack: chunk sizes",
    ];
    let server = TestServer::start().await;
    let store = "probes";
    let mut client = Client::connect(&server, store).await;
    client.acks = false;
    let mut checked = 0;
    for probe in lines("raw-upstream-server") {
        let (name, sent) = (probe["probe"].as_str().expect("a name"), &probe["sent"]);
        let Some(expected) = probe["received"].as_array().filter(|_| !sent.is_null()) else {
            continue;
        };
        if name == "push broken chain inside batch" {
            // From here on the recorded log has an event that ours refuses.
            break;
        }
        if OTHERWISE.contains(&name) {
            continue;
        }
        let frames = match sent {
            Value::Array(frames) => frames.clone(),
            one => vec![one.clone()],
        };
        let backend = client.read_all_quietly().await;
        for mut frame in frames {
            if let Value::String(text) = &frame {
                client.send_text(text).await;
                continue;
            }
            if frame["payload"]["backendId"]["value"] != "nope" {
                translate(&mut frame, store, &backend);
            } else {
                frame["payload"]["storeId"] = store.into();
            }
            client.send(&frame).await;
        }
        let mut came = Vec::new();
        while let Some(frame) = client.receive_within(Duration::from_millis(60)).await {
            came.push(frame);
        }
        // Theirs goes on sending to pulls that have ended, and ends them only after an acknowledgement.
        let of_this = |frame: &Value| {
            let id = &sent["id"];
            id.is_null() || frame["requestId"] == *id
        };
        let ends_pull = |frame: &Value| frame["exit"] == json!({"_tag": "Success"});
        let expected: Vec<Value> = expected
            .iter()
            .filter(|frame| of_this(frame) && !ends_pull(frame))
            .cloned()
            .collect();
        let mut came: Vec<Value> = came
            .into_iter()
            .filter(|frame| of_this(frame) && !ends_pull(frame))
            .collect();
        let mut expected = expected;
        for frame in expected.iter_mut().chain(&mut came) {
            translate(frame, store, &backend);
            if frame["exit"]["cause"]["error"]["_tag"] == "BackendIdMismatchError" {
                frame["exit"]["cause"]["error"]["expected"] = backend.clone();
            }
        }
        assert_eq!(came, expected, "{name}");
        checked += 1;
    }
    assert!(checked >= 7, "only {checked} probes were compared");
}
