//! A server on a port of its own and a raw client, for the tests of this folder.

#![allow(dead_code)]

pub(crate) mod client;
pub(crate) mod engine;
pub(crate) mod faults;
pub(crate) mod http;
pub(crate) mod server;

use serde_json::{Value, json};

pub(crate) use client::Client;
pub(crate) use engine::Engine;
pub(crate) use server::{TestServer, builder};

/// An event as it travels.
pub(crate) fn event(seq: u64, parent: u64, id: &str) -> Value {
    json!({
        "name": "v1.TodoCreated", "args": {"id": id, "text": format!("text of {id}")},
        "seqNum": seq, "parentSeqNum": parent, "clientId": "raw", "sessionId": "s",
    })
}

/// Events that follow each other.
pub(crate) fn events(after: u64, count: u64, id: &str) -> Vec<Value> {
    (after + 1..=after + count)
        .map(|seq| event(seq, seq - 1, &format!("{id}-{seq}")))
        .collect()
}

/// Events with so many bytes of text each.
pub(crate) fn large_events(after: u64, sizes: &[usize]) -> Vec<Value> {
    let mut batch = events(after, sizes.len() as u64, "l");
    for (event, size) in batch.iter_mut().zip(sizes) {
        event["args"]["text"] = "x".repeat(*size).into();
    }
    batch
}

/// The numbers of the events of a pull's values.
pub(crate) fn numbers<'a>(values: impl IntoIterator<Item = &'a Value>) -> Vec<u64> {
    let events = values.into_iter().flat_map(|value| {
        value["batch"]
            .as_array()
            .expect("a value has a batch")
            .iter()
    });
    events
        .map(|item| item["eventEncoded"]["seqNum"].as_u64().expect("a number"))
        .collect()
}
