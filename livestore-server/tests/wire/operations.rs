//! What the server does for those who run it.

use std::time::{Duration, Instant};

use livestore_server::{Serving, SyncServer, Timeouts, app, storage::MemoryStore};
use serde_json::json;
use tokio::{net::TcpListener, sync::oneshot};

use crate::support::{Client, TestServer, event, events, http::http, numbers};

async fn with_timeouts(change: impl FnOnce(&mut Timeouts)) -> TestServer {
    let mut timeouts = Timeouts::default();
    change(&mut timeouts);
    TestServer::with(
        SyncServer::builder()
            .storage(MemoryStore::new())
            .timeouts(timeouts),
    )
    .await
}

#[tokio::test]
async fn a_connection_that_does_not_pull_is_closed_and_one_that_did_stays() {
    let server = with_timeouts(|timeouts| timeouts.first_pull = Duration::from_millis(300)).await;
    let mut silent = Client::connect(&server, "s").await;
    let mut pusher = Client::connect(&server, "s").await;
    let mut puller = Client::connect(&server, "s").await;
    pusher.push_ok(&[event(1, 0, "a")]).await;
    puller.read_all().await;
    for client in [&mut silent, &mut pusher] {
        let closed = client.closed().await;
        assert_eq!((closed.code, &*closed.reason), (1001, "no_pull"));
    }
    assert_eq!(
        puller.receive_within(Duration::from_millis(500)).await,
        None
    );
    puller.push_ok(&[event(2, 1, "b")]).await;
}

#[tokio::test]
async fn a_connection_without_a_sign_of_life_is_closed() {
    let server = with_timeouts(|timeouts| timeouts.idle = Duration::from_millis(400)).await;
    let mut client = Client::connect(&server, "s").await;
    let pull = client.pull(true, None).await;
    client.value(&pull).await;
    // The WebSocket layer answers while somebody reads; nobody does for a while.
    assert_eq!(
        client.receive_within(Duration::from_millis(900)).await,
        None
    );
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(client.closed().await.reason, "idle");
}

#[tokio::test]
async fn a_server_that_closes_finishes_pushes_and_sends_clients_away() {
    let server = TestServer::start().await;
    let mut reader = Client::connect(&server, "s").await;
    let pull = reader.pull(true, None).await;
    reader.value(&pull).await;
    let mut author = Client::connect(&server, "s").await;
    author.pull(true, None).await;
    let push = author.start_push(&events(0, 50, "a"), None).await;
    assert_eq!(author.exit(&push).await["_tag"], "Success");
    let started = Instant::now();
    let closing = tokio::spawn({
        let server = server.server.clone();
        async move { server.close().await }
    });
    assert_eq!(author.closed().await.code, 1012);
    assert_eq!(reader.closed().await.code, 1012);
    closing.await.expect("it closes");
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(
        reader.numbers_up_to(&pull, 50).await,
        (1..=50).collect::<Vec<_>>()
    );
    let ready = http(server.address, "GET", "/ready", &[], "").await;
    assert_eq!(ready.status, 503);
    assert_eq!(
        crate::door::status(Client::open(&server.url("s"), "s").await),
        503
    );
}

#[tokio::test]
async fn health_readiness_and_metrics_are_told() {
    let server = TestServer::start().await;
    let mut client = Client::connect(&server, "s").await;
    client.pull(true, None).await;
    client.push_ok(&events(0, 3, "a")).await;
    client.push_err(&[event(1, 0, "other")]).await;
    for path in ["/health", "/ready"] {
        assert_eq!(
            http(server.address, "GET", path, &[], "").await.status,
            200,
            "{path}"
        );
    }
    let metrics = http(server.address, "GET", "/metrics", &[], "").await;
    assert!(
        metrics
            .header("content-type")
            .is_some_and(|kind| kind.contains("openmetrics"))
    );
    for line in [
        "livestore_connections 1",
        "livestore_stores 1",
        "livestore_pulls 1",
        "livestore_pushed_events_total 3",
        "livestore_sent_events_total 3",
        r#"livestore_pushes_total{result="accepted"} 1"#,
        r#"livestore_pushes_total{result="server_ahead"} 1"#,
        "livestore_append_seconds_count 1",
    ] {
        assert!(
            metrics.body.lines().any(|there| there == line),
            "{line} is not in\n{}",
            metrics.body
        );
    }
    client.close().await;
    let patience = Instant::now();
    while !server
        .server
        .metrics()
        .encode()
        .contains("livestore_connections 0")
    {
        assert!(
            patience.elapsed() < Duration::from_secs(5),
            "the connection is still counted"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(
        server
            .server
            .metrics()
            .encode()
            .contains("livestore_pulls 0")
    );
}

/// A built app in a folder.
fn built() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in [
        ("index.html", "<!doctype html>page"),
        ("app-0123456789abcdef.js", "script"),
        ("app-0123456789abcdef.js.br", "brotli"),
        ("app-0123456789abcdef.js.gz", "gzip"),
        ("app-0123456789abcdef_bg.wasm", "wasm"),
        ("plain.css", "style"),
    ] {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    folder
}

#[tokio::test]
async fn one_server_serves_the_app_and_its_sync_until_it_is_told_to_end() {
    let folder = built();
    let server = SyncServer::builder()
        .storage(MemoryStore::new())
        .build()
        .expect("it builds");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let (end, ended) = oneshot::channel::<()>();
    let mut serving = Serving::default();
    serving.rest = Some(app(folder.path()));
    let serving = tokio::spawn(server.serve(listener, serving, async { drop(ended.await) }));

    let get = async |path: &str, encoding: &str| {
        http(address, "GET", path, &[("accept-encoding", encoding)], "").await
    };
    let page = get("/", "").await;
    assert_eq!(
        (&*page.body, page.header("cache-control")),
        ("<!doctype html>page", Some("no-cache"))
    );
    assert_eq!(page.header("content-type"), Some("text/html"));
    let route = get("/todos/7", "").await;
    assert_eq!((route.status, &*route.body), (200, "<!doctype html>page"));
    let script = get("/app-0123456789abcdef.js", "gzip, br").await;
    assert_eq!(
        (&*script.body, script.header("content-encoding")),
        ("brotli", Some("br"))
    );
    assert_eq!(script.header("content-type"), Some("text/javascript"));
    assert_eq!(
        script.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(get("/app-0123456789abcdef.js", "gzip").await.body, "gzip");
    assert_eq!(get("/app-0123456789abcdef.js", "").await.body, "script");
    let wasm = get("/app-0123456789abcdef_bg.wasm", "").await;
    assert_eq!(wasm.header("content-type"), Some("application/wasm"));
    assert_eq!(
        get("/plain.css", "").await.header("cache-control"),
        Some("no-cache")
    );
    assert_eq!(get("/gone-0123456789abcdef.js", "").await.status, 404);
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml"] {
        assert_ne!(get(path, "").await.status, 200, "{path}");
    }
    assert_eq!(http(address, "POST", "/", &[], "").await.status, 405);
    assert_eq!(get("/health", "").await.body, "ok\n");

    let url = format!("ws://{address}/sync?storeId=s&transport=ws");
    let mut client = Client::open(&url, "s").await.expect("it connects");
    client.push_ok(&[event(1, 0, "a")]).await;
    assert_eq!(numbers(&client.read_all().await), [1]);
    end.send(()).expect("it is told");
    assert_eq!(client.closed().await.code, 1012);
    serving.await.expect("it ends").expect("it served");
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn headers_that_do_not_come_are_not_waited_for() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut timeouts = Timeouts::default();
    timeouts.headers = Duration::from_millis(200);
    let builder = SyncServer::builder()
        .storage(MemoryStore::new())
        .timeouts(timeouts);
    let server = builder.build().expect("it builds");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let serving = tokio::spawn(server.serve(listener, Serving::default(), std::future::pending()));
    let mut stream = tokio::net::TcpStream::connect(address)
        .await
        .expect("it connects");
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ")
        .await
        .expect("it is sent");
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
    end.expect("the server does not wait").expect("it is read");
    serving.abort();
}

#[tokio::test]
async fn a_sleeping_store_wakes_with_all_it_had() {
    let hub = livestore_server::hub::HubOptions {
        idle: Duration::from_millis(30),
        ..Default::default()
    };
    let server = TestServer::with(SyncServer::builder().storage(MemoryStore::new()).hub(hub)).await;
    let mut backend = json!(null);
    for round in 0..5 {
        let mut client = Client::connect(&server, "s").await;
        client.push_ok(&events(round, 1, "a")).await;
        let values = client.read_all().await;
        assert_eq!(numbers(&values), (1..=round + 1).collect::<Vec<_>>());
        assert!(backend.is_null() || backend == values[0]["backendId"]);
        backend = values[0]["backendId"].clone();
        client.close().await;
        let patience = Instant::now();
        while !server
            .server
            .metrics()
            .encode()
            .contains("livestore_stores 0")
        {
            assert!(
                patience.elapsed() < Duration::from_secs(5),
                "the store does not go to sleep"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}
