//! The server put together: what it is built of, and the routes it answers.

mod builder;

use std::sync::Arc;

use axum::{
    Router,
    extract::State as Extracted,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use livestore_core::event::StoreId;
use tokio::sync::watch;

pub use builder::{BuildError, SyncServerBuilder};

use crate::{
    auth::{Action, AuthRequest, Authorizer, Client, Denied, Grant},
    hub::{Hub, StoreError},
    limits::{Admission, Limits, Rates, Timeouts},
    metrics::Metrics,
    origin::AllowedOrigins,
    storage::StoreInfo,
    sync,
};

/// A sync server: give its routes to axum, or have it [served](Self::serve).
///
/// A clone is the same server.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use livestore_server::{SyncServer, storage::MemoryStore};
///
/// let sync = SyncServer::builder().storage(MemoryStore::new()).build()?;
/// let app = axum::Router::new().nest("/sync", sync.into_router());
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8787").await?;
/// axum::serve(listener, app).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SyncServer {
    pub(crate) state: Arc<State>,
}

/// What every request needs.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) hub: Hub,
    pub(crate) authorizer: Option<Arc<dyn Authorizer>>,
    pub(crate) origins: AllowedOrigins,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) metrics: Metrics,
    pub(crate) admission: Arc<Admission>,
    /// Of requests over HTTP.
    pub(crate) rates: Rates,
    /// Turns true when the server is to end.
    pub(crate) closing: watch::Sender<bool>,
    /// Whether the last hop in `x-forwarded-for` says where a client is.
    pub(crate) behind_proxy: bool,
}

impl SyncServer {
    /// Starts to put a server together.
    pub fn builder() -> SyncServerBuilder {
        SyncServerBuilder::default()
    }

    /// Returns the routes: `/health`, `/ready`, `/metrics`, and sync on every other path.
    pub fn into_router(self) -> Router {
        self.operations()
            .fallback(sync::serve)
            .with_state(self.state)
    }

    /// Returns the routes with something else on the paths where nobody wants to sync.
    pub fn into_router_with(self, rest: Router) -> Router {
        let state = Arc::clone(&self.state);
        let either = move |request: axum::extract::Request| {
            let (state, rest) = (Arc::clone(&state), rest.clone());
            async move {
                if sync::is_meant(request.uri()) {
                    return sync::serve(Extracted(state), request).await;
                }
                use tower_service::Service as _;
                let mut rest = rest;
                match rest.call(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                }
            }
        };
        self.operations().fallback(either).with_state(self.state)
    }

    fn operations(&self) -> Router<Arc<State>> {
        Router::new()
            .route("/health", get(|| async { "ok\n" }))
            .route("/ready", get(ready))
            .route("/metrics", get(metrics))
    }

    /// Empties a store and gives it another identity. Its clients are sent away; those of LiveStore start
    /// anew, and what they had not pushed is lost.
    ///
    /// # Errors
    /// When the storage can't.
    pub async fn reset(&self, store: &StoreId) -> Result<StoreInfo, StoreError> {
        self.state.hub.reset(store).await
    }

    /// Returns the server's counters.
    pub fn metrics(&self) -> &Metrics {
        &self.state.metrics
    }

    /// Ends all connections: what clients have pushed is finished, they are told to come again, and no
    /// others get in. Returns when they are gone or the time for it is over.
    pub async fn close(&self) {
        self.state.closing.send_replace(true);
        let gone = self.state.admission.empty();
        if tokio::time::timeout(self.state.timeouts.shutdown, gone)
            .await
            .is_err()
        {
            tracing::warn!("some connections did not end in time");
        }
    }
}

impl State {
    pub(crate) fn is_closing(&self) -> bool {
        *self.closing.borrow()
    }

    /// Asks the authorizer.
    pub(crate) async fn authorize(
        &self,
        action: Action,
        store: &StoreId,
        client: &Client,
    ) -> Result<Grant, Denied> {
        let Some(authorizer) = &self.authorizer else {
            return Ok(Grant::lasting());
        };
        let request = AuthRequest {
            action,
            store: store.clone(),
            client: client.clone(),
        };
        let grant = authorizer.authorize(request).await;
        if let Err(denied) = &grant {
            tracing::info!(%store, ?action, %denied, "not authorized");
            self.metrics.refused("unauthorized");
        }
        grant
    }
}

/// Says whether the server can serve: it is not ending, and its storage answers.
async fn ready(Extracted(state): Extracted<Arc<State>>) -> Response {
    if state.is_closing() {
        return (StatusCode::SERVICE_UNAVAILABLE, "closing\n").into_response();
    }
    match state.hub.storage().check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::warn!(%error, "the storage is not ready");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the storage is not ready\n",
            )
                .into_response()
        }
    }
}

async fn metrics(Extracted(state): Extracted<Arc<State>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], state.metrics.encode()).into_response()
}
