//! A server that does what it is told, right or wrong.

// The type of the handshake's answer is tungstenite's.
#![allow(clippy::result_large_err)]

#[path = "mock/http.rs"]
mod http;
#[path = "mock/log.rs"]
mod log;

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    thread,
};

use futures::{
    SinkExt, StreamExt,
    channel::mpsc::{UnboundedSender, unbounded},
};
use livestore_core::sync::protocol::{
    Call, ClientFrame, ConnectQuery, RequestId, RpcError, ServerFrame, WireEvent,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::{
    Message,
    handshake::server::{ErrorResponse, Request, Response},
    protocol::CloseFrame,
};

/// What becomes of a push.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    /// It is taken, and told to all who pull, before it is answered.
    Take,
    /// It is answered before it is told to anybody.
    AnswerFirst,
    /// It is taken, and the connection is gone before anybody is told.
    TakeAndVanish,
    /// The connection is gone.
    Vanish,
    /// It fails.
    Fail(RpcError),
    /// It fails in a way that nobody foresaw.
    Die,
    /// It is answered by this text; `ID` stands for the request's id.
    Say(&'static str),
    /// Nobody answers.
    Ignore,
}

/// What goes over a connection.
enum Out {
    Text(String),
    Close(u16, &'static str),
    Vanish,
}

struct Line {
    out: UnboundedSender<Out>,
    pull: Option<RequestId>,
}

/// What the server is, and what it has seen.
pub(crate) struct State {
    pub(crate) backend_id: String,
    pub(crate) log: Vec<WireEvent>,
    /// What becomes of the next pushes; afterwards they are taken.
    pub(crate) plans: VecDeque<Plan>,
    /// The status that upgrades are refused with.
    pub(crate) refuse: Option<u16>,
    /// The status that HTTP requests are refused with.
    pub(crate) refuse_http: Option<u16>,
    pub(crate) pongs: bool,
    /// Whether it knows our additions.
    pub(crate) extended: bool,
    /// How many events a page has.
    pub(crate) page: usize,
    /// Whether all pages of a backlog come in one chunk.
    pub(crate) one_chunk: bool,
    /// Whether a backlog ends with a page that says so.
    pub(crate) says_no_more: bool,
    /// Whether it sends the next page only when the last one is acknowledged.
    pub(crate) waits_for_acks: bool,
    /// The token that it takes.
    pub(crate) token: Option<&'static str>,
    /// How many frames it sends before the connection is gone, for the next connections.
    pub(crate) cuts: VecDeque<usize>,
    pub(crate) queries: Vec<ConnectQuery>,
    pub(crate) seen: Vec<ClientFrame>,
    pub(crate) requests_by_http: usize,
    lines: HashMap<u64, Line>,
    waiting: HashMap<RequestId, VecDeque<String>>,
}

#[derive(Clone)]
pub(crate) struct Mock {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Mock {
    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let mock = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(Mutex::new(State::new())),
        };
        let serving = mock.clone();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).unwrap();
                for id in 0.. {
                    let (stream, _) = listener.accept().await.unwrap();
                    tokio::spawn(serving.clone().serve(stream, id));
                }
            });
        });
        mock
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/sync", self.address)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How many WebSockets are open.
    pub(crate) fn connections(&self) -> usize {
        self.state().lines.len()
    }

    /// Whether somebody pulls.
    pub(crate) fn is_pulled(&self) -> bool {
        let state = self.state();
        state.requests_by_http > 1 || state.lines.values().any(|line| line.pull.is_some())
    }

    /// Sends a text over all connections.
    pub(crate) fn say(&self, text: &str) {
        for line in self.state().lines.values() {
            let _ = line.out.unbounded_send(Out::Text(text.to_owned()));
        }
    }

    /// Sends a text about the live pull; `ID` stands for its id.
    pub(crate) fn say_to_pulls(&self, text: &str) {
        for line in self.state().lines.values() {
            if let Some(id) = &line.pull {
                let text = text.replace("ID", id.as_json());
                let _ = line.out.unbounded_send(Out::Text(text));
            }
        }
    }

    /// Closes all connections.
    pub(crate) fn close(&self, code: u16, reason: &'static str) {
        for (_, line) in self.state().lines.drain() {
            let _ = line.out.unbounded_send(Out::Close(code, reason));
        }
    }

    async fn serve(self, stream: TcpStream, id: u64) {
        let mut start = [0; 4];
        while stream.peek(&mut start).await.unwrap_or(0) < start.len() {
            tokio::task::yield_now().await;
        }
        if &start == b"POST" {
            return http::serve(self, stream).await;
        }
        let socket = tokio_tungstenite::accept_hdr_async(stream, |request: &Request, answer| {
            self.admit(request, answer)
        });
        let Ok(socket) = socket.await else {
            return;
        };
        let (out, mut outgoing) = unbounded();
        let mut left = {
            let mut state = self.state();
            state.lines.insert(id, Line { out, pull: None });
            state.cuts.pop_front()
        };
        let (mut sender, mut receiver) = socket.split();
        let mock = self.clone();
        let send = async {
            while let Some(out) = outgoing.next().await {
                match out {
                    _ if left == Some(0) => return,
                    Out::Vanish => return,
                    Out::Close(code, reason) => {
                        let frame = CloseFrame {
                            code: code.into(),
                            reason: reason.into(),
                        };
                        let _ = sender.send(Message::Close(Some(frame))).await;
                        return;
                    }
                    Out::Text(text) => {
                        let _ = sender.send(Message::text(text)).await;
                        left = left.map(|left| left - 1);
                    }
                }
            }
        };
        let receive = async {
            while let Some(Ok(message)) = receiver.next().await {
                if let Message::Text(text) = message {
                    for frame in ClientFrame::decode(&text).unwrap() {
                        mock.state().take(id, frame);
                    }
                }
            }
        };
        futures::future::select(Box::pin(send), Box::pin(receive)).await;
        self.state().lines.remove(&id);
    }

    fn admit(&self, request: &Request, answer: Response) -> Result<Response, ErrorResponse> {
        let mut state = self.state();
        let query = ConnectQuery::parse(request.uri().query().unwrap()).unwrap();
        let allowed = state.allows(query.payload.as_ref());
        state.queries.push(query);
        let refuse = state.refuse.or((!allowed).then_some(401));
        match refuse {
            Some(status) => {
                let mut answer = ErrorResponse::new(Some("a wrong token".to_owned()));
                *answer.status_mut() = status.try_into().unwrap();
                Err(answer)
            }
            None => Ok(answer),
        }
    }
}

impl State {
    fn new() -> Self {
        Self {
            backend_id: "first".to_owned(),
            log: Vec::new(),
            plans: VecDeque::new(),
            refuse: None,
            refuse_http: Some(404),
            pongs: true,
            extended: true,
            page: 100,
            one_chunk: false,
            says_no_more: true,
            waits_for_acks: false,
            token: None,
            cuts: VecDeque::new(),
            queries: Vec::new(),
            seen: Vec::new(),
            requests_by_http: 0,
            lines: HashMap::new(),
            waiting: HashMap::new(),
        }
    }

    fn take(&mut self, line: u64, frame: ClientFrame) {
        self.seen.push(frame.clone());
        match frame {
            ClientFrame::Ping if self.pongs => {
                self.send(line, &ServerFrame::pong(self.extended));
            }
            ClientFrame::Request(request) => match request.call().unwrap().1 {
                Call::Pull(pull) => self.pull(line, request.id, &pull),
                Call::Push(push) => self.plan(line, request.id, push),
                Call::UpdatePayload(update) => {
                    let frame = match self.check(update.payload.as_ref()) {
                        Ok(()) => ServerFrame::accepted(request.id),
                        Err(error) => ServerFrame::failed(request.id, error),
                    };
                    self.send(line, &frame);
                }
                other => panic!("{other:?}"),
            },
            ClientFrame::Ack { request_id } if self.waits_for_acks => {
                if let Some(text) = self
                    .waiting
                    .get_mut(&request_id)
                    .and_then(VecDeque::pop_front)
                {
                    self.say(line, text);
                }
            }
            _ => {}
        }
    }

    fn send(&self, line: u64, frame: &ServerFrame) {
        self.say(line, frame.encode());
    }

    fn say(&self, line: u64, text: String) {
        self.out(line, Out::Text(text));
    }

    fn out(&self, line: u64, out: Out) {
        if let Some(line) = self.lines.get(&line) {
            let _ = line.out.unbounded_send(out);
        }
    }

    /// How many pushes have come.
    pub(crate) fn pushes(&self) -> Vec<livestore_core::sync::protocol::PushPayload> {
        let calls = self.seen.iter().filter_map(|frame| match frame {
            ClientFrame::Request(request) => Some(request.call().unwrap().1),
            _ => None,
        });
        calls
            .filter_map(|call| match call {
                Call::Push(push) => Some(push),
                _ => None,
            })
            .collect()
    }
}
