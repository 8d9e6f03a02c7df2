//! The wire, held against what LiveStore 0.4 for TypeScript was recorded to say, and the client that speaks
//! it against a server that plays what was recorded, and worse.
//!
//! These tests use files and sockets: they run natively only.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "wire/broken.rs"]
mod broken;
#[path = "wire/exchange.rs"]
mod exchange;
#[allow(dead_code)]
#[path = "suite/fixture.rs"]
mod fixture;
#[path = "wire/http.rs"]
mod http;
#[path = "wire/mock.rs"]
mod mock;
#[path = "wire/payload.rs"]
mod payload;
#[path = "wire/pushes.rs"]
mod pushes;
#[path = "wire/recorded.rs"]
mod recorded;

use std::time::Duration;

use futures::executor::block_on;
use livestore_core::{
    adapter::WsBackend,
    prelude::*,
    sync::{Connection, SyncOptions, SyncStatus},
};

use crate::{
    fixture::{eventually, schema},
    mock::Mock,
};

/// A store of a new client.
fn client(backend: WsBackend) -> Store {
    client_with(backend, SyncOptions::default())
}

fn client_with(backend: WsBackend, options: SyncOptions) -> Store {
    let builder = Store::builder(schema()).adapter(Memory::new());
    block_on(builder.sync(backend).sync_options(options).open("test")).unwrap()
}

/// Short waits, for tests in which the server keeps silent.
fn impatient() -> SyncOptions {
    SyncOptions::default()
        .timeout(Duration::from_millis(400))
        .ping_interval(Duration::from_millis(400))
}

fn connect(mock: &Mock) -> Store {
    client(WsBackend::new(mock.url()))
}

/// Waits until a store has everything the server has, and the server everything of the store.
#[track_caller]
fn settled(store: &Store, mock: &Mock) {
    eventually(|| {
        let status = store.sync_status();
        let head = mock.state().head();
        status.connection == Connection::Connected
            && status.is_synced()
            && status.backend_head.is_some_and(|seq| seq.global == head)
            && status.session_head.global == head
            && mock.is_pulled()
    });
}

/// Waits for a status.
#[track_caller]
fn status_is(store: &Store, wanted: impl Fn(&SyncStatus) -> bool) -> SyncStatus {
    eventually(|| wanted(&store.sync_status()));
    store.sync_status()
}

/// What went wrong with a connection, if something did.
fn trouble(status: &SyncStatus) -> Option<String> {
    match &status.connection {
        Connection::Reconnecting { reason, .. } | Connection::Stopped { reason } => {
            Some(reason.to_string())
        }
        _ => None,
    }
}
