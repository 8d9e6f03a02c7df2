//! Listening: from a socket to the routes, with TLS or without, until it is time to end.

#[cfg(feature = "tls")]
mod tls;

use std::{future::Future, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{sleep, timeout},
};
use tower_service::Service;

#[cfg(feature = "tls")]
pub use tls::{Tls, TlsError};

use crate::{Timeouts, server::SyncServer};

/// The most bytes of a request's headers.
const MAX_HEADERS: usize = 32 << 10;
/// Sockets beside those that sync: downloads of the app, checks of whether the server lives.
const OTHER_SOCKETS: usize = 1000;

/// How long requests that are no connections may take to end, once those have.
const LAST_REQUESTS: Duration = Duration::from_secs(2);

/// Turns true when the server closes.
type Closing = watch::Receiver<bool>;

/// What is served besides sync, and how.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Serving {
    /// What is on the paths where nobody wants to sync: see [`app`](crate::app).
    pub rest: Option<Router>,
    /// A certificate and its key.
    #[cfg(feature = "tls")]
    pub tls: Option<Tls>,
}

impl SyncServer {
    /// Serves on a listener until a future ends, then [closes](Self::close): nobody else gets in, what was
    /// pushed is finished, and clients are told to come again.
    ///
    /// A service of your own gets along without it; what it does beside routing is to limit how long
    /// headers may take, how many sockets there are, and, with a certificate, TLS.
    ///
    /// # Errors
    /// When the listener fails for good.
    pub async fn serve(
        self,
        listener: TcpListener,
        serving: Serving,
        until: impl Future<Output = ()>,
    ) -> io::Result<()> {
        let router = match serving.rest {
            Some(rest) => self.clone().into_router_with(rest),
            None => self.clone().into_router(),
        };
        let door = Door {
            router,
            #[cfg(feature = "tls")]
            tls: serving.tls,
            timeouts: self.state.timeouts.clone(),
        };
        let sockets = self.state.limits.connections.saturating_add(OTHER_SOCKETS);
        let sockets = Arc::new(Semaphore::new(sockets.min(Semaphore::MAX_PERMITS)));
        let (closing, watcher) = watch::channel(false);
        tokio::pin!(until);
        loop {
            let accepted = tokio::select! {
                () = &mut until => break,
                accepted = accept(&listener, &sockets) => accepted,
            };
            let (stream, peer, place) = match accepted {
                Ok(accepted) => accepted,
                Err(error) if is_of_one_socket(&error) => continue,
                Err(error) => {
                    // Most often there are no file descriptors left; some will be free in a moment.
                    tracing::error!(%error, "no connection can be accepted");
                    sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (door, watcher) = (door.clone(), watcher.clone());
            tokio::spawn(async move {
                door.serve(stream, peer, watcher).await;
                drop(place);
            });
        }
        drop(listener);
        tracing::info!("closing");
        self.close().await;
        drop(watcher);
        closing.send_replace(true);
        // Every socket has one of the receivers.
        if timeout(LAST_REQUESTS, closing.closed()).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
        Ok(())
    }

    /// Serves one connection that was accepted elsewhere, such as on a Unix socket, until either side ends it
    /// or the server [closes](Self::close).
    ///
    /// `peer` is where it comes from, for the authorizer and for limits per address.
    pub async fn serve_stream<S>(&self, stream: S, peer: Option<SocketAddr>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let door = Door {
            router: self.clone().into_router(),
            #[cfg(feature = "tls")]
            tls: None,
            timeouts: self.state.timeouts.clone(),
        };
        door.speak(stream, peer, self.state.closing.subscribe())
            .await;
    }
}

async fn accept(
    listener: &TcpListener,
    sockets: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(sockets).acquire_owned().await;
    let place = place.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

fn is_of_one_socket(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}

/// What every socket goes through.
#[derive(Clone)]
struct Door {
    router: Router,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
    timeouts: Timeouts,
}

impl Door {
    async fn serve(self, stream: TcpStream, peer: SocketAddr, closing: Closing) {
        // Small frames must not wait for each other.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a socket keeps its delay");
        }
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            match timeout(self.timeouts.headers, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.speak(stream, Some(peer), closing).await,
                Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
                Err(_) => tracing::debug!(%peer, "TLS took too long"),
            }
            return;
        }
        self.speak(stream, Some(peer), closing).await;
    }

    async fn speak<S>(self, stream: S, peer: Option<SocketAddr>, mut closing: Closing)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let Self {
            router, timeouts, ..
        } = self;
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            if let Some(peer) = peer {
                request.extensions_mut().insert(ConnectInfo(peer));
            }
            router.clone().call(request)
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(timeouts.headers)
            .max_buf_size(MAX_HEADERS)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let told = async {
            // Without anybody to tell, it is time as well.
            let _ = closing.wait_for(|closing| *closing).await;
        };
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = told => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = result {
            tracing::debug!(?peer, %error, "a connection failed");
        }
    }
}
