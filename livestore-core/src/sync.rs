//! Sync: how the logs of sessions, leaders and the backend become one.
//!
//! Here live the pure merge, the state machines of session and leader, the fence for pushes, what the
//! nodes say to each other, and the traits of a sync backend. Nothing in here does I/O, keeps a clock
//! or starts a task: the machines take what happened and answer what is to be done. The store and the
//! leader carry it out; an adapter brings them together.

mod backend;
mod backoff;
mod leader;
mod merge;
mod message;
pub mod protocol;
mod push;
mod session;
mod status;
mod upstream;

pub use backend::{
    BackendConnection, BackendError, BackendFuture, BackendMetadata, BackendPages, Cursor,
    PageInfo, PullPage, PulledEvent, PushError, RejectedEvent, SyncBackend,
};
pub(crate) use leader::{Change, LeaderProcessor};
pub use leader::{Outbox, SessionKey};

pub use merge::{Hop, Merge, MergeError, Payload, SyncState, merge};
pub use message::{FromLeader, Rejected, ToLeader, Update};
pub use push::{PushRejection, validate_push};
pub(crate) use session::{Reconcile, SessionProcessor, Step};
pub use status::{Connection, InitialSyncProgress, LeaderStatus, Storage, SyncStatus};
pub use upstream::{InitialSync, OnBackendMismatch, SyncOptions};
pub(crate) use upstream::{Upstream, UpstreamEffect};
