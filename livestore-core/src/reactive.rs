//! From a change to the live queries it affects.
//!
//! A live query is a node: the statement, its footprint, the last result and who listens. The
//! registry finds the nodes that a change can concern; a node runs its query again and tells
//! whether the result is another one. When that happens, and when listeners are called, is decided
//! by [`store`](crate::store).

mod node;
mod registry;
mod subscriber;
mod watch;

pub(crate) use node::{LiveNode, Node};
pub(crate) use registry::{NodeId, Registry};
pub(crate) use subscriber::Subscriber;
pub(crate) use watch::Watch;
