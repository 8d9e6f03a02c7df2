//! Serves the benchmark page and apps, and takes what the page sends.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    middleware,
    response::Response,
    routing::{get, post},
};
use livestore_bench_scenarios::{
    Selection,
    protocol::{COLLECT_GARBAGE, NEXT, REPORT, Report, TASK, Task},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};
use tower_http::services::ServeDir;

/// What a page sends.
#[derive(Debug)]
pub(super) enum Message {
    /// Figures, or why there are none.
    Report(Report),
    /// It waits until its garbage is collected.
    CollectGarbage(oneshot::Sender<()>),
}

/// A web server for one page on a free port; it ends with the runtime.
pub(super) struct PageServer {
    address: SocketAddr,
    task: Arc<Mutex<Task>>,
    messages: mpsc::UnboundedReceiver<Message>,
}

#[derive(Clone)]
struct Shared {
    task: Arc<Mutex<Task>>,
    messages: mpsc::UnboundedSender<Message>,
}

impl PageServer {
    pub(super) async fn start(folder: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let task = Arc::new(Mutex::new(Task::Measure(Selection::default())));
        let (sender, messages) = mpsc::unbounded_channel();
        let app = Router::new()
            .route(TASK, get(tell_task))
            .route(REPORT, post(take_report))
            .route(COLLECT_GARBAGE, post(collect_garbage))
            .nest_service(NEXT, ServeDir::new(folder))
            .fallback_service(ServeDir::new(folder))
            .layer(middleware::map_response(isolate))
            .with_state(Shared {
                task: Arc::clone(&task),
                messages: sender,
            });
        tokio::spawn(axum::serve(listener, app).into_future());
        Ok(Self {
            address,
            task,
            messages,
        })
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Says what the next page is to do.
    pub(super) fn set_task(&self, task: Task) {
        *self.task.lock().unwrap_or_else(PoisonError::into_inner) = task;
    }

    pub(super) async fn next(&mut self) -> Message {
        let message = self.messages.recv().await;
        message.expect("the server task holds a sender as long as the runtime runs")
    }
}

/// Serves an app's folder on a free port, and returns its address; ends with the runtime.
pub(super) async fn serve(folder: &Path) -> io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let app = Router::new()
        .fallback_service(ServeDir::new(folder))
        .layer(middleware::map_response(isolate));
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(format!("http://{address}/"))
}

async fn tell_task(State(shared): State<Shared>) -> Result<String, StatusCode> {
    let task = shared.task.lock().unwrap_or_else(PoisonError::into_inner);
    serde_json::to_string(&*task).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn take_report(State(shared): State<Shared>, body: String) -> StatusCode {
    let report = serde_json::from_str(&body)
        .unwrap_or_else(|error| Report::Failed(format!("{error} in its report: {body}")));
    shared.send(Message::Report(report))
}

async fn collect_garbage(State(shared): State<Shared>) -> StatusCode {
    let (done, collected) = oneshot::channel();
    match shared.send(Message::CollectGarbage(done)) {
        StatusCode::OK if collected.await.is_ok() => StatusCode::OK,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl Shared {
    fn send(&self, message: Message) -> StatusCode {
        match self.messages.send(message) {
            Ok(()) => StatusCode::OK,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Only a page that shares nothing with other origins has a clock of 5 microseconds.
async fn isolate(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("same-origin"),
    );
    headers.insert(
        "cross-origin-embedder-policy",
        HeaderValue::from_static("require-corp"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
