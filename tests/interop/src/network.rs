//! A way to a server that can be cut.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime,
    sync::Notify,
};

/// Carries bytes between clients and a server.
#[derive(Debug)]
pub struct Network {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// Nobody gets through.
    cut: AtomicBool,
    /// What is sent goes nowhere, and nobody is told.
    silent: AtomicBool,
    /// Connections that were made before so many others lose what is sent, and nobody is told.
    stranded: AtomicUsize,
    made: AtomicUsize,
    /// Ends what is under way.
    break_all: Notify,
}

impl Network {
    /// Makes a way to a server.
    ///
    /// # Panics
    /// When there is no port left.
    pub fn to(server: SocketAddr) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
        listener.set_nonblocking(true).expect("it is a socket");
        let network = Self {
            address: listener.local_addr().expect("it has an address"),
            shared: Arc::default(),
        };
        let shared = Arc::clone(&network.shared);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be built");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("it is a socket");
                // Until the test's process ends.
                while let Ok((client, _)) = listener.accept().await {
                    if !shared.cut.load(SeqCst) {
                        tokio::spawn(carry(client, server, Arc::clone(&shared)));
                    }
                }
            });
        });
        network
    }

    /// Returns the URL by which a WebSocket client reaches the server.
    pub fn url(&self) -> String {
        format!("ws://{}/sync", self.address)
    }

    /// Returns the URL by which an HTTP client reaches the server.
    pub fn http_url(&self) -> String {
        format!("http://{}/sync", self.address)
    }

    /// Breaks all connections, and lets none through until [`mend`](Self::mend).
    pub fn cut(&self) {
        self.shared.cut.store(true, SeqCst);
        self.shared.break_all.notify_waiters();
    }

    /// Loses what is sent, without a word to anybody, until [`mend`](Self::mend).
    pub fn go_silent(&self) {
        self.shared.silent.store(true, SeqCst);
    }

    /// Loses what is sent on the connections there are, without a word to anybody; new ones get through.
    pub fn strand(&self) {
        self.shared
            .stranded
            .store(self.shared.made.load(SeqCst), SeqCst);
    }

    /// Lets everything through again; what was silent is broken.
    pub fn mend(&self) {
        self.shared.cut.store(false, SeqCst);
        if self.shared.silent.swap(false, SeqCst) {
            self.shared.break_all.notify_waiters();
        }
    }
}

async fn carry(client: TcpStream, server: SocketAddr, shared: Arc<Shared>) {
    let broken = shared.break_all.notified();
    let number = shared.made.fetch_add(1, SeqCst);
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    for stream in [&client, &server] {
        // Waiting for more to send would show as latency.
        let _ = stream.set_nodelay(true);
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let both = async {
        futures::future::select(
            Box::pin(copy(from_client, to_server, number, &shared)),
            Box::pin(copy(from_server, to_client, number, &shared)),
        )
        .await;
    };
    futures::future::select(Box::pin(both), Box::pin(broken)).await;
}

async fn copy(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, number: usize, shared: &Shared) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        // Nothing that was sent after the cut gets through before its connection ends.
        if shared.cut.load(SeqCst) {
            return;
        }
        if shared.silent.load(SeqCst) || number < shared.stranded.load(SeqCst) {
            continue;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
