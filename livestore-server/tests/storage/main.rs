//! What every storage engine must do, and what each must do besides.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod conformance;
mod events;
mod memory;
mod model;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
