//! How events travel.

use super::{encoded, event};
use crate::{event::GlobalEvent, sync::protocol::WireEvent, testing::test};

#[test]
fn arguments_come_back_to_the_letter() {
    for args in [
        Some(r#"{"b":1.0, "a":1e21,"n":-0.0}"#),
        Some("null"),
        Some(r#""\u00e9""#),
        Some("12345678901234567890123"),
        None,
    ] {
        let sent = encoded(&event(args));
        let read: WireEvent = serde_json::from_str(&sent).unwrap();
        assert_eq!(read.args.as_ref().map(|args| args.get()), args);
        assert_eq!(encoded(&read), sent);
    }
    assert!(!encoded(&event(None)).contains("args"));
    assert!(encoded(&event(Some("null"))).contains(r#""args":null"#));
}

#[test]
fn events_are_compared_by_the_value_of_their_arguments() {
    let one = event(Some(r#"{"b":1.0,"a":"é"}"#));
    assert_eq!(one, event(Some(r#"{ "a": "\u00e9", "b": 1 }"#)));
    assert_ne!(one, event(Some(r#"{"a":"e","b":1}"#)));
    assert_ne!(event(None), event(Some("null")));
    let other_client = WireEvent {
        client_id: "b".into(),
        ..one.clone()
    };
    assert_ne!(one, other_client);
}

#[test]
fn a_client_reads_canonical_arguments_and_writes_them() {
    let read = GlobalEvent::from(event(Some(r#"{ "b": 1.0, "a": null }"#)));
    assert_eq!(read.args.as_str(), r#"{"a":null,"b":1}"#);
    assert_eq!(GlobalEvent::from(event(None)).args.as_str(), "null");
    let written = WireEvent::from(&read);
    assert_eq!(written.args.as_ref().unwrap().get(), r#"{"a":null,"b":1}"#);
    assert_eq!(GlobalEvent::from(written), read);
}

#[test]
fn arguments_that_have_no_canonical_form_are_taken_as_they_are() {
    let deep = format!("{}{}", "[".repeat(300), "]".repeat(300));
    for args in [&*deep, "1e999"] {
        let read = GlobalEvent::from(event(Some(args)));
        assert_eq!(read.args.as_str(), args);
        assert_eq!(WireEvent::from(&read).args.unwrap().get(), args);
    }
}
