//! The task of a connection.

mod ending;
mod messages;

use std::{future::poll_fn, ops::ControlFlow, sync::Arc};

use axum::extract::ws::WebSocket;
use futures::{StreamExt, future::BoxFuture, stream::FuturesUnordered};
use livestore_core::sync::protocol::{RequestId, ServerFrame};
use tokio::{sync::watch, time::sleep_until};

use super::{
    pulls::{Next, NextRead, Pulls, Read},
    requests::{Allowed, Requests},
    socket::{Event, Socket},
    timers::{Due, RESTART, TOO_LARGE, TRY_AGAIN, Timers},
};
use crate::{
    auth::Client,
    frames::{Said, chunk},
    hub::{PushDone, PushError, StoreHandle},
    limits::Bucket,
    server::State,
    sync::Visitor,
};

/// A connection of a client to a store.
pub(super) struct Connection {
    pub(super) state: Arc<State>,
    pub(super) store: StoreHandle,
    pub(super) client: Client,
    /// Whether the client knows what we add to LiveStore's protocol.
    pub(super) extended: bool,
    pub(super) socket: Socket,
    pub(super) pulls: Pulls,
    pub(super) requests: Requests,
    pub(super) jobs: FuturesUnordered<BoxFuture<'static, Job>>,
    /// Pulls that read on once there is room for what they read.
    stalled: Vec<NextRead>,
    pub(super) timers: Timers,
    /// Pushes that the hub has and not answered.
    pub(super) pushing: usize,
    pub(super) pushing_bytes: usize,
    /// Pushes that were taken, with their answers, until their echoes are on their way.
    held: Vec<(PushDone, String)>,
    bucket: Bucket,
    closing: watch::Receiver<bool>,
}

/// Something the connection waited for.
pub(super) enum Job {
    Read(Option<Read>),
    /// With the bytes of its request.
    Pushed(RequestId, usize, Result<PushDone, PushError>),
    Allowed(Box<Allowed>),
}

/// Why the connection ends: the reason for the metrics, and the code to close with unless it is closed.
type End = (&'static str, Option<u16>);

enum Happened {
    Socket(Event),
    Job(Job),
    Time,
    Closing,
}

impl Connection {
    pub(super) fn new(
        state: Arc<State>,
        visitor: Visitor,
        store: StoreHandle,
        socket: WebSocket,
    ) -> Self {
        Self {
            store,
            client: visitor.client,
            extended: visitor.query.extension.is_some(),
            socket: Socket::new(socket),
            pulls: Pulls::default(),
            requests: Requests::default(),
            jobs: FuturesUnordered::new(),
            stalled: Vec::new(),
            timers: Timers::new(state.timeouts.clone(), visitor.grant),
            pushing: 0,
            pushing_bytes: 0,
            held: Vec::new(),
            bucket: Bucket::new(state.limits.frames_per_second),
            closing: state.closing.subscribe(),
            state,
        }
    }

    /// Runs until either side ends it, and says why.
    pub(super) async fn run(mut self) -> &'static str {
        let (reason, code) = loop {
            let happened = self.next().await;
            let pulls = self.pulls.len();
            let on = self.handle(happened);
            self.release_held();
            self.count(pulls);
            if let ControlFlow::Break(end) = on {
                break end;
            }
        };
        self.state.metrics.pulls.dec_by(self.pulls.len() as i64);
        if let Some(code) = code {
            self.say_goodbye(code, reason).await;
        }
        self.finish_pushes().await;
        reason
    }

    async fn next(&mut self) -> Happened {
        let closing = self.timers.closing_until.is_some();
        let read = !closing
            && self.timers.throttled_until.is_none()
            && !self.socket.is_full()
            && !self.requests.is_full();
        let at = self.timers.next(self.socket.blocked_since(), self.extended);
        let Self {
            socket,
            jobs,
            closing: server_closes,
            ..
        } = self;
        tokio::select! {
            event = poll_fn(|cx| socket.poll(cx, read)) => Happened::Socket(event),
            Some(job) = jobs.next() => Happened::Job(job),
            () = sleep_until(at) => Happened::Time,
            _ = server_closes.wait_for(|closes| *closes), if !closing => Happened::Closing,
        }
    }

    fn handle(&mut self, happened: Happened) -> ControlFlow<End> {
        match happened {
            Happened::Socket(Event::Message(message)) => self.message(message)?,
            Happened::Socket(Event::Room) => {
                for read in std::mem::take(&mut self.stalled) {
                    self.read_on(read);
                }
                self.take_requests()?;
            }
            Happened::Socket(Event::Gone) => return ControlFlow::Break(("gone", None)),
            Happened::Socket(Event::TooLarge) => {
                return ControlFlow::Break(("too_large", Some(TOO_LARGE)));
            }
            Happened::Job(Job::Read(None)) => {}
            Happened::Job(Job::Read(Some(read))) => self.read(read)?,
            Happened::Job(Job::Pushed(request, bytes, result)) => {
                self.pushed(request, bytes, result)?;
            }
            Happened::Job(Job::Allowed(allowed)) => self.allowed(*allowed)?,
            Happened::Time => self.time()?,
            Happened::Closing => self.timers.start_closing(),
        }
        let finished = self.pushing == 0 && self.held.is_empty();
        if self.timers.closing_until.is_some() && finished {
            return ControlFlow::Break(("shutdown", Some(RESTART)));
        }
        ControlFlow::Continue(())
    }

    fn read(&mut self, read: Read) -> ControlFlow<End> {
        if !self.pulls.wants(&read.pull) {
            return ControlFlow::Continue(());
        }
        let (batch, read) = match read.result {
            Ok(batch) => (batch, read.pull),
            Err(error) => {
                self.pulls.end(&read.pull.request);
                return self.fail(read.pull.request, error.into());
            }
        };
        let metrics = &self.state.metrics;
        metrics.chunks.inc();
        metrics.sent_events.inc_by(batch.events.len() as u64);
        let request = read.request.clone();
        self.socket.send(chunk(&request, &batch));
        let limits = &self.state.limits;
        match self.pulls.sent(read, limits.chunks_ahead, limits.chunk) {
            Next::Read(read) => self.read_on(read),
            Next::Wait => {}
            Next::End => self.send(&ServerFrame::ended(request)),
        }
        ControlFlow::Continue(())
    }

    /// Has a pull read on, once what was read before is written.
    pub(super) fn read_on(&mut self, read: NextRead) {
        if self.socket.is_full() {
            self.stalled.push(read);
        } else {
            self.jobs.push(Box::pin(async { Job::Read(read.await) }));
        }
    }

    fn pushed(
        &mut self,
        request: RequestId,
        bytes: usize,
        result: Result<PushDone, PushError>,
    ) -> ControlFlow<End> {
        self.pushing -= 1;
        self.pushing_bytes -= bytes;
        match result {
            Ok(done) => {
                let answer = ServerFrame::accepted(request).encode();
                self.held.push((done, answer));
            }
            Err(error) => self.fail(request, error.into())?,
        }
        self.take_requests()
    }

    /// Answers the pushes whose echoes are on their way, so that a client hears of its events first.
    fn release_held(&mut self) {
        let (pulls, socket) = (&self.pulls, &mut self.socket);
        self.held.retain_mut(|(done, answer)| {
            let now = pulls.have_sent(done.head);
            if now {
                socket.send(std::mem::take(answer));
            }
            !now
        });
    }

    fn time(&mut self) -> ControlFlow<End> {
        match self.timers.due(self.socket.blocked_since(), self.extended) {
            Some(Due::Ping) => self.socket.ping(),
            Some(Due::Refresh) => self.send(&ServerFrame::RefreshPayload),
            Some(Due::Close(reason, code)) => return ControlFlow::Break((reason, Some(code))),
            Some(Due::Unthrottle) | None => {}
        }
        ControlFlow::Continue(())
    }

    pub(super) fn send(&mut self, frame: &ServerFrame) {
        self.socket.send(frame.encode());
    }

    /// Tells the client what went wrong with a request, or to come again.
    pub(super) fn fail(&mut self, request: RequestId, said: Said) -> ControlFlow<End> {
        match said {
            Said::Error(error) => {
                self.send(&ServerFrame::failed(request, error));
                ControlFlow::Continue(())
            }
            Said::ComeAgain(reason) => {
                tracing::info!(reason, "the client is asked to come again");
                ControlFlow::Break(("come_again", Some(TRY_AGAIN)))
            }
        }
    }

    fn count(&mut self, pulls_before: usize) {
        let metrics = &self.state.metrics;
        metrics.sent_bytes.inc_by(self.socket.take_sent_bytes());
        metrics
            .pulls
            .inc_by(self.pulls.len() as i64 - pulls_before as i64);
    }

    /// Whether the connection has so much under way that no more requests are taken.
    pub(super) fn is_busy(&self) -> bool {
        self.pushing >= MAX_PUSHING
            || self.pushing_bytes >= MAX_PUSHING_BYTES
            || self.socket.is_full()
    }

    pub(super) fn pull_seen(&mut self) {
        self.timers.has_pulled = true;
    }
}

/// The pushes of one connection that may be under way at once; clients have one.
const MAX_PUSHING: usize = 16;
/// So many bytes of pushes may be under way before none is added to them.
const MAX_PUSHING_BYTES: usize = 4 << 20;
