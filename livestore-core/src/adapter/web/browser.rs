//! The web adapter where there is a browser.

mod build;
mod debug;
mod files;
mod host;
mod ids;
mod locks;
mod page;
mod spawn;
#[cfg_attr(not(feature = "remote"), path = "browser/sync/none.rs")]
mod sync;
mod wire;

use futures::{FutureExt, channel::oneshot};
pub(super) use host::run_if_worker;
use wasm_bindgen_futures::spawn_local;

use self::{build::Build, page::Endpoint, wire::ToHost};
use super::{START, WebAdapter, worker_script};
use crate::store::{AdapterError, LinkFuture, Session, Setup};

pub(super) fn connect(
    adapter: WebAdapter,
    setup: Setup,
) -> LinkFuture<Result<Session, AdapterError>> {
    let (reply, session) = oneshot::channel();
    spawn_local(async move {
        let session = Endpoint::connect(adapter, setup).await;
        // Nobody waits any more when the page is gone.
        let _ = reply.send(session);
    });
    Box::pin(session.map(|session| {
        session.unwrap_or_else(|_| Err(AdapterError::new("the page is being closed")))
    }))
}

/// See [`web::reset`](crate::adapter::web::reset).
pub(super) async fn reset(store: String) -> Result<(), AdapterError> {
    for_a_moment(store, |request| ToHost::Reset { request })
        .await
        .map(drop)
}

/// See [`web::export_log`](crate::adapter::web::export_log).
pub(super) async fn export_log(store: String) -> Result<Vec<u8>, AdapterError> {
    for_a_moment(store, |request| ToHost::Export { request }).await
}

/// See [`web::import_log`](crate::adapter::web::import_log).
pub(super) async fn import_log(store: String, log: Vec<u8>) -> Result<(), AdapterError> {
    for_a_moment(store, |request| ToHost::Import { request, log })
        .await
        .map(drop)
}

/// Asks the worker for something without opening the store.
async fn for_a_moment(
    store: String,
    ask: impl FnOnce(u32) -> ToHost,
) -> Result<Vec<u8>, AdapterError> {
    let session = crate::event::SessionId::random().to_string();
    let endpoint = Endpoint::open(
        WebAdapter::default(),
        store,
        session,
        Build::nameless(),
        None,
    )?;
    // A refusal is an answer too: somebody is there.
    let attached = endpoint.attach().await;
    if let (Err(error), true) = (attached, endpoint.is_closed()) {
        return Err(error);
    }
    let done = endpoint.ask(ask).await;
    endpoint.close();
    done
}
