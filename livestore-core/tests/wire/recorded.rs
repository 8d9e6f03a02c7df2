//! Every recorded frame is read, and written again as the same JSON.

use std::{collections::BTreeMap, fs, path::Path};

use livestore_core::sync::protocol::{
    Call, Cause, ClientFrame, ConnectQuery, Exit, Request, RpcError, ServerFrame, Transport,
    WireError,
};
use serde_json::{Value, value::RawValue};

/// A line of a recording, its frames to the letter.
#[derive(serde::Deserialize)]
struct Line<'a> {
    dir: Option<String>,
    #[serde(borrow)]
    frame: Option<&'a RawValue>,
    #[serde(borrow)]
    sent: Option<&'a RawValue>,
    #[serde(borrow)]
    received: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    url: Option<String>,
    ev: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    probe: Option<String>,
}

/// What was seen, so that a test that looks at nothing does not pass.
type Seen = BTreeMap<String, usize>;

fn each_line(mut look: impl FnMut(&str, &Line<'_>)) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire-frames");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    for file in files
        .iter()
        .filter(|file| file.extension().is_some_and(|end| end == "jsonl"))
    {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        for (index, line) in fs::read_to_string(file).unwrap().lines().enumerate() {
            let line: Line<'_> = serde_json::from_str(line).unwrap();
            look(&format!("{name}:{}", index + 1), &line);
        }
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A message as it was sent: an object, or the text of one.
fn message(raw: &RawValue) -> String {
    match json(raw.get()) {
        Value::String(text) => text,
        _ => raw.get().to_owned(),
    }
}

/// Requires that a client's message comes out as it went in, down to the call.
fn client(at: &str, text: &str, seen: &mut Seen) {
    let frames = ClientFrame::decode(text).unwrap_or_else(|error| panic!("{at}: {error}"));
    let again: Vec<_> = frames.iter().map(|frame| json(&frame.encode())).collect();
    let wanted = match json(text) {
        Value::Array(frames) => frames,
        frame => vec![frame],
    };
    assert_eq!(again, wanted, "{at}");
    for frame in frames {
        let kind = match frame {
            ClientFrame::Ping => "ping",
            ClientFrame::Ack { .. } => "ack",
            ClientFrame::Interrupt { .. } => "interrupt",
            ClientFrame::Eof => "eof",
            ClientFrame::Unknown { .. } => "unknown",
            ClientFrame::Request(request) => match request.call() {
                Err(_) => "no call",
                Ok((transport, call)) => {
                    let made = Request::new(request.id.clone(), transport, &call);
                    assert_eq!(
                        json(made.payload.get()),
                        json(request.payload.get()),
                        "{at}"
                    );
                    assert_eq!(made.tag, request.tag, "{at}");
                    match call {
                        Call::Pull(_) => "pull",
                        Call::Push(push) => {
                            assert_args_are_kept(at, request.payload.get(), &push.batch);
                            "push"
                        }
                        Call::Ping(_) => "http ping",
                        other => panic!("{at}: {other:?}"),
                    }
                }
            },
            other => panic!("{at}: {other:?}"),
        };
        *seen.entry(kind.to_owned()).or_default() += 1;
    }
}

/// The arguments are there to the letter, not only as values.
fn assert_args_are_kept(
    at: &str,
    text: &str,
    events: &[livestore_core::sync::protocol::WireEvent],
) {
    for event in events {
        if let Some(args) = event.args.as_ref().map(|args| args.get()) {
            assert!(text.contains(args), "{at}: {args}");
        }
    }
}

/// Requires that a server's message comes out as it went in.
fn server(at: &str, text: &str, seen: &mut Seen) {
    let frames = ServerFrame::decode(text).unwrap_or_else(|error| panic!("{at}: {error}"));
    let again: Vec<_> = frames.iter().map(|frame| json(&frame.encode())).collect();
    let wanted = match json(text) {
        Value::Array(frames) => frames,
        frame => vec![frame],
    };
    for (frame, (again, wanted)) in frames.iter().zip(again.iter().zip(&wanted)) {
        let kind = match frame {
            ServerFrame::Pong { .. } => "pong",
            ServerFrame::Chunk { values, .. } => {
                let pages = match values.decode() {
                    Ok(pages) => pages,
                    // Sent to see that it is ignored.
                    Err(_) if at.starts_with("server-pong-unsolicited") => Vec::new(),
                    Err(error) => panic!("{at}: {error}"),
                };
                if !pages.is_empty() {
                    assert_eq!(
                        serde_json::to_value(&pages).unwrap(),
                        wanted["values"],
                        "{at}"
                    );
                }
                for value in &pages {
                    let events: Vec<_> = value
                        .batch
                        .iter()
                        .map(|item| item.event_encoded.clone())
                        .collect();
                    assert_args_are_kept(at, text, &events);
                }
                "chunk"
            }
            ServerFrame::Exit {
                exit: Exit::Success(_),
                ..
            } => "success",
            ServerFrame::Exit {
                exit: Exit::Failure(cause),
                ..
            } => match (cause, cause.error()) {
                (_, Some(RpcError::ServerAhead { .. })) => "server ahead",
                (_, Some(RpcError::BackendIdMismatch { .. })) => "mismatch",
                (_, Some(RpcError::Unknown { .. })) => "unknown error",
                (Cause::Die(_), _) => "die",
                (Cause::Sequential(..), _) => "sequential",
                (Cause::Interrupt { .. }, _) => "interrupted",
                other => panic!("{at}: {other:?}"),
            },
            ServerFrame::Defect { .. } => "defect",
            // What it was is not kept.
            ServerFrame::Unknown { tag } => {
                assert_eq!(wanted["_tag"], **tag);
                *seen.entry("unknown frame".to_owned()).or_default() += 1;
                continue;
            }
            other => panic!("{at}: {other:?}"),
        };
        assert_eq!(again, wanted, "{at}");
        *seen.entry(kind.to_owned()).or_default() += 1;
    }
    assert_eq!(again.len(), wanted.len(), "{at}");
}

#[test]
fn every_recorded_frame_is_read_and_written_again() {
    let (mut from_clients, mut from_servers) = (Seen::new(), Seen::new());
    each_line(|at, line| {
        match (line.dir.as_deref(), line.frame) {
            (Some("c2s"), Some(frame)) => client(at, &message(frame), &mut from_clients),
            (Some("s2c"), Some(frame)) => server(at, &message(frame), &mut from_servers),
            (None, None) => {}
            other => panic!("{at}: {other:?}"),
        }
        // The answers to hand-written messages, whole frames among summaries of frames.
        for frame in line
            .received
            .map(|frames| json(frames.get()))
            .iter()
            .flat_map(|frames| frames.as_array().cloned().unwrap_or_default())
        {
            if frame.is_object() {
                server(at, &frame.to_string(), &mut from_servers);
            }
        }
        if let (Some("http"), Some(body), Some(response)) =
            (line.ev.as_deref(), line.body, line.response)
        {
            client(at, body.get(), &mut from_clients);
            server(at, response.get(), &mut from_servers);
        }
    });
    let kinds = |seen: &Seen| seen.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        kinds(&from_clients),
        ["ack", "http ping", "interrupt", "ping", "pull", "push"],
        "{from_clients:?}"
    );
    assert_eq!(
        kinds(&from_servers),
        [
            "chunk",
            "defect",
            "die",
            "interrupted",
            "mismatch",
            "pong",
            "sequential",
            "server ahead",
            "success",
            "unknown error",
            "unknown frame"
        ],
        "{from_servers:?}"
    );
    assert!(from_clients["push"] > 50 && from_servers["chunk"] > 200);
}

#[test]
fn hand_written_messages_are_read_as_the_upstream_server_read_them() {
    let mut probes = 0;
    each_line(|at, line| {
        let (Some(probe), Some(sent)) = (&line.probe, line.sent) else {
            return;
        };
        probes += 1;
        let answer = line
            .received
            .map_or(Value::Null, |frames| json(frames.get()));
        let first = answer.get(0).unwrap_or(&Value::Null);
        let died = first["exit"]["cause"]["_tag"] == "Die";
        let text = message(sent);
        let calls: Vec<_> = match ClientFrame::decode(&text) {
            Ok(frames) => frames
                .into_iter()
                .map(|frame| match frame {
                    ClientFrame::Request(request) => request.call().map(drop),
                    ClientFrame::Unknown { tag } => Err(WireError::UnknownCall { tag }),
                    _ => Ok(()),
                })
                .collect(),
            Err(error) => vec![Err(error)],
        };
        let read = calls.iter().all(Result::is_ok);
        match &**probe {
            // A later version's form, which we take and 0.4 does not.
            "array frame" => assert!(read && calls.len() == 2, "{at}"),
            _ => assert_eq!(
                read,
                !died && first["_tag"] != "Defect",
                "{at} {probe}: {calls:?}"
            ),
        }
    });
    assert!(probes > 30, "{probes}");
}

#[test]
fn recorded_urls_are_read_and_written_again() {
    let (mut urls, mut with_payload) = (0, 0);
    each_line(|at, line| {
        let Some((_, query)) = line.url.as_deref().and_then(|url| url.split_once('?')) else {
            return;
        };
        let read = ConnectQuery::parse(query).unwrap_or_else(|error| panic!("{at}: {error}"));
        assert_eq!(read.encode(), query, "{at}");
        let http = line.ev.as_deref() == Some("http");
        assert_eq!(read.transport == Transport::Http, http, "{at}");
        urls += 1;
        with_payload += usize::from(read.payload.is_some());
    });
    assert!(urls > 100 && with_payload > 5, "{urls} {with_payload}");
    // What the recording server made of it.
    let mut opened = 0;
    each_line(|at, line| {
        if at.starts_with("auth-payload") && line.ev.as_deref() == Some("open") {
            let payload = json(line.payload.unwrap().get());
            assert_eq!(payload["authToken"], "sécret&=+ 1");
            opened += 1;
        }
    });
    assert!(opened > 0);
}
