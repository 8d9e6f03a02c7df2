//! The browser's WebSocket and `fetch`, in a page or a worker.

use futures::{SinkExt, StreamExt};
use gloo_net::{
    http::Request,
    websocket::{Message, State, WebSocketError, futures::WebSocket},
};
use wasm_bindgen::JsCast;
use web_sys::{Url, WorkerGlobalScope};

use super::{Socket, closed, refused};
use crate::sync::{BackendError, protocol::STORE_ID_HEADER};

/// Looks a relative URL up from the page.
pub(in crate::adapter::remote) fn absolute(url: &str) -> Result<String, BackendError> {
    if url.contains("://") {
        return Ok(url.to_owned());
    }
    let base = match web_sys::window() {
        Some(window) => window
            .document()
            .and_then(|document| document.base_uri().ok().flatten())
            .or_else(|| window.location().href().ok()),
        None => js_sys::global()
            .dyn_into::<WorkerGlobalScope>()
            .ok()
            .map(|worker| worker.location().href()),
    };
    base.and_then(|base| Url::new_with_base(url, &base).ok())
        .map(|url| url.href())
        .ok_or_else(|| BackendError::failed(format_args!("`{url}` is relative to nothing")))
}

/// Opens a WebSocket.
pub(in crate::adapter::remote) async fn open(url: &str) -> Result<Socket, BackendError> {
    let mut socket = WebSocket::open(url).map_err(BackendError::failed)?;
    // Ready when it is open, or never will be. A browser does not tell why.
    let ready = futures::future::poll_fn(|cx| socket.poll_ready_unpin(cx)).await;
    if ready.is_err() || !matches!(socket.state(), State::Open) {
        return Err(BackendError::offline("the WebSocket cannot be opened"));
    }
    let (sender, receiver) = socket.split();
    let sender = sender
        .sink_map_err(BackendError::offline)
        .with(async |text: String| Ok::<_, BackendError>(Message::Text(text)));
    let receiver = receiver.map(|message| match message {
        Ok(Message::Text(text)) => Ok(text),
        Ok(Message::Bytes(bytes)) => String::from_utf8(bytes).map_err(BackendError::failed),
        Err(WebSocketError::ConnectionClose(event)) => Err(closed(event.code, &event.reason)),
        Err(error) => Err(BackendError::offline(error)),
    });
    Ok((Box::pin(sender), Box::pin(receiver)))
}

/// Sends requests; the browser looks after the connections.
#[derive(Default)]
pub(in crate::adapter::remote) struct HttpClient;

impl HttpClient {
    pub(in crate::adapter::remote) async fn post(
        &self,
        url: &str,
        store: &str,
        body: String,
    ) -> Result<String, BackendError> {
        let answer = Request::post(url)
            .header("content-type", "application/json")
            .header(STORE_ID_HEADER, store)
            .body(body)
            .map_err(BackendError::failed)?
            .send()
            .await
            .map_err(BackendError::offline)?;
        let text = answer.text().await.map_err(BackendError::offline)?;
        if answer.ok() {
            return Ok(text);
        }
        let retry_after = answer.headers().get("retry-after");
        Err(refused(answer.status(), retry_after.as_deref(), &text))
    }
}
