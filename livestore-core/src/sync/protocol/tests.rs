//! The wire's corners; the recorded frames are read in `tests/wire`.

mod errors;
mod events;
mod frames;
mod pieces;
mod queries;

use serde_json::{Value, value::RawValue};

use super::*;

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn request(text: &str) -> Request {
    match ClientFrame::decode(text).unwrap().remove(0) {
        ClientFrame::Request(request) => request,
        other => panic!("{other:?}"),
    }
}

fn server(text: &str) -> ServerFrame {
    ServerFrame::decode(text).unwrap().remove(0)
}

fn event(args: Option<&str>) -> WireEvent {
    WireEvent {
        name: "v1.TodoCreated".into(),
        args: args.map(|args| RawValue::from_string(args.to_owned()).unwrap().into()),
        seq_num: 1,
        parent_seq_num: 0,
        client_id: "a".into(),
        session_id: "s".into(),
    }
}

fn encoded(event: &WireEvent) -> String {
    serde_json::to_string(event).unwrap()
}
