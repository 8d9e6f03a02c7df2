//! Serves to the browser: a built app's folder, with a sync server or files only, or what a test's router says.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    thread::{self, JoinHandle},
};

use axum::Router;
use livestore_server::{SyncServer, storage::MemoryStore};
use tokio::{net::TcpListener, runtime, sync::oneshot};
use tower_http::services::ServeDir;

/// A web server on a free port of this machine; it ends when dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts to serve the files in `folder`.
    pub fn start(folder: &Path) -> io::Result<Self> {
        let files = Router::new().fallback_service(ServeDir::new(folder));
        Self::serve(|| files)
    }

    /// Starts to serve a built app with a sync server, as it is deployed, but for what is synced: that is gone with it.
    pub fn start_with_sync(folder: &Path) -> io::Result<Self> {
        let app = livestore_server::app(folder);
        Self::serve(|| {
            let sync = SyncServer::builder().storage(MemoryStore::new());
            let sync = sync.build().expect("it has a storage and a runtime");
            sync.into_router_with(app)
        })
    }

    /// Starts to serve what a router does, which is made on the server's own runtime.
    pub(crate) fn serve(router: impl FnOnce() -> Router) -> io::Result<Self> {
        // Its own thread and runtime: a test that keeps its thread busy doesn't stop the files from coming.
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        let router = {
            let _runtime = runtime.enter();
            router()
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            runtime.spawn(axum::serve(listener, router).into_future());
            // Ends when the sender is dropped; open connections end with the runtime.
            let _ = runtime.block_on(stopped);
        });
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Returns the address of a path, which may have a fragment: `""`, `"#/active"`.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic in there has shown up as requests that failed.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, net::TcpStream};

    use reqwest::header::CONTENT_TYPE;

    use super::*;

    #[test]
    fn files_come_with_their_content_type_until_the_server_is_dropped() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let expected = [
            ("index.html", "text/html"),
            ("app.js", "text/javascript"),
            ("app_bg.wasm", "application/wasm"),
            ("style.css", "text/css"),
        ];
        for (file, _) in expected {
            fs::write(folder.path().join(file), file).expect("the folder is writable");
        }
        let server = Server::start(folder.path()).expect("the server starts");

        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client can be built");
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be built");
        let get = |path: &str| {
            runtime.block_on(async {
                let response = client
                    .get(server.url(path))
                    .send()
                    .await
                    .expect("the server answers");
                let content_type = response
                    .headers()
                    .get(CONTENT_TYPE)
                    .map(|value| format!("{value:?}"));
                (
                    response.status().as_u16(),
                    content_type.unwrap_or_default(),
                    response.text().await.expect("a body"),
                )
            })
        };
        for (file, content_type) in expected {
            let (status, sent_type, body) = get(file);
            assert_eq!((status, body.as_str()), (200, file));
            assert!(
                sent_type.contains(content_type),
                "{file} is sent as {sent_type}"
            );
        }
        assert_eq!(get("").2, "index.html", "a folder is its index.html");
        assert_eq!(get("nothing-here").0, 404);

        let address = server.address;
        drop(server);
        assert!(TcpStream::connect(address).is_err(), "the port is closed");
    }
}
