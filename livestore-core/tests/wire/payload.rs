//! What an app gives its backend: tokens, and new ones.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use futures::executor::block_on;
use livestore_core::{
    adapter::WsBackend,
    sync::protocol::{Call, ClientFrame},
};
use serde_json::{Value, json};

use crate::{
    client,
    fixture::{created, eventually},
    mock::Mock,
    settled, status_is, trouble,
};

/// Gives another token each time: `token-1`, `token-2`, …
fn tokens(mock: &Mock) -> (WsBackend, Arc<AtomicUsize>) {
    let given = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&given);
    let backend = WsBackend::new(mock.url()).payload_from(async move || {
        let token = format!("token-{}", counter.fetch_add(1, SeqCst) + 1);
        Ok::<_, std::convert::Infallible>(json!({ "token": token }))
    });
    (backend, given)
}

/// The payloads of all calls, with what is called.
fn payloads(mock: &Mock) -> Vec<(String, Option<Value>)> {
    let state = mock.state();
    let calls = state.seen.iter().filter_map(|frame| match frame {
        ClientFrame::Request(request) => Some((request.tag.clone(), request.call().unwrap().1)),
        _ => None,
    });
    calls
        .map(|(tag, call)| {
            let payload = match call {
                Call::Pull(call) => call.payload,
                Call::Push(call) => call.payload,
                Call::UpdatePayload(call) => call.payload,
                other => panic!("{other:?}"),
            };
            (tag, payload)
        })
        .collect()
}

#[test]
fn a_payload_is_in_the_url_and_in_every_request() {
    let mock = Mock::start();
    let payload = json!({"token": "sécret&=+ 1%"});
    mock.state().token = Some("sécret&=+ 1%");
    let store = client(WsBackend::new(mock.url()).payload(payload.clone()));
    store.commit(created("a", "")).unwrap();
    settled(&store, &mock);
    assert_eq!(mock.state().queries[0].payload, Some(payload.clone()));
    let sent = payloads(&mock);
    assert_eq!(sent.len(), 2);
    assert!(
        sent.iter().all(|(_, sent)| sent.as_ref() == Some(&payload)),
        "{sent:?}"
    );
}

#[test]
fn every_connection_has_a_payload_of_its_own() {
    let mock = Mock::start();
    let (backend, given) = tokens(&mock);
    let store = client(backend);
    settled(&store, &mock);
    mock.close(1001, "");
    eventually(|| mock.state().queries.len() == 2);
    settled(&store, &mock);
    assert_eq!(given.load(SeqCst), 2);
    let last = mock.state().queries[1].payload.clone();
    assert_eq!(last, Some(json!({"token": "token-2"})));
}

#[test]
fn a_token_that_got_too_old_is_replaced_on_the_connection() {
    for extended in [true, false] {
        let mock = Mock::start();
        mock.state().extended = extended;
        mock.state().token = Some("token-1");
        let (backend, given) = tokens(&mock);
        let store = client(backend);
        settled(&store, &mock);
        mock.state().token = Some("token-2");
        block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
        assert_eq!(given.load(SeqCst), 2);
        assert_eq!(mock.state().queries.len(), 1, "it has not connected again");
        let sent = payloads(&mock);
        let tags: Vec<_> = sent
            .iter()
            .map(|(tag, _)| tag.strip_prefix("SyncWsRpc.").unwrap())
            .collect();
        if extended {
            assert_eq!(tags, ["Pull", "Push", "UpdatePayload", "Push"]);
        } else {
            assert_eq!(
                tags,
                ["Pull", "Push", "Push"],
                "nothing that it does not know"
            );
        }
        assert_eq!(sent.last().unwrap().1, Some(json!({"token": "token-2"})));
    }
}

#[test]
fn a_server_may_ask_for_another_token() {
    let mock = Mock::start();
    let (backend, given) = tokens(&mock);
    let store = client(backend);
    settled(&store, &mock);
    mock.state().token = Some("token-2");
    mock.say(r#"{"_tag":"RefreshPayload"}"#);
    eventually(|| payloads(&mock).len() == 2);
    assert_eq!(
        payloads(&mock)[1],
        (
            "SyncWsRpc.UpdatePayload".to_owned(),
            Some(json!({"token": "token-2"}))
        )
    );
    block_on(store.commit(created("a", "")).unwrap().synced()).unwrap();
    assert_eq!((given.load(SeqCst), mock.state().queries.len()), (2, 1));
}

#[test]
fn a_token_that_does_not_do_is_in_the_status() {
    let mock = Mock::start();
    mock.state().token = Some("token-3");
    let (backend, _) = tokens(&mock);
    let store = client(backend);
    let status = status_is(&store, |status| trouble(status).is_some());
    let reason = trouble(&status).unwrap();
    assert!(
        reason.contains("does not serve this client: a wrong token"),
        "{reason}"
    );
    settled(&store, &mock);
}

#[test]
fn a_client_that_may_only_read_goes_on_reading() {
    let mock = Mock::start();
    let store = client(WsBackend::new(mock.url()).payload(json!({"token": "read"})));
    settled(&store, &mock);
    mock.state().token = Some("write");
    store.commit(created("a", "")).unwrap();
    status_is(&store, |status| {
        status
            .push_failure
            .as_ref()
            .is_some_and(|reason| reason.contains("too old"))
    });
    mock.state().push_foreign(&[created("b", "")]);
    status_is(&store, |status| {
        status.backend_head.is_some_and(|seq| seq.global == 1)
    });
    assert_eq!(mock.state().queries.len(), 1, "it has not connected again");
}

#[test]
fn a_source_that_fails_is_asked_again() {
    let mock = Mock::start();
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let backend =
        WsBackend::new(mock.url()).payload_from(async move || match counter.fetch_add(1, SeqCst) {
            0 => Err("the identity server sleeps"),
            _ => Ok(json!({})),
        });
    let store = client(backend);
    let status = status_is(&store, |status| trouble(status).is_some());
    assert!(
        trouble(&status)
            .unwrap()
            .contains("the identity server sleeps"),
        "{status:?}"
    );
    settled(&store, &mock);
    assert_eq!(asked.load(SeqCst), 2);
}

#[test]
fn a_payload_is_not_printed() {
    let backend = WsBackend::new("ws://a").payload(json!({"token": "secret"}));
    assert!(!format!("{backend:?}").contains("secret"));
}
