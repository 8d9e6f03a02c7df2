//! A server that can be killed and started again.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
};

use livestore_server::{
    SyncServer, SyncServerBuilder,
    storage::{EventStore, MemoryStore},
};
use tokio::{runtime, sync::oneshot};

/// A sync server on a port of this machine. What it stores outlives it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    storage: Arc<dyn EventStore>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    /// Ends the server when it is dropped.
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Server {
    /// Starts a server.
    pub fn start() -> Self {
        Self::start_with(SyncServer::builder())
    }

    /// Starts a server with options.
    ///
    /// # Panics
    /// When there is no port left.
    pub fn start_with(builder: SyncServerBuilder) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let mut server = Self {
            address: listener.local_addr().expect("it has an address"),
            storage: Arc::new(MemoryStore::new()),
            running: None,
        };
        server.run(listener, builder);
        server
    }

    /// Returns where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends without a word to anybody.
    ///
    /// # Panics
    /// When the server has.
    pub fn kill(&mut self) {
        if let Some(Running { stop, thread }) = self.running.take() {
            drop(stop);
            thread.join().expect("the server did not panic");
        }
    }

    /// Starts again at the same place, after [`kill`](Self::kill).
    ///
    /// # Panics
    /// When the port is taken by now.
    pub fn restart(&mut self) {
        self.kill();
        let listener = TcpListener::bind(self.address).expect("the port is still free");
        self.run(listener, SyncServer::builder());
    }

    fn run(&mut self, listener: TcpListener, builder: SyncServerBuilder) {
        let storage = Arc::clone(&self.storage);
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be built");
            runtime.block_on(async move {
                let server = builder.shared_storage(storage).build();
                let router = server.expect("it has a storage").into_router();
                listener.set_nonblocking(true).expect("it is a socket");
                let listener = tokio::net::TcpListener::from_std(listener).expect("it is a socket");
                tokio::spawn(axum::serve(listener, router).into_future());
                // Connections end with the runtime.
                let _ = stopped.await;
            });
            runtime.shutdown_background();
        });
        self.running = Some(Running { stop, thread });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
