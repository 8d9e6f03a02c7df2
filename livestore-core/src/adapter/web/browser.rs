//! The web adapter where there is a browser.

mod host;
mod ids;
mod locks;
mod page;
mod spawn;
mod wire;

use futures::{FutureExt, channel::oneshot};
pub(super) use host::run_if_worker;
use wasm_bindgen_futures::spawn_local;

use self::page::Endpoint;
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
