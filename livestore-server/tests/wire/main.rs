//! The server over its wire: raw clients against a server in the same process.

mod live;
mod support;
