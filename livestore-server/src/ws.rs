//! The WebSocket transport: one connection of one client to one store.
//!
//! A connection is one task. It reads frames, has the hub do what they ask for, and writes answers. What it keeps
//! for a client is bounded: beyond some bytes that wait to be written, or of requests that wait for their turn, it
//! reads no more, neither from the client nor for it.

mod connection;
mod pulls;
mod requests;
mod socket;
mod timers;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{extract::WebSocketUpgrade, response::Response};
use tracing::Instrument;

use self::connection::Connection;
use crate::{hub::StoreHandle, limits::Admitted, server::State, sync::Visitor};

/// What a connection reads into at once. Most are idle most of the time, and there are many.
const READ_BUFFER: usize = 4096;

/// Numbers connections in logs.
static CONNECTIONS: AtomicU64 = AtomicU64::new(1);

/// Answers a request to become a WebSocket.
pub(crate) fn upgrade(
    state: Arc<State>,
    upgrade: WebSocketUpgrade,
    visitor: Visitor,
    store: StoreHandle,
    admitted: Admitted,
) -> Response {
    let bytes = state.limits.message_bytes;
    let upgrade = upgrade
        .max_message_size(bytes)
        .max_frame_size(bytes)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(READ_BUFFER);
    upgrade.on_upgrade(move |socket| {
        let span = tracing::info_span!(
            "connection",
            id = CONNECTIONS.fetch_add(1, Ordering::Relaxed),
            store = %store.store(),
        );
        async move {
            state.metrics.connected.inc();
            state.metrics.connections.inc();
            tracing::debug!(address = ?visitor.client.address, "connected");
            let metrics = state.metrics.clone();
            let reason = Connection::new(state, visitor, store, socket).run().await;
            metrics.connections.dec();
            metrics.closed(reason);
            tracing::debug!(reason, "disconnected");
            drop(admitted);
        }
        .instrument(span)
    })
}
