//! The HTTP transport: one request a call, for networks that let no WebSocket through.
//!
//! Its answer is a list of frames. A pull's list is written as the log is read, so that a large log takes no
//! more memory than a small one.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::stream;
use livestore_core::sync::protocol::{
    Call, ClientFrame, PullPayload, PushPayload, Request, RequestId, RpcError, STORE_ID_HEADER,
    ServerFrame, Transport, WireError,
};

use crate::{
    auth::Action,
    frames::{Said, chunk},
    hub::{Batch, PullError, Reader, Start, StoreHandle},
    limits::Admitted,
    requests,
    server::State,
    storage::PageLimit,
    sync::{Visitor, come_again, denial, refuse},
};

/// Serves a request.
pub(crate) async fn serve(
    state: Arc<State>,
    visitor: Visitor,
    store: StoreHandle,
    admitted: Admitted,
    parts: &Parts,
    body: Body,
) -> Response {
    if parts.method != Method::POST {
        return refuse(StatusCode::METHOD_NOT_ALLOWED, "requests are sent by POST");
    }
    let named = parts.headers.get(STORE_ID_HEADER);
    if named.is_some_and(|name| name.as_bytes() != visitor.store.as_str().as_bytes()) {
        let reason = "the query and the header name different stores";
        return refuse(StatusCode::BAD_REQUEST, reason);
    }
    let body = match read_body(&state, body).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let request = match std::str::from_utf8(&body).map(ClientFrame::decode) {
        Ok(Ok(frames)) => match <[ClientFrame; 1]>::try_from(frames) {
            Ok([ClientFrame::Request(request)]) => request,
            _ => return answer(&[ServerFrame::defect("one request is expected")]),
        },
        Ok(Err(error)) => return answer(&[ServerFrame::defect(error.to_string())]),
        Err(_) => return answer(&[ServerFrame::defect("the request is not text")]),
    };
    let call = match request.call() {
        Ok((Transport::Http, call)) => call,
        Ok(_) | Err(WireError::UnknownCall { .. }) => {
            let tag = &request.tag;
            return answer(&[ServerFrame::defect(format!("unknown request tag: {tag:.100}"))]);
        }
        Err(error) => return answer(&[ServerFrame::died(request.id, error.to_string())]),
    };
    let asked = Asked {
        state,
        visitor,
        store,
        request,
    };
    if let Err(error) = requests::check(&call, asked.store.store(), &asked.state.limits) {
        return asked.fail(Said::Error(error));
    }
    match call {
        Call::Pull(pull) => asked.pull(pull, admitted).await,
        Call::Push(push) => asked.push(push).await,
        Call::Ping(_) => answer(&[ServerFrame::answered(asked.request.id)]),
        _ => asked.fail(Said::Error(RpcError::unknown("it is not for here"))),
    }
}

async fn read_body(state: &State, body: Body) -> Result<Bytes, Response> {
    let limit = state.limits.message_bytes;
    let read = axum::body::to_bytes(body, limit);
    match tokio::time::timeout(state.timeouts.body, read).await {
        Ok(Ok(body)) => Ok(body),
        // Cut off, or too large: which one is not to be found out, and the one hears nothing anyway.
        Ok(Err(_)) => {
            let reason = format!("a request has at most {limit} bytes");
            Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, &reason))
        }
        Err(_) => Err(refuse(
            StatusCode::REQUEST_TIMEOUT,
            "the request took too long",
        )),
    }
}

/// A request on its way to an answer.
struct Asked {
    state: Arc<State>,
    visitor: Visitor,
    store: StoreHandle,
    request: Request,
}

impl Asked {
    fn fail(self, said: Said) -> Response {
        match said {
            Said::Error(error) => answer(&[ServerFrame::failed(self.request.id, error)]),
            Said::ComeAgain(reason) => {
                tracing::info!(store = %self.visitor.store, reason, "the client is asked to come again");
                come_again("the store cannot be used just now")
            }
        }
    }

    async fn allow(&self, action: Action) -> Result<(), Response> {
        let (store, client) = (&self.visitor.store, &self.visitor.client);
        let grant = self.state.authorize(action, store, client).await;
        grant.map(drop).map_err(|denied| denial(&denied))
    }

    async fn push(mut self, push: PushPayload) -> Response {
        if let Some(payload) = &push.payload {
            self.visitor.client.payload = Some(Arc::new(payload.clone()));
        }
        if let Err(refused) = self.allow(Action::Push).await {
            return refused;
        }
        let push = requests::push(push, self.visitor.client.clone());
        match self.store.push(push).await {
            Ok(_) => answer(&[ServerFrame::accepted(self.request.id)]),
            Err(error) => self.fail(error.into()),
        }
    }

    async fn pull(mut self, pull: PullPayload, admitted: Admitted) -> Response {
        if let Some(payload) = &pull.payload {
            self.visitor.client.payload = Some(Arc::new(payload.clone()));
        }
        if let Err(refused) = self.allow(Action::Pull).await {
            return refused;
        }
        let start = pull.cursor.map_or_else(Start::default, Start::from);
        let limit = self.state.limits.chunk;
        let mut reader = match self.state.hub.read(&self.store, start) {
            Ok(reader) => reader,
            Err(error) => return self.fail(error.into()),
        };
        let first = match reader.next(limit).await {
            Ok(batch) => batch,
            Err(error) => return self.fail(error.into()),
        };
        let listing = Listing {
            id: self.request.id,
            reader,
            limit,
            next: Some(first),
            opened: false,
            _admitted: admitted,
        };
        let body = Body::from_stream(stream::try_unfold(Some(listing), Listing::write));
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}

/// The answer of a pull while it is written.
struct Listing {
    id: RequestId,
    reader: Reader,
    limit: PageLimit,
    next: Option<Batch>,
    opened: bool,
    _admitted: Admitted,
}

impl Listing {
    /// Writes the next piece; an error cuts the answer off, and the client asks again.
    async fn write(listing: Option<Self>) -> Result<Option<(Bytes, Option<Self>)>, PullError> {
        let Some(mut listing) = listing else {
            return Ok(None);
        };
        let batch = match listing.next.take() {
            Some(batch) => batch,
            None => listing.reader.next(listing.limit).await?,
        };
        let mut text = String::from(if listing.opened { "," } else { "[" });
        listing.opened = true;
        text.push_str(&chunk(&listing.id, &batch));
        if !listing.reader.is_caught_up() {
            return Ok(Some((text.into(), Some(listing))));
        }
        text.push(',');
        text.push_str(&ServerFrame::ended(listing.id).encode());
        text.push(']');
        Ok(Some((text.into(), None)))
    }
}

fn answer(frames: &[ServerFrame]) -> Response {
    let body = ServerFrame::encode_all(frames);
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
