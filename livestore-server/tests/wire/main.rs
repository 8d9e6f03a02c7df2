//! The server over its wire: raw clients against a server in the same process.

mod conformance;
mod frames;
mod live;
mod pushes;
mod support;
