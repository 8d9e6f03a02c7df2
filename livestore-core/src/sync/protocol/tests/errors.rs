//! How calls fail.

use serde_json::json;

use super::{request, server, value};
use crate::{sync::protocol::*, testing::test};

#[test]
fn causes_are_a_list_for_who_numbers_requests_plainly() {
    let error = RpcError::ServerAhead {
        minimum_expected_num: 2,
        provided_num: 1,
    };
    let text = ServerFrame::failed(RequestId::new(3), error.clone()).encode();
    assert_eq!(value(&text)["exit"]["cause"]["_tag"], "Fail");
    let plain = request(r#"{"_tag":"Request","id":3,"tag":"x","payload":{}}"#).id;
    let text = ServerFrame::failed(plain, error.clone()).encode();
    assert_eq!(value(&text)["exit"]["cause"][0]["_tag"], "Fail");
    let ServerFrame::Exit {
        exit: Exit::Failure(cause),
        ..
    } = server(&text)
    else {
        panic!("{text}");
    };
    assert_eq!(cause.error(), Some(&error));
}

#[test]
fn errors_are_found_wherever_they_are_in_a_cause() {
    let text = r#"{"_tag":"Exit","requestId":"1","exit":{"_tag":"Failure","cause":{"_tag":"Sequential",
        "left":{"_tag":"Empty"},"right":{"_tag":"Parallel","left":{"_tag":"Interrupt","fiberId":{"_tag":"None"}},
        "right":{"_tag":"Fail","error":{"_tag":"UnknownError","cause":"no"}}}}}}"#;
    let ServerFrame::Exit {
        exit: Exit::Failure(cause),
        ..
    } = server(text)
    else {
        panic!();
    };
    assert_eq!(cause.leaves().len(), 2);
    assert_eq!(cause.error().unwrap().message(), "no");
    assert_eq!(cause.message(), "interrupted; no");
}

#[test]
fn an_error_that_is_not_known_is_kept() {
    let text = r#"{"_tag":"Exit","requestId":"1","exit":{"_tag":"Failure","cause":
        {"_tag":"Fail","error":{"_tag":"InvalidPushError","message":"no"}}}}"#;
    let ServerFrame::Exit {
        exit: Exit::Failure(cause),
        ..
    } = server(text)
    else {
        panic!();
    };
    assert_eq!(cause.message(), "no");
    assert_eq!(cause.error().unwrap().refusal(), None);
}

#[test]
fn refusals_are_unknown_errors_to_others() {
    let refusals = [
        Refusal::RejectedEvents {
            events: vec![EventRefusal {
                seq_num: 4,
                reason: "the name is taken".to_owned(),
            }],
        },
        Refusal::Unauthorized {
            reason: "the token is too old".to_owned(),
        },
        Refusal::TooLarge {
            max_events: 10,
            max_bytes: 1_000,
        },
        Refusal::RateLimited { retry_after_ms: 50 },
    ];
    for refusal in refusals {
        let text = ServerFrame::failed(RequestId::new(1), refusal.clone()).encode();
        let error = &value(&text)["exit"]["cause"]["error"];
        assert_eq!(error["_tag"], "UnknownError");
        assert_eq!(error["cause"]["message"], refusal.to_string());
        // LiveStore does not decode a `null` here.
        assert!(!text.contains("note"));
        let ServerFrame::Exit {
            exit: Exit::Failure(cause),
            ..
        } = server(&text)
        else {
            panic!("{text}");
        };
        assert_eq!(cause.error().unwrap().refusal(), Some(refusal));
    }
    let text = RpcError::from(Refusal::RejectedEvents {
        events: vec![EventRefusal {
            seq_num: 4,
            reason: "taken".to_owned(),
        }],
    });
    assert_eq!(
        serde_json::to_value(&text).unwrap()["payload"],
        json!({"_tag": "RejectedEvents", "events": [{"seqNum": 4, "reason": "taken"}]})
    );
}

#[test]
fn frames_that_lack_something_are_errors() {
    for text in [
        "",
        "{nope",
        "5",
        "{}",
        r#"{"_tag":5}"#,
        r#"{"_tag":"Chunk","requestId":"1"}"#,
        r#"{"_tag":"Chunk","values":[]}"#,
        r#"{"_tag":"Exit","requestId":"1"}"#,
        r#"{"_tag":"Exit","requestId":"1","exit":{"_tag":"Failure"}}"#,
        r#"{"_tag":"Exit","requestId":"1","exit":{"_tag":"Maybe"}}"#,
        r#"[{"_tag":"Pong"},{}]"#,
    ] {
        assert!(ServerFrame::decode(text).is_err(), "{text}");
    }
    for text in [
        "",
        "{nope",
        "{}",
        r#"{"_tag":"Ack"}"#,
        r#"{"_tag":"Request","id":"1"}"#,
        "[5]",
    ] {
        assert!(ClientFrame::decode(text).is_err(), "{text}");
    }
}
