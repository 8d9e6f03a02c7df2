//! Encrypted connections, served by the server itself.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use livestore_server::{Serving, SyncServer, Timeouts, Tls, TlsError, storage::MemoryStore};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName},
    },
};

use crate::support::{Client, event, events, numbers};

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);

/// A certificate for `localhost` and its key, in files.
struct Files {
    certificate: CertificateDer<'static>,
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let files = Self {
            certificate: cert.der().clone(),
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        files.write("chain.pem", &cert.pem());
        files.write("key.pem", &signing_key.serialize_pem());
        files
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("it can be written");
    }

    fn read(&self) -> Result<Tls, TlsError> {
        let folder = self.folder.path();
        Tls::from_pem_files(folder.join("chain.pem"), folder.join("key.pem"))
    }
}

/// A server with a certificate.
struct SecureServer {
    address: SocketAddr,
    connector: TlsConnector,
    end: oneshot::Sender<()>,
    serving: JoinHandle<io::Result<()>>,
}

impl SecureServer {
    async fn start(timeouts: Timeouts) -> Self {
        let files = Files::new();
        let server = SyncServer::builder()
            .storage(MemoryStore::new())
            .timeouts(timeouts)
            .build()
            .expect("it builds");
        let mut serving = Serving::default();
        serving.tls = Some(files.read().expect("the files can be used"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (end, ended) = oneshot::channel::<()>();

        let mut roots = RootCertStore::empty();
        roots.add(files.certificate).expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("it is what the provider can")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            address,
            connector: TlsConnector::from(Arc::new(config)),
            end,
            serving: tokio::spawn(server.serve(listener, serving, async { drop(ended.await) })),
        }
    }

    async fn stream(&self) -> TlsStream<TcpStream> {
        let stream = TcpStream::connect(self.address).await.expect("it connects");
        let name = ServerName::try_from("localhost").expect("a name");
        let stream = self.connector.connect(name, stream).await;
        stream.expect("the certificate is the server's")
    }

    async fn client(&self) -> Client {
        let here = format!("localhost:{}", self.address.port());
        let url = format!("wss://{here}/?storeId=s&transport=ws");
        // As a page of the server's own sends it.
        let origin = format!("https://{here}");
        let headers = [("origin", &*origin)];
        let client = Client::over(self.stream().await, &url, "s", &headers).await;
        client.expect("it connects")
    }
}

fn patient() -> Timeouts {
    let mut timeouts = Timeouts::default();
    timeouts.first_pull = Duration::from_secs(600);
    timeouts
}

/// What a socket says until it ends, however it does.
async fn last_words(stream: &mut TcpStream) -> Vec<u8> {
    let mut words = Vec::new();
    let end = timeout(PATIENCE, stream.read_to_end(&mut words)).await;
    // A reset is an end too: the server may not have read all that was sent.
    let _ = end.expect("the server ends the connection");
    words
}

#[tokio::test]
async fn clients_pull_and_push_by_wss_until_the_server_ends() {
    let server = SecureServer::start(patient()).await;
    let (mut reader, mut author) = (server.client().await, server.client().await);
    let pull = reader.pull(true, None).await;
    assert_eq!(reader.value(&pull).await["batch"], json!([]));
    author.push_ok(&events(0, 100, "a")).await;
    assert_eq!(
        reader.numbers_up_to(&pull, 100).await,
        (1..=100).collect::<Vec<_>>()
    );
    assert_eq!(numbers(&author.read_all().await).len(), 100);
    server.end.send(()).expect("it serves");
    assert_eq!(reader.closed().await.code, 1012);
    assert_eq!(author.closed().await.code, 1012);
    let ended = timeout(PATIENCE, server.serving).await.expect("it ends");
    ended.expect("no panic").expect("it served");
}

#[tokio::test]
async fn requests_over_https_are_answered() {
    let server = SecureServer::start(patient()).await;
    let mut stream = server.stream().await;
    let request = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request).await.expect("it is sent");
    let mut answer = String::new();
    // As an end of TLS, not only of the socket: what was cut off would be an error.
    let read = timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
    read.expect("it answers").expect("it ends as TLS does");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.ends_with("ok\n"), "{answer}");
}

#[tokio::test]
async fn who_speaks_no_tls_is_sent_away_without_an_answer_and_harms_nobody() {
    let server = SecureServer::start(patient()).await;
    let mut client = server.client().await;
    let upgrade = "GET /?storeId=s&transport=ws HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\n\
        upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    let garbage = "\u{16}\u{3}\u{1}\u{0}\u{5}hello";
    for words in [
        "GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n",
        upgrade,
        garbage,
    ] {
        let mut stream = TcpStream::connect(server.address)
            .await
            .expect("it connects");
        stream
            .write_all(words.as_bytes())
            .await
            .expect("it is sent");
        let answer = last_words(&mut stream).await;
        let answer = String::from_utf8_lossy(&answer);
        assert!(
            !answer.contains("HTTP") && !answer.contains("ok"),
            "{answer}"
        );
    }
    client.push_ok(&[event(1, 0, "a")]).await;
    server.client().await.push_ok(&[event(2, 1, "b")]).await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let mut timeouts = patient();
    timeouts.headers = Duration::from_millis(200);
    let server = SecureServer::start(timeouts).await;
    for words in [&b""[..], b"\x16\x03\x01"] {
        let mut stream = TcpStream::connect(server.address)
            .await
            .expect("it connects");
        stream.write_all(words).await.expect("it is sent");
        assert_eq!(last_words(&mut stream).await, b"");
    }
}

#[test]
fn files_that_cannot_be_served_with_are_refused_before_anybody_connects() {
    let files = Files::new();
    files.write(
        "key.pem",
        &KeyPair::generate().expect("a key").serialize_pem(),
    );
    let error = files.read().expect_err("the key is another's");
    assert!(matches!(error, TlsError::Unusable(_)), "{error}");
    for name in ["chain.pem", "key.pem"] {
        let files = Files::new();
        files.write(name, "-----BEGIN NOTHING-----\n");
        let error = files.read().expect_err("a file is none");
        let expected = match name {
            // An empty chain is noticed when it is put together.
            "chain.pem" => matches!(error, TlsError::Unusable(_) | TlsError::File { .. }),
            _ => matches!(&error, TlsError::File { file, .. } if file.ends_with(name)),
        };
        assert!(expected, "{name}: {error}");
        std::fs::remove_file(files.folder.path().join(name)).expect("it was there");
        let error = files.read().expect_err("a file is gone");
        assert!(error.to_string().contains(name), "{error}");
    }
}
