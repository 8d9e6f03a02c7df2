//! A client as simple as one can be that loses nothing: a log, and what is not yet in it.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// How many events a push has.
const BATCH: usize = 20;
/// The pause between two events that are written.
const PACE: Duration = Duration::from_millis(50);

/// A client.
pub(crate) struct Client {
    url: String,
    name: String,
    /// What the events that have come say of themselves, in order.
    log: Vec<String>,
    backend_id: Option<String>,
    pending: VecDeque<String>,
    written: usize,
    acknowledged: Vec<String>,
    connections: usize,
    socket: Option<Socket>,
    requests: u64,
}

impl Client {
    pub(crate) fn new(url: String, name: String) -> Self {
        Self {
            url,
            name,
            log: Vec::new(),
            backend_id: None,
            pending: VecDeque::new(),
            written: 0,
            acknowledged: Vec::new(),
            connections: 0,
            socket: None,
            requests: 0,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn log(&self) -> &[String] {
        &self.log
    }

    pub(crate) fn written(&self) -> impl Iterator<Item = String> {
        (0..self.written).map(|index| format!("{}-{index}", self.name))
    }

    pub(crate) fn acknowledged(&self) -> &[String] {
        &self.acknowledged
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections
    }

    /// Writes as long as it is told to, then until all it wrote is in the log.
    pub(crate) async fn run(mut self, writing: Arc<AtomicBool>) -> Self {
        let mut last = Instant::now();
        while writing.load(Ordering::Relaxed) || !self.pending.is_empty() {
            self.connect().await;
            // However it ends, the next connection goes on.
            let _ = self.session(&writing, &mut last).await;
            self.socket = None;
        }
        self
    }

    async fn session(&mut self, writing: &AtomicBool, last: &mut Instant) -> Option<()> {
        self.send_pull(true).await?;
        let mut caught_up = false;
        let mut pushing: Option<(String, Vec<String>)> = None;
        // Once refused, it is another client's event that says where to go on.
        let mut refused_at = None;
        loop {
            if writing.load(Ordering::Relaxed) {
                if last.elapsed() >= PACE {
                    *last = Instant::now();
                    self.pending
                        .push_back(format!("{}-{}", self.name, self.written));
                    self.written += 1;
                }
            } else if self.pending.is_empty() && pushing.is_none() {
                return None;
            }
            let free = caught_up && pushing.is_none() && refused_at != Some(self.log.len());
            if free && !self.pending.is_empty() {
                let batch: Vec<_> = self.pending.iter().take(BATCH).cloned().collect();
                let id = self.send_push(self.log.len() as u64, &batch).await;
                pushing = Some((id, batch));
            }
            let frame = match timeout(Duration::from_millis(5), self.receive()).await {
                Ok(frame) => frame?,
                Err(_) => continue,
            };
            match frame["_tag"].as_str() {
                Some("Chunk") => {
                    caught_up = self.take(&frame["values"][0]);
                }
                Some("Exit") => {
                    let Some((id, batch)) = pushing.take_if(|(id, _)| frame["requestId"] == **id)
                    else {
                        panic!("{} did not ask for {frame}", self.name);
                    };
                    let error = &frame["exit"]["cause"]["error"];
                    if frame["exit"]["_tag"] == "Success" {
                        self.acknowledged.extend(batch);
                    } else {
                        assert_eq!(error["_tag"], "ServerAheadError", "push {id}: {frame}");
                        let head = error["minimumExpectedNum"].as_u64().expect("a number");
                        refused_at = (head > self.log.len() as u64).then_some(self.log.len());
                    }
                }
                _ => {}
            }
        }
    }

    /// Takes a page of the log and says whether it was the last.
    fn take(&mut self, value: &Value) -> bool {
        let backend_id = value["backendId"].as_str().expect("an id").to_owned();
        let known = self.backend_id.get_or_insert_with(|| backend_id.clone());
        assert_eq!(*known, backend_id, "the log is another one");
        for item in value["batch"].as_array().expect("a batch") {
            let event = &item["eventEncoded"];
            let expected = self.log.len() as u64 + 1;
            assert_eq!(
                event["seqNum"], expected,
                "{}: {event} does not follow the log",
                self.name
            );
            let id = event["args"].as_str().expect("an id").to_owned();
            if self.pending.front() == Some(&id) {
                self.pending.pop_front();
            }
            self.log.push(id);
        }
        value["pageInfo"]["_tag"] == "NoMore"
    }

    /// Connects, however long it takes.
    pub(crate) async fn connect(&mut self) {
        loop {
            if let Ok((socket, _)) = connect_async(&self.url).await {
                self.socket = Some(socket);
                self.connections += 1;
                return;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn send(&mut self, frame: &Value) -> Option<()> {
        let socket = self.socket.as_mut()?;
        socket.send(Message::text(frame.to_string())).await.ok()
    }

    async fn receive(&mut self) -> Option<Value> {
        loop {
            let message = self.socket.as_mut()?.next().await?.ok()?;
            let Message::Text(text) = message else {
                continue;
            };
            let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
            if frame["_tag"] == "Chunk" {
                let ack = json!({"_tag": "Ack", "requestId": frame["requestId"]});
                // If the connection is gone, the next one asks again for what comes after.
                let _ = self.send(&ack).await;
            }
            return Some(frame);
        }
    }

    async fn send_pull(&mut self, live: bool) -> Option<()> {
        let cursor = match &self.backend_id {
            Some(id) if !self.log.is_empty() => {
                json!({"_tag": "Some", "value": {"backendId": id, "eventSequenceNumber": self.log.len()}})
            }
            _ => json!({"_tag": "None"}),
        };
        self.requests += 1;
        let pull = json!({"_tag": "Request", "id": self.requests.to_string(), "tag": "SyncWsRpc.Pull",
            "payload": {"storeId": "s", "live": live, "cursor": cursor}, "headers": []});
        self.send(&pull).await
    }

    /// Pushes behind an event; the connection may be gone.
    pub(crate) async fn send_push(&mut self, head: u64, batch: &[String]) -> String {
        let events = (head + 1..).zip(batch).map(|(seq, id)| {
            json!({"name": "n", "args": id, "seqNum": seq, "parentSeqNum": seq - 1,
                "clientId": self.name, "sessionId": "s"})
        });
        let events: Vec<_> = events.collect();
        self.requests += 1;
        let id = self.requests.to_string();
        let push = json!({"_tag": "Request", "id": id, "tag": "SyncWsRpc.Push", "payload":
            {"storeId": "s", "batch": events, "backendId": {"_tag": "None"}}, "headers": []});
        // If the connection is gone, it is found out by what does not come.
        let _ = self.send(&push).await;
        id
    }

    /// Waits for the answer of a push and says whether it was taken.
    pub(crate) async fn answer(&mut self) -> bool {
        loop {
            let frame = self.receive().await.expect("the connection is open");
            if frame["_tag"] == "Exit" {
                return frame["exit"]["_tag"] == "Success";
            }
        }
    }

    /// Reads the whole log.
    pub(crate) async fn read_all(mut self) -> Vec<String> {
        self.connect().await;
        self.send_pull(false).await.expect("it is sent");
        loop {
            let frame = self.receive().await.expect("the connection is open");
            if frame["_tag"] == "Exit" {
                return self.log;
            }
            self.take(&frame["values"][0]);
        }
    }
}
