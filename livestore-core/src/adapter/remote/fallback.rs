//! Falling back to HTTP where WebSockets are blocked, and going back.

use std::{
    rc::Rc,
    sync::{Arc, Mutex},
};

use futures::{FutureExt, SinkExt, StreamExt, select_biased};

use super::{Attempt, OPEN_TIMEOUT, http::HttpConnection, network, socket::SocketConnection};
use crate::{
    adapter::{
        lock,
        runtime::{sleep, spawn_local},
    },
    sync::{
        BackendConnection, BackendError,
        protocol::{ClientFrame, Transport},
    },
};

/// How often in a row a WebSocket may fail before HTTP is tried.
const PATIENCE: u32 = 3;

/// What is known of the transports.
#[derive(Debug, Default)]
pub(super) struct Fallback {
    /// How often in a row a WebSocket was not opened, or was closed before anything came over it.
    failures: u32,
    /// Whether HTTP was the last to work.
    http: bool,
}

impl Fallback {
    fn socket_works(&mut self) {
        *self = Self::default();
    }

    /// Counts a failure; true when HTTP is to be tried.
    fn socket_failed(&mut self) -> bool {
        self.failures = self.failures.saturating_add(1);
        self.failures >= PATIENCE
    }
}

/// A WebSocket that counts as failed until something comes over it.
struct OnTrial {
    fallback: Arc<Mutex<Fallback>>,
    works: bool,
}

impl Drop for OnTrial {
    fn drop(&mut self) {
        if !self.works {
            lock(&self.fallback).socket_failed();
        }
    }
}

impl Attempt {
    pub(super) async fn by_socket(self) -> Result<Box<dyn BackendConnection>, BackendError> {
        let socket = self.open_socket().await?;
        let mut trial = OnTrial {
            fallback: Arc::clone(&self.backend.fallback),
            works: false,
        };
        let heard = move || {
            if !std::mem::replace(&mut trial.works, true) {
                lock(&trial.fallback).socket_works();
            }
        };
        let payload = self.backend.payload;
        Ok(Box::new(SocketConnection::start(
            socket, self.topic, payload, heard,
        )))
    }

    pub(super) async fn by_http(
        self,
        on_probation: bool,
    ) -> Result<Box<dyn BackendConnection>, BackendError> {
        let connection = HttpConnection::new(self.clone());
        connection.answers().await?;
        if on_probation {
            lock(&self.backend.fallback).http = true;
            let ended = connection.end();
            spawn_local(Box::pin(async move {
                self.look_for_sockets(ended).await;
            }));
        }
        Ok(Box::new(connection))
    }

    pub(super) async fn by_either(self) -> Result<Box<dyn BackendConnection>, BackendError> {
        if lock(&self.backend.fallback).http {
            let connected = self.clone().by_http(true).await;
            if connected.is_ok() {
                return connected;
            }
            // Neither is known to work now.
            lock(&self.backend.fallback).http = false;
        }
        let error = match self.clone().by_proven_socket().await {
            Ok(connected) => return Ok(connected),
            Err(error) => error,
        };
        if !lock(&self.backend.fallback).socket_failed() {
            return Err(error);
        }
        match self.by_http(true).await {
            Ok(connected) => {
                tracing::warn!(%error, "WebSockets seem to be blocked; syncing over HTTP");
                Ok(connected)
            }
            // What HTTP says is worth more: a browser does not tell why a WebSocket was refused.
            Err(told @ (BackendError::Unauthorized { .. } | BackendError::Busy { .. })) => {
                Err(told)
            }
            Err(_) => Err(error),
        }
    }

    /// After too many failures a socket that opens is not enough: something must come over it.
    async fn by_proven_socket(self) -> Result<Box<dyn BackendConnection>, BackendError> {
        if lock(&self.backend.fallback).failures >= PATIENCE {
            self.prove_socket().await?;
            lock(&self.backend.fallback).socket_works();
        }
        self.by_socket().await
    }

    async fn open_socket(&self) -> Result<network::Socket, BackendError> {
        let url = self.address.url(&self.query(Transport::WebSocket));
        let late = || BackendError::offline("the WebSocket was not opened in time");
        select_biased! {
            socket = network::open(&url).fuse() => socket,
            () = sleep(OPEN_TIMEOUT).fuse() => Err(late()),
        }
    }

    /// Tries now and then whether a WebSocket works; when one does, the connection over HTTP is ended, and
    /// the leader's next try finds it.
    async fn look_for_sockets(self, ended: Rc<dyn Fn(Option<BackendError>) -> bool>) {
        loop {
            sleep(self.backend.options.retry_websocket).await;
            if ended(None) {
                return;
            }
            if self.prove_socket().await.is_ok() {
                lock(&self.backend.fallback).socket_works();
                ended(Some(BackendError::offline("WebSockets work again")));
                return;
            }
        }
    }

    /// Requires that an answer comes over a WebSocket.
    async fn prove_socket(&self) -> Result<(), BackendError> {
        let (mut sender, mut receiver) = self.open_socket().await?;
        sender.send(ClientFrame::Ping.encode()).await?;
        let silent = || BackendError::offline("a WebSocket opens, but nothing comes over it");
        let answer = select_biased! {
            answer = receiver.next().fuse() => answer.unwrap_or_else(|| Err(silent())),
            () = sleep(OPEN_TIMEOUT).fuse() => Err(silent()),
        };
        // It has done its work, however it ends.
        let _ = sender.close().await;
        answer.map(drop)
    }
}
