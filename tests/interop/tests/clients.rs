//! Our clients and our server.

#![allow(clippy::unwrap_used)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use futures::executor::block_on;
use livestore_core::{
    adapter::{SyncTransport, WsBackend},
    prelude::*,
    sync::Connection,
};
use livestore_interop::{
    Network, Server, eventually,
    todos::{TodoCompleted, client, created, todos},
};
use livestore_server::{
    SyncServer,
    auth::{Denied, Grant},
};
use serde_json::json;

fn start() -> (Server, Network) {
    let server = Server::start();
    let network = Network::to(server.address());
    (server, network)
}

/// Waits until stores show the same, with so many todos and nothing pending.
#[track_caller]
fn converge(stores: &[&Store], count: usize) {
    for store in stores {
        eventually(
            || (store.sync_status(), todos(store).len()),
            |(status, seen)| *seen == count && status.is_synced(),
        );
    }
    // What one of them has just changed may still be on its way to the others.
    eventually(
        || stores.iter().map(|store| todos(store)).collect::<Vec<_>>(),
        |all| all.iter().all(|todos| *todos == all[0]),
    );
}

#[test]
fn two_clients_see_each_other() {
    let (_server, network) = start();
    let one = client(WsBackend::new(network.url()), "s");
    let other = client(WsBackend::new(network.url()), "s");
    block_on(one.commit(created("a")).unwrap().synced()).unwrap();
    block_on(other.commit(created("b")).unwrap().synced()).unwrap();
    one.commit(TodoCompleted { id: "b".into() }).unwrap();
    converge(&[&one, &other], 2);
    eventually(|| todos(&other), |todos| todos[1].completed);
}

#[test]
fn clients_that_write_at_once_converge() {
    let (_server, network) = start();
    let stores: Vec<_> = (0..4)
        .map(|_| client(WsBackend::new(network.url()), "s"))
        .collect();
    for round in 0..50 {
        for (index, store) in stores.iter().enumerate() {
            store.commit(created(format!("{index}-{round}"))).unwrap();
        }
    }
    converge(&stores.iter().collect::<Vec<_>>(), 200);
}

#[test]
fn a_large_backlog_reaches_a_new_client() {
    let (_server, network) = start();
    let one = client(WsBackend::new(network.url()), "s");
    let events: Vec<_> = (0..5_000).map(|n| created(format!("{n:05}"))).collect();
    block_on(one.commit(events).unwrap().synced()).unwrap();
    let other = client(WsBackend::new(network.url()), "s");
    converge(&[&one, &other], 5_000);
}

#[test]
fn an_offline_spell_is_made_up_for() {
    let (_server, network) = start();
    let elsewhere = Network::to(_server.address());
    let one = client(WsBackend::new(network.url()), "s");
    let other = client(WsBackend::new(elsewhere.url()), "s");
    block_on(one.commit(created("before")).unwrap().synced()).unwrap();
    network.cut();
    for n in 0..20 {
        one.commit(created(format!("mine-{n}"))).unwrap();
        other.commit(created(format!("theirs-{n}"))).unwrap();
    }
    converge(&[&other], 21);
    network.mend();
    converge(&[&one, &other], 41);
}

#[test]
fn a_network_that_dies_without_a_word_is_found_out() {
    let (_server, network) = start();
    let one = client(WsBackend::new(network.url()), "s");
    block_on(one.commit(created("before")).unwrap().synced()).unwrap();
    network.go_silent();
    one.commit(created("after")).unwrap();
    let reconnects = |status: &SyncStatus| !matches!(status.connection, Connection::Connected);
    eventually(|| one.sync_status(), reconnects);
    network.mend();
    converge(&[&one], 2);
}

#[test]
fn a_server_that_is_killed_and_started_again_loses_and_doubles_nothing() {
    let (mut server, network) = start();
    let stores: Vec<_> = (0..3)
        .map(|_| client(WsBackend::new(network.url()), "s"))
        .collect();
    for round in 0..6 {
        for (index, store) in stores.iter().enumerate() {
            for n in 0..10 {
                store
                    .commit(created(format!("{round}-{index}-{n}")))
                    .unwrap();
            }
        }
        std::thread::sleep(Duration::from_millis(30 * round));
        server.kill();
        server.restart();
    }
    converge(&stores.iter().collect::<Vec<_>>(), 180);
}

#[test]
fn clients_over_http_and_over_websockets_share_a_store() {
    let (_server, network) = start();
    let one = client(WsBackend::new(network.url()), "s");
    let http = WsBackend::new(network.http_url())
        .transport(SyncTransport::Http)
        .poll_interval(Duration::from_millis(100));
    let other = client(http, "s");
    for n in 0..30 {
        one.commit(created(format!("one-{n}"))).unwrap();
        other.commit(created(format!("other-{n}"))).unwrap();
    }
    converge(&[&one, &other], 60);
}

#[test]
fn what_the_server_refuses_is_taken_back_and_the_rest_goes_on() {
    let builder = SyncServer::builder().validate(|_, event| {
        match event
            .args
            .as_ref()
            .is_some_and(|args| args.get().contains("forbidden"))
        {
            true => Err("the word is forbidden".to_owned()),
            false => Ok(()),
        }
    });
    let server = Server::start_with(builder);
    let network = Network::to(server.address());
    let store = client(WsBackend::new(network.url()), "s");
    let receipts: Vec<_> = ["a", "forbidden", "c"]
        .into_iter()
        .map(|id| store.commit(created(id)).unwrap())
        .collect();
    block_on(receipts[0].synced()).unwrap();
    let error = block_on(receipts[1].synced()).unwrap_err().to_string();
    assert!(error.contains("the word is forbidden"), "{error}");
    block_on(receipts[2].synced()).unwrap();
    converge(&[&store], 2);
}

#[test]
fn a_server_that_cannot_check_an_event_is_told_of_and_left_alone_until_it_can() {
    let (connects, checks) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mended = Arc::new(AtomicBool::new(false));
    let builder = {
        let (connects, checks, mended) = (connects.clone(), checks.clone(), mended.clone());
        SyncServer::builder()
            .authorize(move |request| {
                if request.action == livestore_server::auth::Action::Connect {
                    connects.fetch_add(1, SeqCst);
                }
                async { Ok(Grant::lasting()) }
            })
            .validate(move |_, _| {
                checks.fetch_add(1, SeqCst);
                assert!(mended.load(SeqCst), "a defect of the app's code");
                Ok(())
            })
    };
    let server = Server::start_with(builder);
    let network = Network::to(server.address());
    let store = client(WsBackend::new(network.url()), "s");
    let receipt = store.commit(created("a")).unwrap();
    let told = |status: &SyncStatus| {
        let failure = status.push_failure.as_deref();
        failure.is_some_and(|failure| failure.contains("while it checked the events"))
    };
    let status = eventually(|| store.sync_status(), told);
    assert_eq!(status.connection, Connection::Connected);
    assert_eq!(status.pending_in_leader, 1, "nothing is lost");
    eventually(|| checks.load(SeqCst), |count| *count >= 2);
    mended.store(true, SeqCst);
    block_on(receipt.synced()).unwrap();
    // The event may come back with the pull before the push is answered.
    eventually(
        || store.sync_status().push_failure,
        |failure| failure.is_none(),
    );
    assert_eq!(connects.load(SeqCst), 1, "the connection was left alone");
}

#[test]
fn a_url_of_a_server_needs_no_path() {
    let (_server, network) = start();
    let bare = |url: String| url.trim_end_matches("/sync").to_owned();
    let one = client(WsBackend::new(bare(network.url())), "s");
    let http = WsBackend::new(bare(network.http_url()))
        .transport(SyncTransport::Http)
        .poll_interval(Duration::from_millis(100));
    let other = client(http, "s");
    one.commit(created("a")).unwrap();
    other.commit(created("b")).unwrap();
    converge(&[&one, &other], 2);
}

#[test]
fn a_token_that_got_too_old_is_replaced_on_the_connection() {
    let valid = Arc::new(Mutex::new("token-1".to_owned()));
    let connects = Arc::new(AtomicUsize::new(0));
    let builder = {
        let (valid, connects) = (Arc::clone(&valid), Arc::clone(&connects));
        SyncServer::builder().authorize(move |request| {
            if request.action == livestore_server::auth::Action::Connect {
                connects.fetch_add(1, SeqCst);
            }
            let payload = request.client.payload.as_deref();
            let token = payload.and_then(|payload| payload["token"].as_str());
            let allowed = token == Some(&*valid.lock().unwrap());
            async move {
                match allowed {
                    true => Ok(Grant::lasting()),
                    false => Err(Denied::unauthenticated("the token is too old")),
                }
            }
        })
    };
    let server = Server::start_with(builder);
    let network = Network::to(server.address());
    let tokens = Arc::clone(&valid);
    let backend = WsBackend::new(network.url()).payload_from(async move || {
        Ok::<_, std::convert::Infallible>(json!({ "token": *tokens.lock().unwrap() }))
    });
    let store = client(backend, "s");
    block_on(store.commit(created("a")).unwrap().synced()).unwrap();
    assert_eq!(connects.load(SeqCst), 1);
    *valid.lock().unwrap() = "token-2".to_owned();
    block_on(store.commit(created("b")).unwrap().synced()).unwrap();
    assert_eq!(
        connects.load(SeqCst),
        2,
        "once more for the new token, on the same connection"
    );
    let wrong = WsBackend::new(network.url()).payload(json!({"token": "token-1"}));
    let refused = client(wrong, "s");
    let status = eventually(
        || refused.sync_status().connection.to_string(),
        |connection| connection.contains("the token is too old"),
    );
    assert!(status.starts_with("reconnecting"), "{status}");
}

/// A server over HTTP that tells of one event, and of the next when it is told to.
async fn hesitant(listener: std::net::TcpListener, go_on: Arc<AtomicBool>) {
    use axum::{body::Body, response::Response};
    let answer = move |request: String| {
        let go_on = Arc::clone(&go_on);
        async move {
            let request: serde_json::Value = serde_json::from_str(&request).unwrap();
            let id = &request["id"];
            let exit = |value: serde_json::Value| json!({"_tag": "Exit", "requestId": id, "exit": {"_tag": "Success", "value": value}});
            if request["tag"] == "SyncHttpRpc.Ping" {
                return Response::new(Body::from(json!([exit(json!({}))]).to_string()));
            }
            let chunk = |seq: u64| {
                let event = json!({
                    "name": "v1.TodoCreated", "args": {"id": seq.to_string(), "text": "ü"},
                    "seqNum": seq, "parentSeqNum": seq - 1, "clientId": "c", "sessionId": "s",
                });
                let info = match seq {
                    1 => json!({"_tag": "MoreKnown", "remaining": 1}),
                    _ => json!({"_tag": "NoMore"}),
                };
                let item = json!({"eventEncoded": event, "metadata": {"_tag": "None"}});
                let value = json!({"batch": [item], "pageInfo": info, "backendId": "b"});
                json!({"_tag": "Chunk", "requestId": id, "values": [value]}).to_string()
            };
            let after = request["payload"]["cursor"]["value"]["eventSequenceNumber"].as_u64();
            let pieces = match after {
                None => vec![
                    format!("[{}", chunk(1)),
                    format!(",{},{}]", chunk(2), exit(json!({}))),
                ],
                Some(_) => vec![format!("[{}]", exit(json!({})))],
            };
            let pieces = futures::stream::unfold(
                (pieces.into_iter(), 0, go_on),
                async |(mut pieces, count, go_on)| {
                    while count > 0 && !go_on.load(SeqCst) {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                    let piece = pieces.next()?;
                    Some((Ok::<_, std::io::Error>(piece), (pieces, count + 1, go_on)))
                },
            );
            Response::new(Body::from_stream(pieces))
        }
    };
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let router = axum::Router::new().fallback(answer);
    axum::serve(listener, router).await.unwrap();
}

#[test]
fn the_start_of_a_long_answer_over_http_is_taken_before_its_end() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/sync", listener.local_addr().unwrap());
    let go_on = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&go_on);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(hesitant(listener, told));
    });
    let backend = WsBackend::new(url).transport(SyncTransport::Http);
    let store = client(backend, "s");
    eventually(|| todos(&store).len(), |count| *count == 1);
    go_on.store(true, SeqCst);
    eventually(|| todos(&store).len(), |count| *count == 2);
}

#[test]
fn a_poll_over_a_connection_that_died_without_a_word_is_given_up() {
    let (server, network) = start();
    let elsewhere = Network::to(server.address());
    let http = WsBackend::new(network.http_url())
        .transport(SyncTransport::Http)
        .poll_interval(Duration::from_millis(100));
    let reader = client(http, "s");
    let author = client(WsBackend::new(elsewhere.url()), "s");
    block_on(author.commit(created("a")).unwrap().synced()).unwrap();
    converge(&[&reader], 1);
    // New connections get through, so that pings do.
    network.strand();
    author.commit(created("b")).unwrap();
    converge(&[&reader], 2);
}
