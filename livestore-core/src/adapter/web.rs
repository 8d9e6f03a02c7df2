//! The browser: the leader in a worker with files in OPFS, one for all tabs.
//!
//! Every tab has a session of its own in the page. One tab, the holder of a Web Lock, starts the
//! worker in which the leader runs; when it is closed, crashes or reloads, the lock goes to another
//! tab, whose worker opens the same files and asks all sessions to come. Sessions talk to the leader
//! over BroadcastChannels, in the leader's own tab over a port that buffers can be transferred by.
//! What is not here: what session and leader say, which is [`sync`](crate::sync)'s. On other platforms
//! the adapter is there too, so that an app compiles for its tests, and opens nothing.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod elsewhere;

#[cfg(target_arch = "wasm32")]
use browser as platform;
#[cfg(not(target_arch = "wasm32"))]
use elsewhere as platform;

#[cfg(feature = "remote")]
use crate::{adapter::WsBackend, sync::SyncOptions};
use crate::{
    event::StoreId,
    schema::Schema,
    store::{Adapter, AdapterError, LinkFuture, LogArchive, Session, Setup},
};

/// Keeps a store in the browser's private file system, shared by all tabs of the origin.
///
/// The program's `main` must call [`run_if_worker`] first: the same program is the leader when it
/// finds itself in the worker that this adapter starts. It needs a page that is served securely
/// (`https`, or `localhost`) and no configuration.
#[derive(Clone, Debug, Default)]
pub struct WebAdapter {
    worker_url: Option<String>,
    ask_for_persistence: bool,
    #[cfg(feature = "remote")]
    sync: Option<WsBackend>,
    #[cfg(feature = "remote")]
    sync_options: SyncOptions,
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

    /// Syncs with a server: a URL like `"/sync"`, or a [`WsBackend`] with a payload. The leader does it, in
    /// its worker, and all tabs with it; a payload that is asked for is asked for in the page.
    #[cfg(feature = "remote")]
    pub fn sync(mut self, backend: impl Into<WsBackend>) -> Self {
        self.sync = Some(backend.into());
        self
    }

    /// Sets how to sync; nothing without a server.
    #[cfg(feature = "remote")]
    pub fn sync_options(mut self, options: SyncOptions) -> Self {
        self.sync_options = options;
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
        platform::connect(*self, setup)
    }
}

/// Becomes the leader if this is the worker that a [`WebAdapter`] has started, and says whether it is.
///
/// Call it first thing in `main`, and return when it says so:
///
/// ```
/// # use livestore_core::{adapter::web::run_if_worker, prelude::*};
/// # fn schema() -> Schema { Schema::builder().build().expect("the schema is valid") }
/// fn main() {
///     if run_if_worker(schema) {
///         return;
///     }
///     // … mount the app.
/// }
/// ```
pub fn run_if_worker(schema: impl FnOnce() -> Schema) -> bool {
    platform::run_if_worker(schema)
}

/// Deletes everything a browser profile has of a store; sessions that have it open start afresh.
///
/// For a store that cannot be opened, because its files are damaged, and for an app's "delete my data".
///
/// # Errors
/// When the worker can't be started or the files not be deleted.
pub async fn reset(store: &StoreId) -> Result<(), AdapterError> {
    platform::reset(store.to_string()).await
}

/// Returns a store's log as the bytes of an SQLite database, also of one that cannot be opened.
///
/// # Errors
/// When the worker can't be started or the file not be read.
pub async fn export_log(store: &StoreId) -> Result<Vec<u8>, AdapterError> {
    platform::export_log(store.to_string()).await
}

/// Brings a log in, as that of a store which has no events yet; sessions that have it open follow.
///
/// ```no_run
/// # use livestore_core::{adapter::web, event::StoreId, store::LogArchive};
/// # async fn example(file: Vec<u8>) -> Result<(), Box<dyn std::error::Error>> {
/// let mut archive = LogArchive::from_database(&file)?;
/// web::import_log(&StoreId::new("my-app")?, &mut archive).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When the store has events, when nothing can be stored, or the worker can't be started.
pub async fn import_log(store: &StoreId, log: &mut LogArchive) -> Result<(), AdapterError> {
    let database = log.to_database().map_err(AdapterError::new)?;
    platform::import_log(store.to_string(), database).await
}

/// Returns the script of the worker, for pages that have to serve it themselves; `glue` is the URL of
/// the app's wasm-bindgen script.
pub fn worker_script(glue: &str) -> String {
    let glue = serde_json::to_string(glue).expect("a string has a JSON form");
    format!(
        "import init from {glue};\n\
         self.onmessage = async (event) => {{\n\
           self.onmessage = null;\n\
           self.{START} = event.data;\n\
           await init({{ module_or_path: event.data.module }});\n\
         }};\n"
    )
}

/// The name under which the worker finds what it was started with.
const START: &str = "__livestoreStart";
