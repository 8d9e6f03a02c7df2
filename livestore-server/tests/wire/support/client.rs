//! A client that speaks frames, and nothing else.

use std::{collections::VecDeque, time::Duration};

use futures::{
    SinkExt, StreamExt,
    stream::{SplitSink, SplitStream},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest, http::HeaderValue},
};

use super::TestServer;

/// Longer than anything takes here, shorter than a test may hang.
const PATIENCE: Duration = Duration::from_secs(20);

type Socket = WebSocketStream<Box<dyn Bytestream>>;

/// A stream of bytes, encrypted or not.
pub(crate) trait Bytestream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytestream for T {}

/// A connection to one store.
pub(crate) struct Client {
    pub(crate) store: String,
    socket: Socket,
    next_id: u64,
    /// Frames that came while another was waited for.
    kept: VecDeque<Value>,
    /// Whether chunks are acknowledged as they come.
    pub(crate) acks: bool,
}

/// How a server closed a connection.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ClosedBy {
    pub(crate) code: u16,
    pub(crate) reason: String,
}

impl Client {
    pub(crate) async fn connect(server: &TestServer, store: &str) -> Self {
        Self::open(&server.url(store), store)
            .await
            .expect("it connects")
    }

    pub(crate) async fn open(url: &str, store: &str) -> Result<Self, tungstenite::Error> {
        Self::open_with(url, store, &[]).await
    }

    pub(crate) async fn open_with(
        url: &str,
        store: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let request = url.into_client_request()?;
        let server = request.uri().authority().expect("it names a server");
        let stream = TcpStream::connect(server.as_str()).await?;
        Self::over(stream, url, store, headers).await
    }

    /// Connects through a stream that is there.
    pub(crate) async fn over(
        stream: impl Bytestream + 'static,
        url: &str,
        store: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, tungstenite::Error> {
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            let value = HeaderValue::from_str(value).expect("a header");
            request.headers_mut().insert(*name, value);
        }
        let stream: Box<dyn Bytestream> = Box::new(stream);
        let (socket, _) = client_async(request, stream).await?;
        Ok(Self {
            store: store.to_owned(),
            socket,
            next_id: 0,
            kept: VecDeque::new(),
            acks: true,
        })
    }

    pub(crate) async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.socket
            .send(Message::text(text))
            .await
            .expect("the frame is sent");
    }

    pub(crate) async fn send_binary(&mut self, bytes: Vec<u8>) {
        self.socket
            .send(Message::binary(bytes))
            .await
            .expect("the frame is sent");
    }

    /// Waits for the next frame.
    pub(crate) async fn receive(&mut self) -> Value {
        if let Some(frame) = self.kept.pop_front() {
            return frame;
        }
        self.receive_new().await.expect("the connection is open")
    }

    /// Waits for the next frame, unless there is none for a while.
    pub(crate) async fn receive_within(&mut self, time: Duration) -> Option<Value> {
        if let Some(frame) = self.kept.pop_front() {
            return Some(frame);
        }
        let frame = timeout(time, self.receive_new()).await.ok()?;
        Some(frame.expect("the connection is open"))
    }

    async fn receive_new(&mut self) -> Result<Value, ClosedBy> {
        loop {
            let message = timeout(PATIENCE, self.socket.next())
                .await
                .expect("the server says something");
            match message {
                Some(Ok(Message::Text(text))) => {
                    let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
                    if self.acks && frame["_tag"] == "Chunk" {
                        let ack = json!({"_tag": "Ack", "requestId": frame["requestId"]});
                        // The server may be closing already.
                        let _ = self.socket.send(Message::text(ack.to_string())).await;
                    }
                    return Ok(frame);
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(frame))) => {
                    let frame = frame.expect("a server says why it closes");
                    return Err(ClosedBy {
                        code: frame.code.into(),
                        reason: frame.reason.to_string(),
                    });
                }
                other => {
                    return Err(ClosedBy {
                        code: 1006,
                        reason: format!("{other:?}"),
                    });
                }
            }
        }
    }

    /// Waits for the frame that satisfies a condition; others are kept for later.
    pub(crate) async fn receive_where(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(index) = self.kept.iter().position(&wanted) {
            return self.kept.remove(index).expect("it is there");
        }
        loop {
            let frame = self.receive_new().await.expect("the connection is open");
            if wanted(&frame) {
                return frame;
            }
            self.kept.push_back(frame);
        }
    }

    /// Waits until the server closes the connection.
    pub(crate) async fn closed(&mut self) -> ClosedBy {
        loop {
            match self.receive_new().await {
                Ok(frame) => self.kept.push_back(frame),
                Err(closed) => {
                    // Completes the handshake.
                    let _ = timeout(PATIENCE, self.socket.next()).await;
                    return closed;
                }
            }
        }
    }

    /// Waits until the server closes the connection so that the client comes again.
    pub(crate) async fn told_to_come_again(&mut self) {
        let closed = self.closed().await;
        assert_eq!((closed.code, &*closed.reason), (1013, "come_again"));
    }

    /// The log's identity, asked for with an id that is nobody else's.
    pub(crate) async fn read_all_quietly(&mut self) -> Value {
        let request = json!({"_tag": "Request", "id": "quiet", "tag": "SyncWsRpc.Pull", "payload":
            {"storeId": self.store, "live": false, "cursor": {"_tag": "None"}}, "headers": []});
        self.send(&request).await;
        let value = self.values("quiet").await.remove(0);
        self.exit("quiet").await;
        value["backendId"].clone()
    }

    pub(crate) fn id(&mut self) -> String {
        self.next_id += 1;
        (self.next_id - 1).to_string()
    }

    pub(crate) async fn request(&mut self, tag: &str, payload: Value) -> String {
        let id = self.id();
        let request = json!({
            "_tag": "Request", "id": id, "tag": tag, "payload": payload,
            "traceId": "livestore-noop-trace-id", "spanId": "livestore-noop-span-id",
            "sampled": false, "headers": [],
        });
        self.send(&request).await;
        id
    }

    /// Asks for the log after a place and returns the request's id.
    pub(crate) async fn pull(&mut self, live: bool, cursor: Option<(&str, u64)>) -> String {
        let cursor = match cursor {
            None => json!({"_tag": "None"}),
            Some((backend_id, seq)) => json!({
                "_tag": "Some", "value": {"backendId": backend_id, "eventSequenceNumber": seq},
            }),
        };
        let payload = json!({"storeId": self.store, "live": live, "cursor": cursor});
        self.request("SyncWsRpc.Pull", payload).await
    }

    /// Waits for the next value of a pull.
    pub(crate) async fn value(&mut self, id: &str) -> Value {
        let frame = self
            .receive_where(|frame| frame["_tag"] == "Chunk" && frame["requestId"] == id)
            .await;
        let values = frame["values"].as_array().expect("a chunk has values");
        assert_eq!(values.len(), 1, "one value per frame");
        values[0].clone()
    }

    /// Waits for the values of a pull up to the one that says there are no more.
    pub(crate) async fn values(&mut self, id: &str) -> Vec<Value> {
        let mut values = Vec::new();
        loop {
            let value = self.value(id).await;
            let last = value["pageInfo"]["_tag"] == "NoMore";
            values.push(value);
            if last {
                return values;
            }
        }
    }

    /// Waits for live values until an event has come, and returns the numbers of all.
    pub(crate) async fn numbers_up_to(&mut self, id: &str, last: u64) -> Vec<u64> {
        let mut numbers = Vec::new();
        while numbers.last() != Some(&last) {
            numbers.extend(super::numbers(&[self.value(id).await]));
        }
        numbers
    }

    /// Waits for the end of a request.
    pub(crate) async fn exit(&mut self, id: &str) -> Value {
        let frame = self
            .receive_where(|frame| frame["_tag"] == "Exit" && frame["requestId"] == id)
            .await;
        frame["exit"].clone()
    }

    pub(crate) async fn start_push(&mut self, batch: &[Value], backend_id: Option<&str>) -> String {
        let backend_id = match backend_id {
            None => json!({"_tag": "None"}),
            Some(id) => json!({"_tag": "Some", "value": id}),
        };
        let payload = json!({"storeId": self.store, "batch": batch, "backendId": backend_id});
        self.request("SyncWsRpc.Push", payload).await
    }

    /// Pushes and waits for the answer.
    pub(crate) async fn push(&mut self, batch: &[Value]) -> Value {
        let id = self.start_push(batch, None).await;
        self.exit(&id).await
    }

    /// Pushes what must be taken.
    pub(crate) async fn push_ok(&mut self, batch: &[Value]) {
        let exit = self.push(batch).await;
        assert_eq!(exit, json!({"_tag": "Success", "value": {}}));
    }

    /// Pushes what must be refused, and returns the error.
    pub(crate) async fn push_err(&mut self, batch: &[Value]) -> Value {
        let exit = self.push(batch).await;
        assert_eq!(exit["_tag"], "Failure", "{exit}");
        assert_eq!(exit["cause"]["_tag"], "Fail", "{exit}");
        exit["cause"]["error"].clone()
    }

    /// Reads the whole log.
    pub(crate) async fn read_all(&mut self) -> Vec<Value> {
        let id = self.pull(false, None).await;
        let values = self.values(&id).await;
        assert_eq!(self.exit(&id).await, json!({"_tag": "Success"}));
        values
    }

    /// Reads the whole log and returns the frames as they came.
    pub(crate) async fn read_all_as_text(&mut self) -> String {
        let id = self.pull(false, None).await;
        let mut all = String::new();
        loop {
            let message = timeout(PATIENCE, self.socket.next())
                .await
                .expect("it answers");
            let text = message
                .expect("it is open")
                .expect("it is whole")
                .to_string();
            let frame: Value = serde_json::from_str(&text).expect("frames are JSON");
            if frame["_tag"] == "Exit" && frame["requestId"] == *id {
                return all;
            }
            all.push_str(&text);
        }
    }

    /// Gives up frames for what is under them.
    pub(crate) fn split(self) -> (SplitSink<Socket, Message>, SplitStream<Socket>) {
        self.socket.split()
    }

    pub(crate) async fn close(mut self) {
        // Either side may be first.
        let _ = self.socket.close(None).await;
    }
}
