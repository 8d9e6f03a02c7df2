//! The wire, held against what LiveStore 0.4 for TypeScript was recorded to say, and the clients that speak
//! it against a server that plays the recorded scenarios.
//!
//! These tests use files and sockets: they run natively only.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "wire/recorded.rs"]
mod recorded;
