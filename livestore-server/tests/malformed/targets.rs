//! What malformed input is given to, and what must hold whatever it is. The fuzzer in `../../fuzz` has the same targets.

use std::{io, time::Duration};

use livestore_core::sync::protocol::{ClientFrame, ConnectQuery, ServerFrame};
use livestore_server::{SyncServer, storage::MemoryStore};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    runtime::Runtime,
};

/// Reads an input as everything that comes as text over the wire, at either end.
///
/// # Panics
/// When what was read says something else once it is written and read again.
pub(crate) fn frames(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    if let Ok(frames) = ClientFrame::decode(text) {
        for frame in frames {
            if let ClientFrame::Request(request) = &frame {
                let _ = request.call();
            }
            let written = frame.encode();
            let again = ClientFrame::decode(&written).expect("what is written can be read");
            assert!(
                matches!(&again[..], [frame] if frame.encode() == written),
                "a frame changes when it is written and read: {written}"
            );
        }
    }
    if let Ok(frames) = ServerFrame::decode(text) {
        for frame in frames {
            if let ServerFrame::Chunk { values, .. } = &frame {
                let _ = values.decode();
            }
            let written = frame.encode();
            let again = ServerFrame::decode(&written).expect("what is written can be read");
            assert!(
                matches!(&again[..], [frame] if frame.encode() == written),
                "a frame changes when it is written and read: {written}"
            );
        }
    }
    if let Ok(query) = ConnectQuery::parse(text) {
        let written = query.encode();
        let again = ConnectQuery::parse(&written).expect("what is written can be read");
        assert_eq!(again.encode(), written);
    }
}

/// A server, and clients that talk to it in memory, one input after the other.
#[derive(Debug)]
pub(crate) struct Surface {
    runtime: Runtime,
    server: SyncServer,
    inputs: u32,
}

/// What is read and written at once; smaller than most inputs, so that these come in pieces.
const PIPE: usize = 256;
/// Inputs after which a new server stands there, because what was accepted stays in its store.
const INPUTS_PER_SERVER: u32 = 2_000;
/// Longer than any timeout of the server. The clock is made up: it jumps when everything waits.
const HANGS: Duration = Duration::from_secs(600);

impl Surface {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime can be built");
        let server = runtime.block_on(async { server() });
        Self {
            runtime,
            server,
            inputs: 0,
        }
    }

    /// Sends an input as it is, as the bytes of a connection.
    ///
    /// # Panics
    /// When the connection does not end, or the server counts it after its end.
    pub(crate) fn bytes(&mut self, input: &[u8]) {
        self.talk(|mut client| async move {
            let (mut read, mut write) = tokio::io::split(&mut client);
            let send = async {
                // The server may have enough before all is sent.
                let _ = write.write_all(input).await;
                let _ = write.shutdown().await;
            };
            let mut answer = Vec::new();
            let (_, received) = tokio::join!(send, read.read_to_end(&mut answer));
            ended(received);
        });
    }

    /// Sends an input as a request that has got through the parsers of HTTP: its first line is the query, the rest
    /// is the body.
    ///
    /// # Panics
    /// When there is no answer.
    pub(crate) fn request(&mut self, input: &[u8]) {
        let end = input.iter().position(|byte| *byte == b'\n');
        let (query, body) = input.split_at(end.unwrap_or(input.len()));
        let query: String = query.iter().copied().map(in_query).collect();
        let head = format!(
            "POST /?{query} HTTP/1.1\r\nhost: here\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let request = [head.as_bytes(), body].concat();
        self.bytes(&request);
    }

    /// Sends the lines of an input as the messages of a WebSocket.
    ///
    /// # Panics
    /// When the connection does not end once the client closes it.
    pub(crate) fn messages(&mut self, input: &[u8]) {
        use futures::{SinkExt, StreamExt};
        use tokio_tungstenite::{client_async, tungstenite::Message};
        self.talk(|client| async move {
            let url = "ws://here/?storeId=s&transport=ws&livestore-rs=1";
            let (socket, _) = client_async(url, client).await.expect("it connects");
            let (mut write, read) = socket.split();
            let send = async {
                for line in input.split(|byte| *byte == b'\n') {
                    let message = match std::str::from_utf8(line) {
                        Ok(text) => Message::text(text),
                        Err(_) => Message::binary(line.to_vec()),
                    };
                    if write.send(message).await.is_err() {
                        return;
                    }
                }
                let _ = write.close().await;
            };
            tokio::join!(send, read.for_each(async |_| {}));
        });
    }

    fn talk<Fut: Future<Output = ()>>(&mut self, client: impl FnOnce(DuplexStream) -> Fut) {
        self.inputs += 1;
        if self.inputs.is_multiple_of(INPUTS_PER_SERVER) {
            self.server = self.runtime.block_on(async { server() });
        }
        let server = self.server.clone();
        self.runtime.block_on(async {
            let (near, far) = duplex(PIPE);
            let served = tokio::spawn(async move { server.serve_stream(far, None).await });
            let both = async {
                client(near).await;
                served.await.expect("the server does not panic");
                while !is_empty(&self.server) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            let ended = tokio::time::timeout(HANGS, both).await;
            ended.expect("the connection ends");
        });
    }
}

fn server() -> SyncServer {
    SyncServer::builder()
        .storage(MemoryStore::new())
        .validate(|_, event| match event.name.contains("refused") {
            true => Err("it is refused".to_owned()),
            false => Ok(()),
        })
        .build()
        .expect("it has a storage and a runtime")
}

/// Whether no connection is left that the server counts.
fn is_empty(server: &SyncServer) -> bool {
    let metrics = server.metrics().encode();
    let mut lines = metrics.lines();
    lines.any(|line| line == "livestore_connections 0")
}

/// What can stand in a request's first line; the rest is percent-encoded by browsers.
fn in_query(byte: u8) -> char {
    match byte {
        b'!'..=b'~' if byte != b'#' => char::from(byte),
        _ => '_',
    }
}

fn ended(received: io::Result<usize>) {
    if let Err(error) = received {
        let kind = error.kind();
        assert!(
            matches!(
                kind,
                io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
            ),
            "the connection ends with {error}"
        );
    }
}
