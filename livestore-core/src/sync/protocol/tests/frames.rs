//! What frames say.

use serde_json::Value;

use super::{event, request, server};
use crate::{
    sync::{PageInfo, protocol::*},
    testing::test,
};

#[test]
fn ids_are_echoed_as_they_came() {
    for id in [r#""0""#, "7", r#""abc""#] {
        let text =
            format!(r#"{{"_tag":"Request","id":{id},"tag":"SyncWsRpc.Nope","payload":{{}}}}"#);
        let request = request(&text);
        assert_eq!(request.id.as_json(), id);
        assert_eq!(request.id.is_number(), id == "7");
        let answer = ServerFrame::ended(request.id).encode();
        assert!(answer.contains(&format!(r#""requestId":{id}"#)), "{answer}");
    }
    assert_eq!(RequestId::new(12).as_json(), r#""12""#);
    assert_eq!(RequestId::new(12).number(), Some(12));
    for id in ["null", "{}", "true"] {
        let text = format!(r#"{{"_tag":"Ack","requestId":{id}}}"#);
        assert!(ClientFrame::decode(&text).is_err(), "{id}");
    }
}

#[test]
fn what_may_be_missing_is_tagged() {
    let pull = |cursor: &str| {
        let text = format!(
            r#"{{"_tag":"Request","id":"1","tag":"SyncWsRpc.Pull","payload":{{"storeId":"s","live":true,"cursor":{cursor}}}}}"#
        );
        request(&text).call()
    };
    assert!(pull(r#"{"_tag":"None"}"#).is_ok());
    let some = r#"{"value":{"eventSequenceNumber":4,"backendId":"b"},"_tag":"Some"}"#;
    let Ok((_, Call::Pull(read))) = pull(some) else {
        panic!();
    };
    assert_eq!(read.cursor.unwrap().event_sequence_number, 4);
    for wrong in ["null", r#"{"_tag":"Some"}"#, r#"{"_tag":"Nothing"}"#, "{}"] {
        assert!(
            matches!(pull(wrong), Err(WireError::Payload { .. })),
            "{wrong}"
        );
    }
}

#[test]
fn a_null_payload_is_a_payload() {
    for (payload, read) in [("", None), (r#","payload":null"#, Some(Value::Null))] {
        let text = format!(
            r#"{{"_tag":"Request","id":"1","tag":"SyncHttpRpc.Ping","payload":{{"storeId":"s"{payload}}}}}"#
        );
        let Ok((Transport::Http, Call::Ping(ping))) = request(&text).call() else {
            panic!();
        };
        assert_eq!(ping.payload, read);
    }
}

#[test]
fn what_others_add_is_passed_over() {
    let frame = server(r#"{"x":{"y":[1]},"_tag":"Pong","z":null}"#);
    assert!(matches!(frame, ServerFrame::Pong { extension: None }));
    let frame = server(&ServerFrame::pong(true).encode());
    assert!(
        matches!(frame, ServerFrame::Pong { extension: Some(version) } if version == EXTENSION)
    );
    assert_eq!(ServerFrame::pong(false).encode(), r#"{"_tag":"Pong"}"#);
}

#[test]
fn a_chunk_is_read_when_it_is_wanted() {
    let frame = server(r#"{"_tag":"Chunk","requestId":"1","values":[{"batch":[]}]}"#);
    let ServerFrame::Chunk { values, .. } = frame else {
        panic!("{frame:?}");
    };
    assert!(values.decode().is_err());
}

#[test]
fn a_pull_on_a_connection_says_whether_it_stays() {
    for (tag, read) in [("SyncWsRpc.Pull", false), ("SyncHttpRpc.Pull", true)] {
        let text = format!(
            r#"{{"_tag":"Request","id":"1","tag":"{tag}","payload":{{"storeId":"s","cursor":{{"_tag":"None"}}}}}}"#
        );
        assert_eq!(request(&text).call().is_ok(), read, "{tag}");
    }
}

#[test]
fn a_chunk_of_encoded_pages_is_the_chunk_of_the_pages() {
    let page = PullResponse {
        batch: vec![PulledItem {
            event_encoded: event(Some(r#"{"id":"1"}"#)),
            metadata: Some(SyncMetadata {
                created_at: "2026-11-23T00:43:49.963Z".to_owned(),
            }),
        }],
        page_info: PageInfo::MoreKnown { remaining: 3 },
        backend_id: "b".to_owned(),
    };
    let whole = ServerFrame::Chunk {
        request_id: RequestId::new(0),
        values: ChunkValues::new(&[page.clone(), page.clone()]),
    };
    let text = encode_chunk(&RequestId::new(0), &[page.encode(), page.encode()]);
    assert_eq!(text, whole.encode());
}
