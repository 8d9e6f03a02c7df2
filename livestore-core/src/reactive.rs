//! From a change to the live queries it affects.
//!
//! A live query is a node: the statement, what it reads, the last result and who listens. The registry
//! finds the nodes that a change can concern, by table, column and, where a builder made the query, by its
//! filter; a node runs its query again and tells
//! whether the result is another one. When that happens, and when listeners are called, is decided
//! by [`store`](crate::store).

mod node;
mod reads;
mod registry;
mod subscriber;
mod watch;

pub use node::LiveQueryInfo;
pub(crate) use node::{LiveNode, Node, Refreshed};
pub(crate) use registry::{NodeId, Registry};
pub(crate) use subscriber::Subscriber;
pub(crate) use watch::Watch;
