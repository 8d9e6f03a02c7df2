//! The door: what a request that wants to sync must show before a transport takes it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts, Request, State as Extracted, WebSocketUpgrade},
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use livestore_core::{
    event::StoreId,
    sync::protocol::{ConnectQuery, Transport},
};

use crate::{
    auth::{Action, Client, Denied, Grant},
    http,
    server::State,
    ws,
};

/// The longest name of a store.
const MAX_STORE_ID: usize = 128;

/// Says whether a request wants to sync, by its query; its path is the app's business.
pub(crate) fn is_meant(uri: &Uri) -> bool {
    let query = uri.query().unwrap_or_default();
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
    let response = if is_meant(&parts.uri) {
        match Visitor::check(&state, &parts).await {
            Ok(visitor) => let_in(state, visitor, &mut parts, body).await,
            Err(refused) => refused,
        }
    } else {
        greet(&parts)
    };
    with_headers(response, cors)
}

/// Answers somebody who does not want to sync.
fn greet(parts: &Parts) -> Response {
    if parts.method == Method::GET && parts.uri.path() == "/" {
        return "A LiveStore sync server is here: connect with `storeId` and `transport`.\n"
            .into_response();
    }
    refuse(StatusCode::NOT_FOUND, "there is nothing here")
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
        let address = address(state, parts);
        // Before anybody is asked who that is: that may take the most.
        if query.transport == Transport::Http
            && let Err(wait) = state.rates.take(address)
        {
            state.metrics.refused("rate");
            return Err(too_fast(wait));
        }
        let client = Client {
            payload: query.payload.clone().map(Arc::new),
            headers: Arc::new(parts.headers.clone()),
            address,
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

async fn let_in(state: Arc<State>, visitor: Visitor, parts: &mut Parts, body: Body) -> Response {
    let upgrade = match visitor.query.transport {
        Transport::WebSocket => match WebSocketUpgrade::from_request_parts(parts, &()).await {
            Ok(upgrade) => Some(upgrade),
            Err(_) => {
                return refuse(StatusCode::UPGRADE_REQUIRED, "a WebSocket is expected here");
            }
        },
        _ => None,
    };
    let address = visitor.client.address;
    let admitted = state
        .admission
        .admit(&visitor.store, address, &state.limits);
    let admitted = match admitted {
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
    match upgrade {
        Some(upgrade) => ws::upgrade(state, upgrade, visitor, store, admitted),
        None => http::serve(state, visitor, store, admitted, parts, body).await,
    }
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

pub(crate) fn denial(denied: &Denied) -> Response {
    match denied {
        Denied::Unauthenticated { reason } => refuse(StatusCode::UNAUTHORIZED, reason),
        Denied::Forbidden { reason } => refuse(StatusCode::FORBIDDEN, reason),
        Denied::Unavailable { .. } => come_again("it cannot be found out who you are just now"),
    }
}

pub(crate) fn refuse(status: StatusCode, reason: &str) -> Response {
    (status, format!("{reason}\n")).into_response()
}

pub(crate) fn come_again(reason: &str) -> Response {
    let headers = [(header::RETRY_AFTER, "2")];
    let status = StatusCode::SERVICE_UNAVAILABLE;
    (status, headers, format!("{reason}\n")).into_response()
}

/// Answers an address whose requests come too fast.
fn too_fast(wait: Duration) -> Response {
    let seconds = wait.as_secs_f64().ceil().max(1.0);
    let headers = [(header::RETRY_AFTER, format!("{seconds}"))];
    let reason = "requests come too fast from this address\n";
    (StatusCode::TOO_MANY_REQUESTS, headers, reason).into_response()
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
