//! What a client asks for, in the order it does: the checks of a request, and its start.

use std::{collections::VecDeque, ops::ControlFlow, sync::Arc};

use livestore_core::sync::protocol::{
    Call, Method, PullPayload, PushPayload, Request, RequestId, RpcError, ServerFrame, Transport,
    WireError,
};

use super::connection::{Connection, Job};
use crate::{
    auth::{Action, Client, Denied, Grant},
    frames::Said,
    hub::Start,
    requests,
};

/// So many requests, and bytes of them, may wait before nothing more is read.
const MAX_WAITING: usize = 32;
const MAX_WAITING_BYTES: usize = 1 << 20;

/// Requests that wait for their turn: it is found out who may do what one after the other.
#[derive(Default)]
pub(super) struct Requests {
    waiting: VecDeque<Request>,
    /// What those take.
    bytes: usize,
    /// The request the authorizer is asked about, and whether the client still wants it.
    asking: Option<(RequestId, bool)>,
}

/// What the authorizer said.
pub(super) struct Allowed {
    request: RequestId,
    call: Call,
    client: Client,
    verdict: Result<Grant, Denied>,
    /// Whether the pulls there are may go on, if that was asked.
    reading: Option<Result<Grant, Denied>>,
    bytes: usize,
}

type Go = ControlFlow<(&'static str, Option<u16>)>;

impl Requests {
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_WAITING || self.bytes >= MAX_WAITING_BYTES
    }

    pub(super) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    pub(super) fn add(&mut self, request: Request) {
        self.bytes += size(&request);
        self.waiting.push_back(request);
    }

    fn next(&mut self) -> Option<Request> {
        let request = self.waiting.pop_front()?;
        self.bytes -= size(&request);
        Some(request)
    }

    /// Drops a pull that has not started, and says whether there was one.
    pub(super) fn forget_pull(&mut self, id: &RequestId) -> bool {
        let is_pull = |request: &Request| {
            request.id == *id && request.tag == Method::Pull.tag(Transport::WebSocket)
        };
        if let Some(index) = self.waiting.iter().position(is_pull) {
            if let Some(request) = self.waiting.remove(index) {
                self.bytes -= size(&request);
            }
            return true;
        }
        match &mut self.asking {
            Some((asking, wanted)) if asking == id => std::mem::take(wanted),
            _ => false,
        }
    }
}

/// Returns about how many bytes a request takes.
fn size(request: &Request) -> usize {
    let headers = request.headers.iter();
    let headers: usize = headers.map(|(name, value)| name.len() + value.len()).sum();
    let tracing = [&request.trace_id, &request.span_id].into_iter().flatten();
    let tracing: usize = tracing.map(String::len).sum();
    request.payload.get().len() + request.tag.len() + headers + tracing
}

impl Connection {
    /// Takes what requests can be taken.
    pub(super) fn take_requests(&mut self) -> Go {
        while self.requests.asking.is_none() && !self.is_busy() {
            let Some(request) = self.requests.next() else {
                break;
            };
            self.take(request)?;
        }
        ControlFlow::Continue(())
    }

    fn take(&mut self, request: Request) -> Go {
        let id = request.id.clone();
        let bytes = size(&request);
        let call = match request.call() {
            Ok((Transport::WebSocket, call)) => call,
            Ok(_) | Err(WireError::UnknownCall { .. }) => {
                let tag = &request.tag;
                self.send(&ServerFrame::defect(format!(
                    "unknown request tag: {tag:.100}"
                )));
                return ControlFlow::Continue(());
            }
            Err(error) => {
                self.send(&ServerFrame::died(id, requests::words(&error)));
                return ControlFlow::Continue(());
            }
        };
        if let Call::Pull(_) = call {
            // However it ends: the client has not forgotten to pull.
            self.pull_seen();
        }
        if let Err(error) = requests::check(&call, self.store.store(), &self.state.limits) {
            return self.fail(id, Said::Error(error));
        }
        let (action, payload) = match &call {
            Call::Pull(pull) => (Action::Pull, pull.payload.as_ref()),
            Call::Push(push) => (Action::Push, push.payload.as_ref()),
            Call::UpdatePayload(update) => (Action::Connect, update.payload.as_ref()),
            _ => return self.fail(id, Said::Error(RpcError::unknown("it is not for here"))),
        };
        let mut client = self.client.clone();
        if let Some(payload) = payload
            && client.payload.as_deref() != Some(payload)
        {
            client.payload = Some(Arc::new(payload.clone()));
        }
        if self.state.authorizer.is_none() {
            return self.start(id, call, client, bytes);
        }
        self.requests.asking = Some((id.clone(), true));
        // What was allowed to somebody else's token is not allowed to this one yet.
        let pulling = matches!(call, Call::UpdatePayload(_)) && self.pulls.len() > 0;
        let (state, store) = (Arc::clone(&self.state), self.store.store().clone());
        self.jobs.push(Box::pin(async move {
            let verdict = state.authorize(action, &store, &client).await;
            let reading = match verdict {
                Ok(_) if pulling => Some(state.authorize(Action::Pull, &store, &client).await),
                _ => None,
            };
            Job::Allowed(Box::new(Allowed {
                request: id,
                call,
                client,
                verdict,
                reading,
                bytes,
            }))
        }));
        ControlFlow::Continue(())
    }

    /// Goes on with a request about which the authorizer was asked.
    pub(super) fn allowed(&mut self, allowed: Allowed) -> Go {
        let wanted = self.requests.asking.take().is_none_or(|(_, wanted)| wanted);
        let Allowed {
            request,
            call,
            client,
            verdict,
            reading,
            bytes,
        } = allowed;
        match verdict {
            _ if !wanted && matches!(call, Call::Pull(_)) => {}
            Ok(grant) => {
                // What may be read longer than the connection was allowed to last keeps it.
                if !matches!(call, Call::Push(_)) {
                    let reads = reading.as_ref().and_then(|reads| reads.as_ref().ok());
                    self.timers.granted(grant.and(reads));
                }
                self.start(request, call, client, bytes)?;
                if let Some(Err(denied)) = reading {
                    for pull in self.pulls.ids() {
                        self.pulls.end(&pull);
                        self.fail(pull, requests::denied(&denied))?;
                    }
                }
            }
            Err(denied) => self.fail(request, requests::denied(&denied))?,
        }
        self.take_requests()
    }

    fn start(&mut self, id: RequestId, call: Call, client: Client, bytes: usize) -> Go {
        match call {
            Call::Pull(pull) => self.start_pull(id, pull),
            Call::Push(push) => {
                self.start_push(id, push, client, bytes);
                ControlFlow::Continue(())
            }
            Call::UpdatePayload(_) => {
                self.client = client;
                self.send(&ServerFrame::accepted(id));
                ControlFlow::Continue(())
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn start_pull(&mut self, id: RequestId, pull: PullPayload) -> Go {
        let Some(live) = pull.live else {
            self.send(&ServerFrame::died(id, "the payload has no `live`"));
            return ControlFlow::Continue(());
        };
        let limits = &self.state.limits;
        if self.pulls.has(&id) || self.pulls.len() >= limits.pulls_per_connection {
            let error = RpcError::unknown("there are too many pulls, or one of this id");
            return self.fail(id, Said::Error(error));
        }
        let start = pull.cursor.map_or_else(Start::default, Start::from);
        match self.state.hub.read(&self.store, start) {
            Ok(reader) => {
                let read = self.pulls.start(id, live, reader, limits.chunk);
                self.read_on(read);
                ControlFlow::Continue(())
            }
            Err(error) => self.fail(id, error.into()),
        }
    }

    fn start_push(&mut self, id: RequestId, push: PushPayload, client: Client, bytes: usize) {
        let push = requests::push(push, client);
        let store = self.store.clone();
        self.pushing += 1;
        self.pushing_bytes += bytes;
        self.jobs.push(Box::pin(async move {
            let result = store.push(push).await;
            Job::Pushed(id, bytes, result)
        }));
    }
}
