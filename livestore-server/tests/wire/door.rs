//! Who gets a connection, and who does not.

use livestore_server::{AllowedOrigins, storage::MemoryStore};
use tokio_tungstenite::tungstenite::Error;

use crate::support::{Client, TestServer, builder, http::http};

/// The status of a refused connection.
pub(crate) fn status(result: Result<Client, Error>) -> u16 {
    match result {
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    }
}

#[tokio::test]
async fn a_page_of_another_site_gets_no_connection() {
    let server = TestServer::start().await;
    let url = server.url("s");
    let own = format!("http://{}", server.address);
    for (origin, expected) in [
        (&*own, 101),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://127.0.0.1", 403),
    ] {
        let result = Client::open_with(&url, "s", &[("origin", origin)]).await;
        assert_eq!(status(result), expected, "{origin}");
    }
    assert_eq!(status(Client::open(&url, "s").await), 101);
}

#[tokio::test]
async fn a_listed_origin_gets_a_connection() {
    let origins = AllowedOrigins::List(vec!["https://app.example.com".into()]);
    let builder = builder().storage(MemoryStore::new()).origins(origins);
    let server = TestServer::with(builder).await;
    for (origin, expected) in [
        ("https://app.example.com", 101),
        ("https://app.example.com.evil.example", 403),
    ] {
        let result = Client::open_with(&server.url("s"), "s", &[("origin", origin)]).await;
        assert_eq!(status(result), expected, "{origin}");
    }
}

#[tokio::test]
async fn a_query_that_names_no_store_gets_no_connection() {
    let server = TestServer::start().await;
    let long = "x".repeat(129);
    for (query, expected) in [
        ("storeId=&transport=ws", 400),
        ("storeId=a%2Fb&transport=ws", 400),
        ("storeId=..&transport=ws", 400),
        ("storeId=a'b&transport=ws", 400),
        ("storeId=%00&transport=ws", 400),
        ("storeId=s&transport=carrier-pigeon", 400),
        ("storeId=s&transport=ws&payload=%7Bbad", 400),
        ("storeId=s", 404),
        ("transport=ws", 404),
        (&*format!("storeId={long}&transport=ws"), 400),
        (&*format!("storeId={}&transport=ws", &long[1..]), 101),
        ("storeId=s-_9Z&transport=ws", 101),
        ("storeId=s&transport=ws&payload=%7B%22a%22%3A1%7D", 101),
        (
            "storeId=s&transport=ws&payload=%257B%2522a%2522%253A1%257D&livestore-rs=1",
            101,
        ),
    ] {
        let url = format!("ws://{}/some/path?{query}", server.address);
        assert_eq!(status(Client::open(&url, "s").await), expected, "{query}");
    }
}

#[tokio::test]
async fn what_is_no_websocket_is_told_so() {
    let server = TestServer::start().await;
    let answer = http(server.address, "GET", "/?storeId=s&transport=ws", &[], "").await;
    assert_eq!(answer.status, 426);
    assert_eq!(http(server.address, "GET", "/", &[], "").await.status, 200);
    assert_eq!(
        http(server.address, "GET", "/nothing", &[], "")
            .await
            .status,
        404
    );
}
