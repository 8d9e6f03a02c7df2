//! A client's half, message by message; what becomes of it on a network is in `tests/wire`.

use serde_json::{Value, json};

use super::*;
use crate::{sync::PageInfo, testing::test};

/// A conversation whose frames are JSON.
struct Bench(Conversation);

impl Bench {
    fn new() -> Self {
        let mut bench = Self(Conversation::new(Topic {
            store: "s".to_owned(),
            payload: None,
            refreshable: true,
            limits: Limits::WIRE,
        }));
        assert_eq!(bench.sent(), [json!({"_tag": "Ping"})]);
        bench
    }

    fn effects(&mut self) -> Vec<Effect> {
        std::iter::from_fn(|| self.0.next_effect()).collect()
    }

    /// Requires that there is nothing to do but to send frames.
    fn sent(&mut self) -> Vec<Value> {
        let frame = |effect| match effect {
            Effect::Send(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        };
        self.effects().into_iter().map(frame).collect()
    }

    /// Takes a message; what comes of it besides being heard of.
    fn hear(&mut self, message: &Value) -> Vec<Effect> {
        self.0.receive(&message.to_string());
        let mut effects = self.effects();
        assert!(matches!(effects.remove(0), Effect::Heard));
        effects
    }
}

fn empty_page() -> Value {
    json!({"batch": [], "pageInfo": {"_tag": "NoMore"}, "backendId": "b"})
}

fn chunk(id: &str, values: &[Value]) -> Value {
    json!({"_tag": "Chunk", "requestId": id, "values": values})
}

fn event(seq_num: u64) -> GlobalEvent {
    GlobalEvent {
        name: "v1.X".into(),
        args: crate::event::EncodedArgs::parse("{}").unwrap(),
        seq_num,
        parent_seq_num: seq_num - 1,
        client_id: "c".into(),
        session_id: "s".into(),
    }
}

#[test]
fn a_chunk_is_acknowledged_when_its_last_page_is_taken() {
    let mut bench = Bench::new();
    let key = bench.0.pull(None, true);
    assert_eq!(bench.sent()[0]["id"], "0");
    let effects = bench.hear(&chunk("0", &[empty_page(), empty_page()]));
    let [
        Effect::Page(one, page, None),
        Effect::Page(other, _, Some(ack)),
    ] = &effects[..]
    else {
        panic!("{effects:?}");
    };
    assert_eq!((*one, *other, page.info), (key, key, PageInfo::NoMore));
    bench.0.taken(ack.clone());
    assert_eq!(bench.sent(), [json!({"_tag": "Ack", "requestId": "0"})]);
}

#[test]
fn a_pull_that_nobody_wants_is_interrupted_and_not_heard_any_more() {
    let mut bench = Bench::new();
    let key = bench.0.pull(None, true);
    bench.effects();
    bench.0.give_up(key);
    let interrupt = json!({"_tag": "Interrupt", "requestId": "0"});
    assert_eq!(bench.sent(), [interrupt]);
    bench.0.give_up(key);
    bench.0.taken(RequestId::new(0));
    assert_eq!(bench.sent(), [] as [Value; 0]);
    assert!(bench.hear(&chunk("0", &[empty_page()])).is_empty());
}

#[test]
fn a_push_names_the_log_once_a_page_has_told_it() {
    let mut bench = Bench::new();
    bench.0.push(&[event(1)]);
    assert_eq!(
        bench.sent()[0]["payload"]["backendId"],
        json!({"_tag": "None"})
    );
    bench.0.pull(None, true);
    bench.effects();
    bench.hear(&chunk("1", &[empty_page()]));
    bench.0.push(&[event(1)]);
    let some = json!({"_tag": "Some", "value": "b"});
    assert_eq!(bench.sent()[0]["payload"]["backendId"], some);
}

#[test]
fn a_mismatch_is_told_from_the_clients_point_of_view() {
    let mut bench = Bench::new();
    let key = bench.0.push(&[event(1)]);
    bench.effects();
    let effects = bench.hear(&json!({"_tag": "Exit", "requestId": "0", "exit": {"_tag": "Failure", "cause":
        {"_tag": "Fail", "error": {"_tag": "BackendIdMismatchError", "expected": "server", "received": "client"}}}}));
    let mismatch = BackendError::BackendIdMismatch {
        expected: "client".to_owned(),
        received: "server".to_owned(),
    };
    let [Effect::Pushed(pushed, Err(PushError::Backend(error)))] = &effects[..] else {
        panic!("{effects:?}");
    };
    assert_eq!((*pushed, error), (key, &mismatch));
}

#[test]
fn a_payload_is_asked_for_once_for_all_who_wait() {
    let mut bench = Bench::new();
    bench.hear(&json!({"_tag": "Pong", "livestoreRs": 1}));
    bench.0.push(&[event(1)]);
    bench.0.push(&[event(1)]);
    bench.effects();
    let refuse = |id: &str| {
        json!({"_tag": "Exit", "requestId": id, "exit": {"_tag": "Failure", "cause": {"_tag": "Fail",
            "error": {"_tag": "UnknownError", "cause": "", "payload": {"_tag": "Unauthorized", "reason": "old"}}}}})
    };
    assert!(matches!(
        bench.hear(&refuse("0"))[..],
        [Effect::RefreshPayload]
    ));
    assert!(bench.hear(&refuse("1")).is_empty());
    assert!(bench.hear(&json!({"_tag": "RefreshPayload"})).is_empty());
    bench.0.refreshed(Ok(Some(json!("new"))));
    let sent = bench.sent();
    let tags: Vec<_> = sent.iter().map(|frame| frame["tag"].clone()).collect();
    assert_eq!(
        tags,
        [
            "SyncWsRpc.UpdatePayload",
            "SyncWsRpc.Push",
            "SyncWsRpc.Push"
        ]
    );
    assert!(
        sent.iter()
            .all(|frame| frame["payload"]["payload"] == "new")
    );
    // Once is enough: the second refusal is one.
    let effects = bench.hear(&refuse("3"));
    assert!(
        matches!(effects[..], [Effect::Pushed(_, Err(_))]),
        "{effects:?}"
    );
}
