//! What a URL says.

use serde_json::json;

use crate::{sync::protocol::*, testing::test};

#[test]
fn payloads_are_encoded_twice_and_read_twice_or_once() {
    let payload = json!({"authToken": "sécret&=+ 1%", "n": 1});
    let query = ConnectQuery {
        store_id: "a b".to_owned(),
        transport: Transport::WebSocket,
        payload: Some(payload.clone()),
        extension: Some(1),
    };
    let text = query.encode();
    assert!(
        text.starts_with("storeId=a+b&payload=%257B%2522authToken%2522"),
        "{text}"
    );
    assert!(text.ends_with("&transport=ws&livestore-rs=1"), "{text}");
    assert_eq!(ConnectQuery::parse(&text), Ok(query));
    let once = "storeId=s&transport=http&payload=%7B%22authToken%22%3A%22100%25%22%7D";
    let read = ConnectQuery::parse(once).unwrap();
    assert_eq!(read.payload, Some(json!({"authToken": "100%"})));
    assert_eq!(read.extension, None);
}

#[test]
fn queries_without_what_is_needed_are_refused() {
    let missing = |query, name| {
        assert_eq!(ConnectQuery::parse(query), Err(InvalidQuery::Missing(name)));
    };
    missing("", "transport");
    missing("storeId=s", "transport");
    missing("transport=ws", "storeId");
    for query in [
        "storeId=s&transport=foo",
        "storeId=s&transport=ws&payload=%7Bbad",
        "storeId=s&transport=ws&payload=%",
        "storeId=%ff&transport=ws",
    ] {
        let read = ConnectQuery::parse(query);
        assert!(matches!(read, Err(InvalidQuery::Unreadable(_))), "{query}");
    }
}
