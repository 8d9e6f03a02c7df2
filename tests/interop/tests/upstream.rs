//! LiveStore's client for TypeScript beside ours, in one store on our server.
//!
//! LiveStore's client has faults of its own: commits that arrive while a rebase runs can crash it. So the tests let it
//! settle before it commits again.

#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use futures::executor::block_on;
use livestore_core::{adapter::WsBackend, prelude::*};
use livestore_interop::{
    Network, Server, Upstream, UpstreamTransport, eventually,
    todos::{TodoCompleted, TodoCreated, client, created, todos},
};
use livestore_server::{
    SyncServer,
    auth::{Denied, Grant},
};
use serde_json::json;

/// Starts LiveStore's client on a network of its own.
fn upstream(server: &Server, client: &str) -> (Upstream, Network) {
    let network = Network::to(server.address());
    let transport = UpstreamTransport::WebSocket;
    let upstream = Upstream::start(&network.url(), "s", client, transport, None);
    (upstream, network)
}

/// Starts our client on a network of its own.
fn ours(server: &Server) -> (Store, Network) {
    let network = Network::to(server.address());
    (client(WsBackend::new(network.url()), "s"), network)
}

/// Waits until both show the same, with so many todos.
#[track_caller]
fn converge(store: &Store, upstream: &mut Upstream, count: usize) {
    eventually(|| todos(store).len(), |seen| *seen == count);
    eventually(|| store.sync_status(), SyncStatus::is_synced);
    eventually(
        || upstream.todos(),
        |seen| seen.len() == count && *seen == todos(store),
    );
}

#[test]
fn both_see_what_the_other_does() {
    let server = Server::start();
    let (store, _network) = ours(&server);
    let (mut upstream, _other) = upstream(&server, "ts");
    block_on(store.commit(created("rust")).unwrap().synced()).unwrap();
    converge(&store, &mut upstream, 1);
    upstream.create("typescript");
    converge(&store, &mut upstream, 2);
    upstream.complete("rust");
    store
        .commit(TodoCompleted {
            id: "typescript".into(),
        })
        .unwrap();
    eventually(
        || todos(&store),
        |todos| todos.iter().all(|todo| todo.completed),
    );
    converge(&store, &mut upstream, 2);
}

#[test]
fn numbers_mean_the_same_to_both() {
    let server = Server::start();
    let (store, _network) = ours(&server);
    let (mut upstream, _other) = upstream(&server, "ts");
    let weights = [0.1, -0.0, 1.0, 1e16, 1e21, 5e-324, 123_456_789.123_456_78];
    for (index, weight) in weights.into_iter().enumerate() {
        upstream.create_weighing(&format!("ts-{index}"), weight);
        let rust = TodoCreated {
            weight: Some(weight),
            ..created(format!("rust-{index}"))
        };
        block_on(store.commit(rust).unwrap().synced()).unwrap();
        // An event that comes back changed would be pushed for ever: here each is confirmed.
        converge(&store, &mut upstream, 2 * (index + 1));
    }
}

#[test]
fn edits_at_the_same_time_converge() {
    let server = Server::start();
    let (store, _network) = ours(&server);
    let (mut upstream, _other) = upstream(&server, "ts");
    upstream.create("first");
    converge(&store, &mut upstream, 1);
    for round in 0..10 {
        for n in 0..5 {
            store.commit(created(format!("rust-{round}-{n}"))).unwrap();
        }
        upstream.create(&format!("ts-{round}"));
        converge(&store, &mut upstream, 1 + 6 * (round + 1));
    }
}

#[test]
fn offline_spells_of_either_are_made_up_for() {
    let server = Server::start();
    let (store, network) = ours(&server);
    let (mut upstream, other) = upstream(&server, "ts");
    upstream.create("first");
    converge(&store, &mut upstream, 1);

    network.cut();
    for n in 0..10 {
        store.commit(created(format!("rust-{n}"))).unwrap();
    }
    upstream.create("ts-while-rust-is-away");
    network.mend();
    converge(&store, &mut upstream, 12);

    other.cut();
    for n in 0..10 {
        upstream.create(&format!("ts-{n}"));
    }
    block_on(
        store
            .commit(created("rust-while-ts-is-away"))
            .unwrap()
            .synced(),
    )
    .unwrap();
    other.mend();
    converge(&store, &mut upstream, 23);
}

#[test]
fn a_silent_network_is_found_out_by_both() {
    let server = Server::start();
    let (store, network) = ours(&server);
    let (mut upstream, other) = upstream(&server, "ts");
    upstream.create("first");
    converge(&store, &mut upstream, 1);
    network.go_silent();
    other.go_silent();
    store.commit(created("rust")).unwrap();
    upstream.create("ts");
    // LiveStore's client looks every 10 s whether anything has come, and then connects without pulling; the server
    // sends it away for that, which heals it.
    std::thread::sleep(Duration::from_secs(22));
    network.mend();
    other.mend();
    converge(&store, &mut upstream, 3);
}

#[test]
fn a_server_that_is_killed_in_between_loses_and_doubles_nothing() {
    let mut server = Server::start();
    let (store, _network) = ours(&server);
    let (mut upstream, _other) = upstream(&server, "ts");
    upstream.create("first");
    converge(&store, &mut upstream, 1);
    for round in 0..3 {
        for n in 0..5 {
            store.commit(created(format!("rust-{round}-{n}"))).unwrap();
        }
        upstream.create(&format!("ts-{round}"));
        server.kill();
        server.restart();
        converge(&store, &mut upstream, 1 + 6 * (round + 1));
    }
}

#[test]
fn a_backlog_of_many_pages_reaches_a_new_client() {
    let server = Server::start();
    let (store, _network) = ours(&server);
    let events: Vec<_> = (0..750).map(|n| created(format!("{n:04}"))).collect();
    block_on(store.commit(events).unwrap().synced()).unwrap();
    let (mut upstream, _other) = upstream(&server, "ts");
    converge(&store, &mut upstream, 750);
    for n in 0..120 {
        upstream.create(&format!("ts-{n:03}"));
    }
    converge(&store, &mut upstream, 870);
}

#[test]
fn clients_over_http_take_part() {
    let server = Server::start();
    let (store, network) = ours(&server);
    let transport = UpstreamTransport::Http;
    let mut upstream = Upstream::start(&network.http_url(), "s", "ts", transport, None);
    block_on(store.commit(created("rust")).unwrap().synced()).unwrap();
    converge(&store, &mut upstream, 1);
    upstream.create("ts");
    converge(&store, &mut upstream, 2);
}

#[test]
fn a_payload_lets_both_in() {
    let payload = json!({"authToken": "sécret&=+ 1%", "n": 1});
    let wanted = Arc::new(payload.clone());
    let builder = SyncServer::builder().authorize(move |request| {
        let allowed = request.client.payload.as_deref() == Some(&*wanted);
        async move {
            match allowed {
                true => Ok(Grant::lasting()),
                false => Err(Denied::unauthenticated("the token is wrong")),
            }
        }
    });
    let server = Server::start_with(builder);
    let network = Network::to(server.address());
    let store = client(WsBackend::new(network.url()).payload(payload.clone()), "s");
    let transport = UpstreamTransport::WebSocket;
    let mut upstream = Upstream::start(&network.url(), "s", "ts", transport, Some(&payload));
    block_on(store.commit(created("rust")).unwrap().synced()).unwrap();
    upstream.create("ts");
    converge(&store, &mut upstream, 2);
}
