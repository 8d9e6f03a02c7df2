//! The browser's WebSocket and `fetch`, in a page or a worker.

use futures::{SinkExt, StreamExt, stream};
use gloo_net::{
    http::Request,
    websocket::{Message, State, WebSocketError, futures::WebSocket},
};
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Url, WorkerGlobalScope};

use super::{Answer, Socket, closed, refused, words};
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
    ) -> Result<Answer, BackendError> {
        let answer = Request::post(url)
            .header("content-type", "application/json")
            .header(STORE_ID_HEADER, store)
            .body(body)
            .map_err(BackendError::failed)?
            .send()
            .await
            .map_err(BackendError::offline)?;
        let mut body = pieces(answer.body().map(JsValue::from));
        if answer.ok() {
            return Ok(body);
        }
        let retry_after = answer.headers().get("retry-after");
        let words = words(&mut body).await;
        Err(refused(answer.status(), retry_after.as_deref(), &words))
    }
}

#[wasm_bindgen]
extern "C" {
    /// A body's stream.
    type Readable;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &Readable) -> Result<Reader, JsValue>;

    /// What reads it.
    type Reader;
    #[wasm_bindgen(method)]
    fn read(this: &Reader) -> Promise;
    #[wasm_bindgen(method)]
    fn cancel(this: &Reader) -> Promise;
}

/// A body that is not wanted any more is not downloaded either.
struct Body(Reader);

impl Drop for Body {
    fn drop(&mut self) {
        // Nobody hears whether it did any good; a promise without a listener would be reported.
        let cancelled = JsFuture::from(self.0.cancel());
        wasm_bindgen_futures::spawn_local(async { drop(cancelled.await) });
    }
}

impl Body {
    async fn next(&self) -> Result<Option<Vec<u8>>, JsValue> {
        let read = JsFuture::from(self.0.read()).await?;
        if Reflect::get(&read, &"done".into())?.is_truthy() {
            return Ok(None);
        }
        let bytes = Reflect::get(&read, &"value".into())?;
        Ok(Some(Uint8Array::new(&bytes).to_vec()))
    }
}

/// Returns what comes; an answer can have no body at all.
fn pieces(body: Option<JsValue>) -> Answer {
    let failed = |error: JsValue| {
        let words = error
            .dyn_ref::<js_sys::Error>()
            .map(|error| String::from(error.message()));
        BackendError::offline(words.unwrap_or_else(|| "the answer was cut off".to_owned()))
    };
    let Some(body) = body else {
        return Box::pin(stream::empty());
    };
    let body = match body.unchecked_into::<Readable>().get_reader() {
        Ok(reader) => Body(reader),
        Err(error) => return Box::pin(stream::iter([Err(failed(error))])),
    };
    Box::pin(stream::unfold(Some(body), move |body| async move {
        let body = body?;
        match body.next().await {
            Ok(bytes) => Some((Ok(bytes?), Some(body))),
            Err(error) => Some((Err(failed(error)), None)),
        }
    }))
}
