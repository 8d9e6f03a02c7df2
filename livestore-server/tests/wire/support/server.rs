//! A server on a port of its own.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use super::Engine;
use livestore_server::{SyncServer, SyncServerBuilder, Timeouts, storage::MemoryStore};
use tokio::{net::TcpListener, task::JoinHandle};

/// The start of every server here: it waits for clients however slow the machine is. Tests of times set them.
pub(crate) fn builder() -> SyncServerBuilder {
    let mut timeouts = Timeouts::default();
    timeouts.first_pull = Duration::from_secs(600);
    SyncServer::builder().timeouts(timeouts)
}

/// A server that ends with its test.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) server: SyncServer,
    task: JoinHandle<()>,
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TestServer {
    /// Starts a server in memory.
    pub(crate) async fn start() -> Self {
        Self::with(builder().storage(MemoryStore::new())).await
    }

    /// Starts a server on an engine.
    pub(crate) async fn on(engine: &Engine) -> Self {
        Self::with(builder().shared_storage(Arc::clone(&engine.storage))).await
    }

    /// Starts a server with options.
    pub(crate) async fn with(builder: SyncServerBuilder) -> Self {
        let server = builder.build().expect("the server can be built");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let router = server.clone().into_router();
        let task = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).await.expect("it serves");
        });
        Self {
            address,
            server,
            task,
        }
    }

    /// The URL of a store.
    pub(crate) fn url(&self, store: &str) -> String {
        format!("ws://{}/?storeId={store}&transport=ws", self.address)
    }
}
