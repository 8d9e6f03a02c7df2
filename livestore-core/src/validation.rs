//! Validation by the app's own schema, for backends: does an event hold where it would land in the log?

pub use crate::state::{Refused, Replica, ReplicaError};
