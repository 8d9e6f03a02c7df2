//! The server over its wire: raw clients against a server in the same process.

mod auth;
mod bounds;
mod conformance;
mod door;
mod failures;
mod frames;
mod http;
mod limits;
mod live;
mod operations;
mod pushes;
mod recorded;
mod schema;
#[cfg(feature = "postgres")]
mod servers;
mod support;
#[cfg(feature = "tls")]
mod tls;
#[cfg(feature = "jwt")]
mod tokens;
