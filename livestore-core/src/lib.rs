//! An event-driven data layer on SQLite, for apps that are instant and work offline.
//!
//! An app declares a [`Schema`](schema::Schema): events (facts that happened), tables (how state is
//! queried) and materializers (what an event writes). A [`Store`](store::Store) commits events to an
//! eventlog, materializes them into SQLite, and keeps live queries up to date:
//!
//! ```text
//! user action -> event -> eventlog -> SQLite state -> live queries -> the app
//! ```
//!
//! The log is the truth; the state is derived from it and always equals its replay. Commits and
//! reads are synchronous. Behind the [`Store`](store::Store), the session, a leader keeps the log and
//! syncs it with other clients through a [backend](sync::SyncBackend). The crate runs natively and on `wasm32-unknown-unknown`; the Leptos
//! signals are `livestore-leptos`.
//!
//! Start with the [`prelude`] and [`Store`](store::Store).

// What keeps files is used by the adapters that have some; memory, the only one in the browser, has none.
#![cfg_attr(target_arch = "wasm32", allow(dead_code))]

pub mod adapter;
mod error;
pub mod event;
mod eventlog;
mod fault;
mod leader;
mod panic;
pub mod prelude;
pub mod query;
mod reactive;
pub mod schema;
#[cfg(feature = "simulation")]
pub mod simulation;
mod state;
pub mod store;
pub mod sync;
#[cfg(test)]
mod testing;
pub mod testkit;
pub mod validation;

pub use error::{Error, Result};
pub use eventlog::{EventlogError, LogDamage};

// The derive macros name this crate by its name, also in its own tests.
extern crate self as livestore_core;
