//! What the origin of a test serves.

use std::{
    collections::{BTreeSet, HashMap},
    future::ready,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use axum::{
    Router,
    extract::{self, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{Next, from_fn, map_response},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use livestore_server::{
    SyncServer, SyncServerBuilder,
    auth::{Action, AuthRequest, Denied, Grant},
    storage::{EventStore, MemoryStore},
};
use tower_http::services::ServeDir;

use crate::{Failure, built_app, server::Server};

/// Workers only from what the site itself serves. The page's own start script is inline.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src data:; worker-src 'self'; \
     script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
);

/// The pages of one origin.
///
/// - `v1/` and `v2/` are the app's versions, `some/base/` is the first one elsewhere.
/// - `strict/` is the first one with a Content-Security-Policy that forbids `blob:` workers.
/// - `blank` has no script.
/// - `scripts/…` is what [`Site::add_script`] put there.
/// - `persisted` takes the tokens that a page reports.
/// - `sync` and `guarded` are sync servers; the second one wants [`Site::let_in`]'s token.
/// - `http-only` is a sync server behind something that lets no WebSockets through.
#[derive(Debug)]
pub struct Site {
    server: Server,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    reported: Mutex<Vec<String>>,
    scripts: Mutex<HashMap<String, String>>,
    token: Mutex<String>,
    /// How often somebody connected to a guarded store, or showed another token.
    admitted: AtomicUsize,
}

impl Site {
    /// Starts to serve.
    pub(super) fn start() -> Result<Self, Failure> {
        let v1 = ServeDir::new(built_app("test-app-v1")?);
        let v2 = ServeDir::new(built_app("test-app-v2")?);
        let shared = Arc::new(Shared::default());
        let strict = Router::new()
            .nest_service("/strict", v1.clone())
            .layer(map_response(forbid_blobs));
        let router = Router::new()
            .nest_service("/some/base", v1.clone())
            .nest_service("/v1", v1)
            .nest_service("/v2", v2)
            .merge(strict)
            .route("/blank", get(blank))
            .route("/scripts/{name}", get(script))
            .route("/persisted", post(take_report))
            .with_state(Arc::clone(&shared));
        let doorkeeper = Arc::clone(&shared);
        Ok(Self {
            server: Server::serve(move || {
                let storage: Arc<dyn EventStore> = Arc::new(MemoryStore::new());
                let open = SyncServer::builder().shared_storage(Arc::clone(&storage));
                let guarded = SyncServer::builder()
                    .shared_storage(Arc::clone(&storage))
                    .authorize(move |request| ready(doorkeeper.admit(&request)));
                let blocked = SyncServer::builder().shared_storage(storage);
                router
                    .nest_service("/sync", served(open))
                    .nest_service("/guarded", served(guarded))
                    .nest_service(
                        "/http-only",
                        served(blocked).layer(from_fn(block_websockets)),
                    )
            })?,
            shared,
        })
    }

    /// Returns the address of a path.
    pub fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    /// Serves a script at `scripts/<name>`.
    pub fn add_script(&self, name: &str, script: impl Into<String>) {
        lock(&self.shared.scripts).insert(name.to_owned(), script.into());
    }

    /// Returns the tokens that pages have reported as persisted since the last call.
    ///
    /// # Panics
    /// When one was reported twice.
    pub fn take_reported(&self) -> BTreeSet<String> {
        let reported = mem::take(&mut *lock(&self.shared.reported));
        let count = reported.len();
        let tokens: BTreeSet<String> = reported.into_iter().collect();
        assert_eq!(tokens.len(), count, "a token was reported twice");
        tokens
    }

    /// Has the guarded server let in who shows this token, and nobody else.
    pub fn let_in(&self, token: &str) {
        token.clone_into(&mut lock(&self.shared.token));
    }

    /// Returns how often somebody was let in by the guarded server, or showed another token on a connection.
    pub fn admitted(&self) -> usize {
        self.shared.admitted.load(SeqCst)
    }

    /// Returns how many tokens have been reported and not taken.
    pub fn reported(&self) -> usize {
        lock(&self.shared.reported).len()
    }
}

impl Shared {
    fn admit(&self, request: &AuthRequest) -> Result<Grant, Denied> {
        let payload = request.client.payload.as_deref();
        let token = payload.and_then(|payload| payload["token"].as_str());
        if token != Some(&**lock(&self.token)) {
            return Err(Denied::unauthenticated("the token is too old"));
        }
        if request.action == Action::Connect {
            self.admitted.fetch_add(1, SeqCst);
        }
        Ok(Grant::lasting())
    }
}

fn served(server: SyncServerBuilder) -> Router {
    server
        .build()
        .expect("it has a storage and a runtime")
        .into_router()
}

async fn block_websockets(request: extract::Request, next: Next) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    next.run(request).await
}

async fn blank() -> Html<&'static str> {
    Html("<!doctype html><link rel=icon href=data:,><title>blank</title>")
}

async fn script(
    State(shared): State<Arc<Shared>>,
    extract::Path(name): extract::Path<String>,
) -> Response {
    match lock(&shared.scripts).get(&name) {
        Some(script) => {
            ([(header::CONTENT_TYPE, "text/javascript")], script.clone()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn take_report(State(shared): State<Arc<Shared>>, body: String) {
    lock(&shared.reported).extend(body.lines().map(str::to_owned));
}

async fn forbid_blobs(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// Every statement under these locks leaves them sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
