//! Live pulls: what is pushed comes to everybody, once, in order.

use serde_json::json;

use crate::support::{Client, TestServer, event, events, numbers};

#[tokio::test]
async fn a_push_comes_to_both_clients_and_to_its_author_before_the_answer() {
    let server = TestServer::start().await;
    let mut a = Client::connect(&server, "s").await;
    let mut b = Client::connect(&server, "s").await;
    let (pa, pb) = (a.pull(true, None).await, b.pull(true, None).await);
    assert_eq!(a.value(&pa).await["batch"], json!([]));
    assert_eq!(b.value(&pb).await["batch"], json!([]));

    let push = a.start_push(&events(0, 2, "a"), None).await;
    let first = a.receive().await;
    assert_eq!(first["_tag"], "Chunk");
    let second = &first["values"][0]["batch"][1];
    assert_eq!(second["eventEncoded"], event(2, 1, "a-2"));
    assert_eq!(a.exit(&push).await, json!({"_tag": "Success", "value": {}}));
    assert_eq!(numbers(&[b.value(&pb).await]), [1, 2]);
}
