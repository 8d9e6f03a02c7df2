//! The door: what a request that wants to sync must show before a transport takes it.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State as Extracted, WebSocketUpgrade},
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use livestore_core::{
    event::StoreId,
    sync::protocol::{ConnectQuery, Transport},
};

use crate::{
    auth::{Action, Client, Denied, Grant},
    server::State,
    ws,
};

/// The longest name of a store.
const MAX_STORE_ID: usize = 128;

/// Says whether a request wants to sync, by its query; its path is the app's business.
pub(crate) fn is_meant(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let has = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    has("storeId") && has("transport")
}

/// Serves a request that wants to sync.
pub(crate) async fn serve(Extracted(state): Extracted<Arc<State>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        let headers = state.origins.preflight(&parts.headers);
        return with_headers(StatusCode::NO_CONTENT.into_response(), headers);
    }
    let cors = state.origins.cors(&parts.headers);
    let response = match Visitor::check(&state, &parts).await {
        Ok(visitor) => match visitor.query.transport {
            Transport::WebSocket => upgrade(state, visitor, &mut parts).await,
            _ => refuse(StatusCode::NOT_IMPLEMENTED, "not over HTTP yet"),
        },
        Err(refused) => refused,
    };
    let _ = body;
    with_headers(response, cors)
}

/// Somebody who may come in.
pub(crate) struct Visitor {
    pub(crate) query: ConnectQuery,
    pub(crate) store: StoreId,
    pub(crate) client: Client,
    pub(crate) grant: Grant,
}

impl Visitor {
    async fn check(state: &State, parts: &Parts) -> Result<Self, Response> {
        if !state.origins.allows(&parts.headers) {
            state.metrics.refused("origin");
            return Err(refuse(
                StatusCode::FORBIDDEN,
                "pages of this origin may not connect",
            ));
        }
        let query = ConnectQuery::parse(parts.uri.query().unwrap_or_default())
            .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.to_string()))?;
        let store =
            store_id(&query.store_id).map_err(|reason| refuse(StatusCode::BAD_REQUEST, &reason))?;
        if state.is_closing() {
            return Err(come_again("the server is closing"));
        }
        let client = Client {
            payload: query.payload.clone().map(Arc::new),
            headers: Arc::new(parts.headers.clone()),
            address: address(state, parts),
        };
        let grant = state.authorize(Action::Connect, &store, &client).await;
        let grant = grant.map_err(|denied| denial(&denied))?;
        Ok(Self {
            query,
            store,
            client,
            grant,
        })
    }
}

async fn upgrade(state: Arc<State>, visitor: Visitor, parts: &mut Parts) -> Response {
    let upgrade = match WebSocketUpgrade::from_request_parts(parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(_) => return refuse(StatusCode::UPGRADE_REQUIRED, "a WebSocket is expected here"),
    };
    let admitted =
        match state
            .admission
            .admit(&visitor.store, visitor.client.address, &state.limits)
        {
            Ok(admitted) => admitted,
            Err(full) => {
                state.metrics.refused("full");
                return come_again(&full.to_string());
            }
        };
    let store = match state.hub.store(&visitor.store).await {
        Ok(store) => store,
        Err(error) => {
            tracing::warn!(store = %visitor.store, %error, "a connection is refused");
            state.metrics.refused("storage");
            return come_again("the store cannot be used just now");
        }
    };
    ws::upgrade(state, upgrade, visitor, store, admitted)
}

/// Checks a store's name: it is part of keys, labels and logs.
pub(crate) fn store_id(id: &str) -> Result<StoreId, String> {
    if id.len() > MAX_STORE_ID {
        return Err(format!(
            "a store id has at most {MAX_STORE_ID} characters, this one has {}",
            id.len()
        ));
    }
    StoreId::new(id).map_err(|error| error.to_string())
}

/// Returns where a request comes from: what the proxy in front says, or else the other end of the socket.
fn address(state: &State, parts: &Parts) -> Option<std::net::IpAddr> {
    if state.behind_proxy {
        let hops = parts.headers.get_all("x-forwarded-for");
        let last = hops.iter().next_back()?.to_str().ok()?;
        return last.rsplit(',').next()?.trim().parse().ok();
    }
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(peer.0.ip())
}

fn denial(denied: &Denied) -> Response {
    match denied {
        Denied::Unauthenticated { reason } => refuse(StatusCode::UNAUTHORIZED, reason),
        Denied::Forbidden { reason } => refuse(StatusCode::FORBIDDEN, reason),
        Denied::Unavailable { .. } => come_again("it cannot be found out who you are just now"),
    }
}

fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, format!("{reason}\n")).into_response()
}

fn come_again(reason: &str) -> Response {
    let headers = [(header::RETRY_AFTER, "2")];
    let status = StatusCode::SERVICE_UNAVAILABLE;
    (status, headers, format!("{reason}\n")).into_response()
}

fn with_headers(
    mut response: Response,
    headers: Vec<(header::HeaderName, header::HeaderValue)>,
) -> Response {
    let there: &mut HeaderMap = response.headers_mut();
    for (name, value) in headers {
        there.append(name, value);
    }
    response
}
