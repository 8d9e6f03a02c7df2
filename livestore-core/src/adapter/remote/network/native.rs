//! TCP, TLS where the URL asks for it, and on top of it a WebSocket or HTTP.

use std::{
    cell::RefCell,
    io,
    rc::Rc,
    sync::{Arc, LazyLock},
};

use futures::{SinkExt, StreamExt, stream};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, Uri,
    body::{Bytes, Incoming},
    client::conn::http1::{self, SendRequest},
    header,
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{self, pki_types::ServerName},
};
use tokio_tungstenite::tungstenite::{self, Message, protocol::CloseFrame};

use super::{Answer, Socket, closed, refused, words};
use crate::sync::{BackendError, protocol::STORE_ID_HEADER};

/// There is no page that a URL could be relative to.
pub(in crate::adapter::remote) fn absolute(url: &str) -> Result<String, BackendError> {
    Ok(url.to_owned())
}

/// A stream of bytes, encrypted or not.
trait Bytestream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytestream for T {}

/// Opens a WebSocket.
pub(in crate::adapter::remote) async fn open(url: &str) -> Result<Socket, BackendError> {
    let stream = connect(&parse(url)?).await?;
    let opened = tokio_tungstenite::client_async(url, stream).await;
    let (socket, _) = opened.map_err(|error| match error {
        tungstenite::Error::Http(answer) => {
            let retry_after = answer.headers().get(header::RETRY_AFTER);
            let retry_after = retry_after.and_then(|value| value.to_str().ok());
            let body = answer.body().as_deref().unwrap_or_default();
            let status = answer.status().as_u16();
            refused(status, retry_after, &String::from_utf8_lossy(body))
        }
        error => BackendError::offline(error),
    })?;
    let (sender, receiver) = socket.split();
    let sender = sender
        .sink_map_err(BackendError::offline)
        .with(async |text: String| Ok::<_, BackendError>(Message::text(text)));
    let receiver = receiver.filter_map(async |message| match message {
        Ok(Message::Text(text)) => Some(Ok(text.to_string())),
        Ok(Message::Binary(bytes)) => {
            Some(String::from_utf8(bytes.into()).map_err(BackendError::failed))
        }
        Ok(Message::Close(frame)) => {
            let CloseFrame { code, reason } = frame.unwrap_or(CloseFrame {
                code: tungstenite::protocol::frame::coding::CloseCode::Status,
                reason: Default::default(),
            });
            Some(Err(closed(code.into(), &reason)))
        }
        // Answered by the library.
        Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => None,
        Err(error) => Some(Err(BackendError::offline(error))),
    });
    Ok((Box::pin(sender), Box::pin(receiver)))
}

type Sender = SendRequest<Full<Bytes>>;

/// Sends requests, one after the other over the same stream while the server keeps it open.
#[derive(Default)]
pub(in crate::adapter::remote) struct HttpClient {
    idle: Rc<RefCell<Option<Sender>>>,
}

impl HttpClient {
    pub(in crate::adapter::remote) async fn post(
        &self,
        url: &str,
        store: &str,
        body: String,
    ) -> Result<Answer, BackendError> {
        let uri = parse(url)?;
        let body = Bytes::from(body);
        let idle = self.idle.take().filter(|idle| !idle.is_closed());
        let mut answer = None;
        if let Some(idle) = idle {
            // The server may have closed it meanwhile.
            answer = self.send(idle, &uri, store, body.clone()).await.ok();
        }
        let (answer, sender) = match answer {
            Some(answer) => answer,
            None => {
                let stream = TokioIo::new(connect(&uri).await?);
                let (sender, connection) = http1::handshake(stream)
                    .await
                    .map_err(BackendError::offline)?;
                tokio::task::spawn_local(connection);
                self.send(sender, &uri, store, body).await?
            }
        };
        let status = answer.status();
        let retry_after = answer.headers().get(header::RETRY_AFTER).cloned();
        let mut answer = self.pieces(answer.into_body(), sender);
        if status.is_success() {
            return Ok(answer);
        }
        let retry_after = retry_after.as_ref().and_then(|value| value.to_str().ok());
        let words = words(&mut answer).await;
        Err(refused(status.as_u16(), retry_after, &words))
    }

    /// Returns what comes; after its end the stream is free for another request.
    fn pieces(&self, body: Incoming, sender: Sender) -> Answer {
        let idle = Rc::clone(&self.idle);
        Box::pin(stream::unfold(Some((body, sender)), move |state| {
            let idle = Rc::clone(&idle);
            async move {
                let (mut body, sender) = state?;
                loop {
                    match body.frame().await {
                        Some(Ok(frame)) => {
                            if let Ok(bytes) = frame.into_data() {
                                return Some((Ok(bytes.to_vec()), Some((body, sender))));
                            }
                        }
                        Some(Err(error)) => {
                            return Some((Err(BackendError::offline(error)), None));
                        }
                        None => {
                            *idle.borrow_mut() = Some(sender);
                            return None;
                        }
                    }
                }
            }
        }))
    }

    async fn send(
        &self,
        mut sender: Sender,
        uri: &Uri,
        store: &str,
        body: Bytes,
    ) -> Result<(Response<Incoming>, Sender), BackendError> {
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let host = uri.authority().map_or("", |authority| authority.as_str());
        let request = Request::post(target)
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(STORE_ID_HEADER, store)
            .body(Full::new(body))
            .map_err(BackendError::failed)?;
        sender.ready().await.map_err(BackendError::offline)?;
        let answer = sender
            .send_request(request)
            .await
            .map_err(BackendError::offline)?;
        Ok((answer, sender))
    }
}

fn parse(url: &str) -> Result<Uri, BackendError> {
    url.parse()
        .map_err(|error| BackendError::failed(format_args!("`{url}` is no URL: {error}")))
}

async fn connect(uri: &Uri) -> Result<Box<dyn Bytestream>, BackendError> {
    let secure = matches!(uri.scheme_str(), Some("wss" | "https"));
    let host = uri.host().unwrap_or_default();
    // The host of an IPv6 URL has brackets around it.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let failed = |error: io::Error| BackendError::offline(format_args!("{host}:{port}: {error}"));
    let stream = TcpStream::connect((host, port)).await.map_err(failed)?;
    // A frame is worth a packet.
    stream.set_nodelay(true).map_err(failed)?;
    if !secure {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| BackendError::failed(format_args!("`{host}`: {error}")))?;
    let tls = TLS.as_ref().map_err(BackendError::failed)?;
    let stream = tls.connect(name, stream).await.map_err(failed)?;
    Ok(Box::new(stream))
}

/// Trusts whom the system trusts.
static TLS: LazyLock<Result<TlsConnector, String>> = LazyLock::new(|| {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = rustls::RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        let errors: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(format!(
            "the system has no certificates to check a server's with: {}",
            errors.join("; ")
        ));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map(|config| config.with_root_certificates(roots).with_no_client_auth())
        .map(|config| TlsConnector::from(Arc::new(config)))
        .map_err(|error| error.to_string())
});
