//! The HTTP transport: one request a call, for networks that let no WebSocket through.
//!
//! Its answer is a list of frames. A pull's list is written as the log is read, so that a large log takes no
//! more memory than a small one.

use std::{error::Error, io, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::{Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures::{SinkExt, Stream, StreamExt, channel::mpsc, stream};
use livestore_core::sync::protocol::{
    Call, ClientFrame, PullPayload, PushPayload, Request, RequestId, RpcError, STORE_ID_HEADER,
    ServerFrame, Transport, WireError,
};
use tokio::time::timeout;

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
    let frames = match std::str::from_utf8(&body) {
        Ok(text) if requests::has_more_frames(text, 1) => Ok(Ok(Vec::new())),
        text => text.map(ClientFrame::decode),
    };
    let request = match frames {
        Ok(Ok(frames)) => match <[ClientFrame; 1]>::try_from(frames) {
            Ok([ClientFrame::Request(request)]) => request,
            _ => return answer(&[ServerFrame::defect("one request is expected")]),
        },
        Ok(Err(error)) => return answer(&[ServerFrame::defect(requests::words(&error))]),
        Err(_) => return answer(&[ServerFrame::defect("the request is not text")]),
    };
    if let Err(reason) = requests::check_id(&request.id) {
        return answer(&[ServerFrame::defect(reason)]);
    }
    let call = match request.call() {
        Ok((Transport::Http, call)) => call,
        Ok(_) | Err(WireError::UnknownCall { .. }) => {
            let tag = &request.tag;
            return answer(&[ServerFrame::defect(format!(
                "unknown request tag: {tag:.100}"
            ))]);
        }
        Err(error) => return answer(&[ServerFrame::died(request.id, requests::words(&error))]),
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
    match timeout(state.timeouts.body, read).await {
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
        let pieces = stream::try_unfold(Some(listing), Listing::write);
        let body = Body::from_stream(taken_in_time(pieces, self.state.timeouts.write));
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

/// Hands a stream's pieces on, and gives the stream up when one of them is not taken in time: whoever does not read
/// must not keep what it stands on.
fn taken_in_time<E>(
    pieces: impl Stream<Item = Result<Bytes, E>> + Send + 'static,
    time: Duration,
) -> impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static
where
    E: Into<Box<dyn Error + Send + Sync>> + Send + 'static,
{
    let (mut put, taken) = mpsc::channel(0);
    tokio::spawn(async move {
        let mut pieces = std::pin::pin!(pieces);
        loop {
            let piece = pieces.next().await;
            let over = piece.is_none();
            let put = put.send(piece.map(|piece| piece.map_err(io::Error::other)));
            if over | !matches!(timeout(time, put).await, Ok(Ok(()))) {
                return;
            }
        }
    });
    stream::unfold(Some(taken), async |taken| {
        let mut taken = taken?;
        match taken.next().await {
            Some(piece) => Some((piece?, Some(taken))),
            None => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    })
}

fn answer(frames: &[ServerFrame]) -> Response {
    let body = ServerFrame::encode_all(frames);
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}
