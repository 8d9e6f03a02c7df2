//! Events on the wire (EVT-01) and when two events are the same (EVT-02 and following).

use serde::Serialize;
use serde_json::json;

use super::{EncodedArgs, EncodedEvent, EventId, EventScope, GlobalEvent, SeqNum};
use crate::testing::test;

/// An event with these arguments, as JSON text.
fn event(args: &str) -> EncodedEvent {
    EncodedEvent {
        name: "v1.Happened".into(),
        args: EncodedArgs::parse(args).unwrap(),
        seq: "e5r2".parse().unwrap(),
        parent: "e4r1".parse().unwrap(),
        client_id: "client".into(),
        session_id: "session".into(),
        id: EventId(7),
    }
}

fn encoded(args: &impl Serialize) -> EncodedEvent {
    EncodedEvent {
        args: EncodedArgs::encode(args).unwrap(),
        ..event("null")
    }
}

#[track_caller]
fn assert_same(left: &str, right: &str) {
    assert!(event(left).is_same_event(&event(right)), "{left} {right}");
}

#[track_caller]
fn assert_different(left: &str, right: &str) {
    let (left, right) = (event(left), event(right));
    assert!(!left.is_same_event(&right) && !right.is_same_event(&left));
}

/// What the event has become when it comes back from the backend.
fn returned(event: &EncodedEvent) -> EncodedEvent {
    let text = serde_json::to_string(&GlobalEvent::from(event)).unwrap();
    let global: GlobalEvent = serde_json::from_str(&text).unwrap();
    global.into()
}

#[test]
fn seq_02_an_explicit_generation_replaces_the_one_before() {
    let root = SeqNum::ROOT;
    let at = |text: &str| text.parse::<SeqNum>().unwrap();
    assert_eq!(
        root.next_in_generation(EventScope::Synced, 1),
        (at("e1r1"), at("e0r1"))
    );
    assert_eq!(
        root.next_in_generation(EventScope::ClientOnly, 1),
        (at("e0.1r1"), at("e0"))
    );
    assert_eq!(
        at("e5.2r3").next_in_generation(EventScope::Synced, 4),
        (at("e6r4"), at("e5r4"))
    );
    assert_eq!(
        at("e5.2r3").next_in_generation(EventScope::ClientOnly, 4),
        (at("e5.3r4"), at("e5.2r3"))
    );
}

#[test]
fn evt_01_numbers_on_the_wire_are_plain_integers() {
    let global = GlobalEvent::from(&event(r#"{"text":"hi"}"#));
    let wire = serde_json::to_value(&global).unwrap();
    assert_eq!(
        wire,
        json!({
            "name": "v1.Happened",
            "args": {"text": "hi"},
            "seqNum": 5,
            "parentSeqNum": 4,
            "clientId": "client",
            "sessionId": "session",
        })
    );
    assert!(wire["seqNum"].is_u64() && wire["parentSeqNum"].is_u64());
    let text = serde_json::to_string(&global).unwrap();
    assert!(text.contains(r#""seqNum":5,"parentSeqNum":4,"#), "{text}");
    assert!(text.contains(r#""args":{"text":"hi"}"#), "{text}");
}

#[test]
fn evt_01_other_forms_of_a_number_are_refused() {
    for number in [r#""5""#, "5.5", "-1", r#"{"global":5}"#, "null"] {
        let text = format!(
            r#"{{"name":"a","args":{{}},"seqNum":{number},"parentSeqNum":4,"clientId":"c","sessionId":"s"}}"#
        );
        assert!(
            serde_json::from_str::<GlobalEvent>(&text).is_err(),
            "{text}"
        );
    }
}

#[test]
fn an_event_comes_back_from_the_wire_as_it_was() {
    for args in [
        "null",
        "{}",
        "[]",
        r#""text""#,
        r#"{"b":[1,2.5,-3,1e-7,0.30000000000000004],"a":{"z":null,"y":[[],{}]}}"#,
        r#""\u0000\u001f\"\\ \u00e9 \ud83d\ude00 \u2028""#,
        "[18446744073709551615,-9223372036854775808,9007199254740993,1e300]",
    ] {
        let own = event(args);
        let global = GlobalEvent::from(&own);
        let text = serde_json::to_string(&global).unwrap();
        assert_eq!(
            serde_json::from_str::<GlobalEvent>(&text).unwrap(),
            global,
            "{text}"
        );
        let back = returned(&own);
        assert!(back.is_same_event(&own), "{text}");
        assert_eq!(back.seq, SeqNum::synced(5));
        assert_eq!(back.parent, SeqNum::synced(4));
        assert_eq!(back.id, EventId::REMOTE);
    }
}

#[test]
fn arguments_from_the_wire_are_brought_into_canonical_form() {
    let text = r#" {"sessionId":"s", "clientId":"c", "seqNum":1, "parentSeqNum":0, "extra":true,
        "args": { "b": 1.0, "a": "\u0041" }, "name":"a"} "#;
    let global: GlobalEvent = serde_json::from_str(text).unwrap();
    assert_eq!(global.args.as_str(), r#"{"a":"A","b":1}"#);
}

#[test]
fn arguments_that_are_missing_on_the_wire_are_null() {
    let text = r#"{"name":"a","seqNum":1,"parentSeqNum":0,"clientId":"c","sessionId":"s"}"#;
    let global: GlobalEvent = serde_json::from_str(text).unwrap();
    assert_eq!(global.args, EncodedArgs::parse("null").unwrap());
}

#[test]
fn evt_02_identical_arguments_are_the_same() {
    for args in [r#"{"a":1,"b":"x"}"#, "null", "{}", "[]", "[1,[2]]", "true"] {
        assert_same(args, args);
    }
}

#[test]
fn evt_02_the_order_of_keys_does_not_matter_at_any_depth() {
    assert_same(r#"{"a":1,"b":2}"#, r#"{"b":2,"a":1}"#);
    assert_same(
        r#"{"o":{"a":[{"x":1,"y":2}],"b":2},"p":0}"#,
        r#"{"p":0,"o":{"b":2,"a":[{"y":2,"x":1}]}}"#,
    );
}

#[test]
fn evt_02_another_value_or_key_makes_another_event() {
    assert_different(r#"{"a":1}"#, r#"{"a":2}"#);
    assert_different(r#"{"a":1}"#, r#"{"a":"1"}"#);
    assert_different(r#"{"a":0}"#, r#"{"a":false}"#);
    assert_different(r#"{"a":1}"#, r#"{"b":1}"#);
    assert_different(r#"{"a":1}"#, r#"{"a":1,"b":1}"#);
    assert_different(r#"{"o":{"a":1}}"#, r#"{"o":{"a":2}}"#);
}

#[test]
fn evt_02_null_is_neither_a_missing_key_nor_empty_arguments() {
    assert_different(r#"{"a":null}"#, "{}");
    assert_different(r#"{"o":{"a":null}}"#, r#"{"o":{}}"#);
    assert_different("null", "{}");
    assert_different("{}", "[]");
}

#[test]
fn evt_02_the_order_of_an_array_matters() {
    assert_same("[1,2,3]", "[ 1, 2, 3 ]");
    assert_different("[1,2,3]", "[1,3,2]");
    assert_different("[1,2]", "[1,2,3]");
    assert_different("[[1],2]", "[1,[2]]");
}

#[test]
fn evt_02_every_part_of_an_event_but_its_history_counts() {
    let own = event("{}");
    let at = |seq: &str| EncodedEvent {
        seq: seq.parse().unwrap(),
        ..own.clone()
    };
    let others = [
        EncodedEvent {
            name: "v1.Other".into(),
            ..own.clone()
        },
        EncodedEvent {
            client_id: "other".into(),
            ..own.clone()
        },
        EncodedEvent {
            session_id: "other".into(),
            ..own.clone()
        },
        at("e6r2"),
        at("e5.1r2"),
    ];
    for other in others {
        assert!(!own.is_same_event(&other), "{other:?}");
    }
    let moved = EncodedEvent {
        parent: SeqNum::synced(1),
        id: EventId::REMOTE,
        ..at("e5r9")
    };
    assert!(own.is_same_event(&moved));
}

#[derive(Serialize)]
struct Optional {
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<u8>,
    nullable: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nested: Option<Box<Optional>>,
}

#[test]
fn evt_02_a_field_that_is_skipped_is_a_missing_key() {
    let inner = Optional {
        skipped: None,
        nullable: None,
        nested: None,
    };
    let outer = Optional {
        skipped: None,
        nullable: Some(1),
        nested: Some(Box::new(inner)),
    };
    let own = encoded(&outer);
    assert!(own.is_same_event(&event(r#"{"nested":{"nullable":null},"nullable":1}"#)));
    assert!(own.is_same_event(&returned(&own)));
}

#[test]
fn numbers_are_compared_by_their_value() {
    assert_same("1.0", "1");
    assert_same("-0", "0");
    assert_same("-0.0", "0");
    assert_same("1e3", "1000");
    assert_same("0.1", "0.10");
    assert_same("9007199254740992.0", "9007199254740992");
    assert!(encoded(&-0.0).is_same_event(&event("0")));
    assert!(encoded(&1.0).is_same_event(&encoded(&1)));
    assert_different("1", "-1");
    assert_different("0.1", "0.10000000000000002");
}

#[test]
fn whole_numbers_are_exact_where_floats_are_not() {
    assert_different("9007199254740993", "9007199254740992");
    assert_different("18446744073709551615", "18446744073709551614");
    assert!(encoded(&9_007_199_254_740_993_u64).is_same_event(&event("9007199254740993")));
    assert!(encoded(&i64::MIN).is_same_event(&event("-9223372036854775808")));
}

#[test]
fn a_number_that_json_does_not_have_is_null() {
    for float in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(encoded(&[float]).is_same_event(&event("[null]")));
    }
}

#[test]
fn text_is_compared_by_its_characters_however_they_are_written() {
    assert_same(r#""\u00e9\ud83d\ude00\/""#, "\"é😀/\"");
    assert_same(r#"{"\u0061":1}"#, r#"{"a":1}"#);
    // Composed and decomposed, they only look the same.
    assert_different(r#""\u00e9""#, r#""e\u0301""#);
}
