//! The sync backend of LiveStore: it orders each store's events and passes them on.
//!
//! A [`SyncServer`] speaks LiveStore 0.4's protocol over WebSockets and HTTP and keeps events in one of the
//! engines of [`storage`]. It is an axum router: put it into a service of your own, or run the
//! `livestore-server` binary, which is the same with options.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use livestore_server::{SyncServer, storage::MemoryStore};
//!
//! let server = SyncServer::builder().storage(MemoryStore::new()).build()?;
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8787").await?;
//! axum::serve(listener, server.into_router()).await?;
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

mod app;
pub mod auth;
mod frames;
mod http;
pub mod hub;
mod limits;
mod metrics;
mod origin;
mod requests;
mod serve;
mod server;
pub mod storage;
mod sync;
mod time;
pub mod validate;
mod ws;

pub use app::app;
pub use limits::{Limits, Timeouts};
pub use metrics::Metrics;
pub use origin::AllowedOrigins;
pub use serve::Serving;
#[cfg(feature = "tls")]
pub use serve::{Tls, TlsError};
pub use server::{BuildError, SyncServer, SyncServerBuilder};
