//! The way to a sync server: over a WebSocket, or over HTTP where WebSockets are blocked.
//!
//! Here live the transports and the choice between them. What is said over them is
//! [`sync::protocol`](crate::sync::protocol)'s; when to connect, and when to try again, is the leader's.

mod address;
mod fallback;
mod http;
mod network;
mod payload;
mod pieces;
mod socket;

use std::{
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use self::payload::PayloadSource;
use self::{address::Address, fallback::Fallback};
use crate::{
    event::{ClientId, StoreId},
    sync::{
        BackendConnection, BackendError, BackendFuture, BackendMetadata, SyncBackend,
        protocol::{ConnectQuery, EXTENSION, Limits, Transport, client::Topic},
    },
};

/// How long the opening of a connection may take.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// A sync server, `livestore-server` or LiveStore's own.
///
/// ```no_run
/// # async fn example(schema: livestore_core::schema::Schema) -> livestore_core::Result<()> {
/// use livestore_core::{adapter::{Native, WsBackend}, prelude::*};
///
/// let backend = WsBackend::new("wss://sync.example.com/sync");
/// let store = Store::builder(schema).adapter(Native::file("data/")).sync(backend).open("my-app").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WsBackend {
    pub(super) url: String,
    pub(super) payload: PayloadSource,
    pub(super) options: RemoteOptions,
    fallback: Arc<Mutex<Fallback>>,
}

/// What is plain data of a [`WsBackend`]: it can be handed to a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RemoteOptions {
    pub(super) transport: SyncTransport,
    pub(super) poll_interval: Duration,
    pub(super) retry_websocket: Duration,
}

/// How a [`WsBackend`] reaches its server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum SyncTransport {
    /// Over a WebSocket; over HTTP while that works and WebSockets do not.
    #[default]
    Auto,
    /// Over a WebSocket.
    WebSocket,
    /// Over HTTP: what other clients push is asked for now and then.
    Http,
}

impl WsBackend {
    /// Syncs with the server at this URL: `ws`, `wss`, `http` or `https`.
    ///
    /// In a browser a relative one (`/sync`) is looked up from the page.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            payload: PayloadSource::None,
            options: RemoteOptions {
                transport: SyncTransport::Auto,
                poll_interval: Duration::from_secs(5),
                retry_websocket: Duration::from_secs(60),
            },
            fallback: Arc::default(),
        }
    }

    /// Gives the server this, for its authorization: a token, for instance.
    pub fn payload(mut self, payload: impl Into<Value>) -> Self {
        self.payload = PayloadSource::Fixed(payload.into());
        self
    }

    /// Gives the server what this returns, for its authorization: a token that gets too old, for instance.
    ///
    /// It is called before each connection, and on a connection that is there when the server says that
    /// the last payload does not do any more. Nothing is sent until it has answered; when it fails, that
    /// is in the store's status and it is called again after a pause.
    ///
    /// ```
    /// # use livestore_core::adapter::WsBackend;
    /// # async fn fetch_token() -> Result<String, std::io::Error> { Ok(String::new()) }
    /// let backend = WsBackend::new("wss://sync.example.com/sync").payload_from(async || {
    ///     let token = fetch_token().await?;
    ///     Ok::<_, std::io::Error>(serde_json::json!({ "authToken": token }))
    /// });
    /// ```
    pub fn payload_from<E: fmt::Display>(
        mut self,
        payload: impl AsyncFn() -> Result<Value, E> + Send + Sync + 'static,
    ) -> Self {
        self.payload = PayloadSource::asked(payload);
        self
    }

    /// Sets how the server is reached; over a WebSocket if that is possible, by default.
    pub fn transport(mut self, transport: SyncTransport) -> Self {
        self.options.transport = transport;
        self
    }

    /// Sets how often a server that is reached over HTTP is asked for news; every 5 s by default, and
    /// more often while there is something going on.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.options.poll_interval = interval;
        self
    }

    /// Sets how often a client that had to fall back to HTTP tries to open a WebSocket; every minute by
    /// default.
    pub fn retry_websocket(mut self, interval: Duration) -> Self {
        self.options.retry_websocket = interval;
        self
    }

    /// Makes the backend that was taken apart for its way to a worker.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn from_parts(url: String, payload: PayloadSource, options: RemoteOptions) -> Self {
        Self {
            options,
            payload,
            ..Self::new(url)
        }
    }

    /// Makes a relative URL absolute, where there is a page that it is relative to.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn absolute_url(&self) -> Result<String, BackendError> {
        network::absolute(&self.url)
    }
}

impl<U: Into<String>> From<U> for WsBackend {
    fn from(url: U) -> Self {
        Self::new(url)
    }
}

impl fmt::Debug for WsBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The payload may be a secret.
        f.debug_struct("WsBackend")
            .field("url", &self.url)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl SyncBackend for WsBackend {
    fn connect(
        &self,
        store: &StoreId,
        _: &ClientId,
    ) -> BackendFuture<'static, Result<Box<dyn BackendConnection>, BackendError>> {
        let backend = self.clone();
        let store = store.to_string();
        Box::pin(async move {
            let attempt = Attempt {
                address: Address::of(&network::absolute(&backend.url)?)?,
                topic: Topic {
                    store,
                    payload: backend.payload.get().await?,
                    refreshable: backend.payload.can_change(),
                    limits: Limits::WIRE,
                },
                backend,
            };
            attempt.connect().await
        })
    }

    fn metadata(&self) -> BackendMetadata {
        BackendMetadata {
            name: "remote".into(),
            description: format!("a sync server at {}", self.url),
        }
    }
}

/// One try to connect.
#[derive(Clone)]
struct Attempt {
    address: Address,
    topic: Topic,
    backend: WsBackend,
}

impl Attempt {
    async fn connect(self) -> Result<Box<dyn BackendConnection>, BackendError> {
        match self.backend.options.transport {
            SyncTransport::WebSocket => self.by_socket().await,
            SyncTransport::Http => self.by_http(false).await,
            SyncTransport::Auto => self.by_either().await,
        }
    }

    fn query(&self, transport: Transport) -> ConnectQuery {
        ConnectQuery {
            store_id: self.topic.store.clone(),
            transport,
            payload: self.topic.payload.clone(),
            extension: Some(EXTENSION),
        }
    }
}
