//! The server over its wire: raw clients against a server in the same process.

mod auth;
mod conformance;
mod door;
mod frames;
mod http;
mod limits;
mod live;
mod operations;
mod pushes;
mod recorded;
mod schema;
mod support;
