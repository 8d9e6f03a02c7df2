//! A client that speaks frames and keeps nothing.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use crate::server::Server;

/// The text beside each event's time, which makes an event about 230 bytes.
const PADDING: &str =
    "some text that makes it as long as events are, a hundred bytes or so in all of them together";
/// What the last event of a writer says.
const LAST: &str = "\"last\"";

/// A connection with a live pull.
pub(crate) struct Client {
    store: String,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    head: u64,
    requests: u64,
}

impl Client {
    /// Connects and reads what is there.
    pub(crate) async fn pulling(server: &Server, store: &str) -> Self {
        let url = format!("{}/?storeId={store}&transport=ws", server.url);
        let (mut socket, _) = connect_async(url).await.expect("it connects");
        if let MaybeTlsStream::Plain(stream) = socket.get_mut() {
            stream.set_nodelay(true).expect("a socket option");
        }
        let mut client = Self {
            store: store.to_owned(),
            socket,
            head: 0,
            requests: 1,
        };
        let pull = json!({"_tag": "Request", "id": "0", "tag": "SyncWsRpc.Pull", "payload":
            {"storeId": store, "live": true, "cursor": {"_tag": "None"}}, "headers": []});
        client.send(&pull).await;
        client.receive().await.expect("an answer");
        client
    }

    pub(crate) fn head(&self) -> u64 {
        self.head
    }

    async fn send(&mut self, frame: &Value) {
        self.socket
            .send(Message::text(frame.to_string()))
            .await
            .expect("it is sent");
    }

    /// The next frame; chunks are acknowledged.
    async fn receive(&mut self) -> Option<String> {
        loop {
            let message = self.socket.next().await?.ok()?;
            if let Message::Text(text) = message {
                if text.starts_with(r#"{"_tag":"Chunk""#) {
                    let ack = r#"{"_tag":"Ack","requestId":"0"}"#;
                    self.socket.send(Message::text(ack)).await.ok()?;
                }
                return Some(text.to_string());
            }
        }
    }

    /// Pushes events that say when, and waits for the answer.
    pub(crate) async fn push(&mut self, count: u64, now: Duration) {
        self.push_with(
            count,
            json!({"sent": now.as_micros() as u64, "text": PADDING}),
        )
        .await;
    }

    /// Tells readers that this was all.
    pub(crate) async fn push_last(&mut self) {
        self.push_with(1, json!("last")).await;
    }

    async fn push_with(&mut self, count: u64, args: Value) {
        let batch: Vec<_> = (self.head + 1..=self.head + count)
            .map(|seq| {
                json!({"name": "v1.TodoCreated", "args": args, "seqNum": seq, "parentSeqNum": seq - 1,
                    "clientId": "load", "sessionId": "static"})
            })
            .collect();
        let id = self.requests.to_string();
        self.requests += 1;
        let payload = json!({"storeId": self.store, "batch": batch, "backendId": {"_tag": "None"}});
        let push = json!({"_tag": "Request", "id": id, "tag": "SyncWsRpc.Push", "payload": payload,
            "headers": []});
        self.send(&push).await;
        self.head += count;
        loop {
            let frame = self.receive().await.expect("the connection is open");
            if frame.starts_with(r#"{"_tag":"Exit""#) {
                assert!(frame.contains("Success"), "{frame}");
                return;
            }
        }
    }

    /// Waits for events and returns when they were sent; nothing once the connection is closed.
    pub(crate) async fn next_event_times(&mut self) -> Option<Vec<Duration>> {
        let frame = self.receive().await?;
        let frame: Value = serde_json::from_str(&frame).expect("frames are JSON");
        let items = frame["values"][0]["batch"].as_array()?;
        let sent = items
            .iter()
            .filter_map(|item| item["eventEncoded"]["args"]["sent"].as_u64());
        Some(sent.map(Duration::from_micros).collect())
    }

    /// Reads until the writer says that this was all, and returns how many events came.
    pub(crate) async fn read_until_told(&mut self) -> u64 {
        let mut seen = 0;
        loop {
            let frame = self.receive().await.expect("the connection is open");
            // Reading each event would be the clients' work, on the same processors.
            seen += frame.matches("\"eventEncoded\"").count() as u64;
            if frame.contains(LAST) {
                return seen;
            }
        }
    }
}
