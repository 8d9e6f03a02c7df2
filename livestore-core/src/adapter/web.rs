//! The browser: the leader in a worker with files in OPFS, one for all tabs.
//!
//! Every tab has a session of its own in the page. One tab, the holder of a Web Lock, starts the
//! worker in which the leader runs; when it is closed, crashes or reloads, the lock goes to another
//! tab, whose worker opens the same files and asks all sessions to come. Sessions talk to the leader
//! over BroadcastChannels, in the leader's own tab over a port that buffers can be transferred by.
//! What is not here: what session and leader say, which is [`sync`](crate::sync)'s.

mod host;
mod ids;
mod locks;
mod page;
mod spawn;
mod wire;

pub use host::run_if_worker;

use futures::{FutureExt, channel::oneshot};
use wasm_bindgen_futures::spawn_local;

use self::page::Endpoint;
use crate::store::{Adapter, AdapterError, LinkFuture, Session, Setup};

/// Keeps a store in the browser's private file system, shared by all tabs of the origin.
///
/// The program's `main` must call [`run_if_worker`] first: the same program is the leader when it
/// finds itself in the worker that this adapter starts.
#[derive(Clone, Debug, Default)]
pub struct WebAdapter {
    worker_url: Option<String>,
    ask_for_persistence: bool,
}

impl WebAdapter {
    /// Keeps stores in OPFS; where there is none (a private window), in memory, which the status says.
    pub fn persisted() -> Self {
        Self::default()
    }

    /// Starts the worker from this script instead of one made on the fly, for pages whose
    /// Content-Security-Policy forbids `blob:` workers. The script is what [`worker_script`] returns.
    pub fn worker_url(mut self, url: impl Into<String>) -> Self {
        self.worker_url = Some(url.into());
        self
    }

    /// Asks the browser not to throw the data away when the disk runs full; it may ask the user.
    pub fn ask_for_persistence(mut self) -> Self {
        self.ask_for_persistence = true;
        self
    }
}

impl Adapter for WebAdapter {
    fn connect(self: Box<Self>, setup: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        let (reply, session) = oneshot::channel();
        spawn_local(async move {
            let session = Endpoint::connect(*self, setup).await;
            // Nobody waits any more when the page is gone.
            let _ = reply.send(session);
        });
        Box::pin(session.map(|session| {
            session.unwrap_or_else(|_| Err(AdapterError::new("the page is being closed")))
        }))
    }
}

/// Returns the script of the worker, for pages that have to serve it themselves: `glue` is the URL of
/// the app's wasm-bindgen script.
pub fn worker_script(glue: &str) -> String {
    spawn::script(glue)
}
