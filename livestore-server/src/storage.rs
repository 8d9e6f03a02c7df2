//! Where a server keeps the events of its stores: one trait, several engines.
//!
//! An engine stores and reads; who may push what, who is told of it, and what a batch must look like is
//! decided above it, in `hub`. The one promise it makes beyond storing is the fence: of two appends that
//! follow the same head, in this process or another, one is taken.

mod check;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{
    fmt,
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
};

pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresOptions, PostgresStore};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;

use futures::Stream;
use livestore_core::event::StoreId;
use serde_json::value::RawValue;

/// A future of an engine.
pub type StorageFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StorageError>> + Send + 'a>>;

/// Pokes from other processes on the same database.
pub type Pokes = Pin<Box<dyn Stream<Item = Poke> + Send>>;

/// A place that keeps the logs of many stores.
///
/// A store exists from its first use. What a future has returned is durable; one that was dropped or failed
/// may have done its work or not, and [`open`](EventStore::open) tells.
pub trait EventStore: fmt::Debug + Send + Sync + 'static {
    /// Returns a store's identity and head, creating the store if it is not there.
    fn open<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo>;

    /// Appends events if the store's head is `after`, all or none.
    ///
    /// The events are numbered upwards from `after` (the numbers may leave gaps), each following the one
    /// before it; anything else is [refused](StorageError::Refused).
    fn append<'a>(
        &'a self,
        store: &'a StoreId,
        backend_id: &'a str,
        after: u64,
        events: &'a [StoredEvent],
    ) -> StorageFuture<'a, Appended>;

    /// Reads the events after a number, in order: at least one if there is any, then no more than the
    /// limit allows.
    fn page<'a>(
        &'a self,
        store: &'a StoreId,
        after: u64,
        limit: PageLimit,
    ) -> StorageFuture<'a, Page>;

    /// Lists the stores there are, in order of their names, after a name.
    fn stores<'a>(
        &'a self,
        after: Option<&'a StoreId>,
        limit: usize,
    ) -> StorageFuture<'a, Vec<StoreId>>;

    /// Empties a store and gives it another identity.
    fn reset<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo>;

    /// Gives a store without events the identity that its log had elsewhere: clients that know it go on.
    ///
    /// A store with events is [refused](StorageError::Refused), and so is every one by an engine that can't.
    fn adopt<'a>(
        &'a self,
        store: &'a StoreId,
        backend_id: &'a str,
    ) -> StorageFuture<'a, StoreInfo> {
        let _ = backend_id;
        Box::pin(ready(Err(StorageError::Refused {
            store: store.as_str().into(),
            reason: "this storage gives stores identities of its own".into(),
        })))
    }

    /// Finds out whether the engine can serve.
    fn check(&self) -> StorageFuture<'_, ()>;

    /// Waits until other processes have been told of what this one has changed; before a process ends.
    fn flush(&self) -> StorageFuture<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    /// Tells, once, of heads that other processes have moved; none for an engine with a single process.
    ///
    /// A poke may be lost, doubled or late: it says only that looking is worth it. After a time without
    /// a connection to where pokes come from, one for every store ([`Poke::All`]) makes up for what was lost.
    fn pokes(&self) -> Option<Pokes> {
        None
    }
}

/// What a store is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreInfo {
    /// The identity of its log; it lives as long as the data.
    pub backend_id: Arc<str>,
    /// The number of its last event; 0 when it is empty.
    pub head: u64,
}

/// An event as it is stored: as it came, but for what the server added.
#[derive(Clone, Debug)]
pub struct StoredEvent {
    /// Its number.
    pub seq_num: u64,
    /// The number of the event it follows; 0 for the first.
    pub parent_seq_num: u64,
    /// Its name.
    pub name: Arc<str>,
    /// Its arguments as they came, to the letter; absent if they were.
    pub args: Option<Arc<RawValue>>,
    /// The client that committed it.
    pub client_id: Arc<str>,
    /// The session that committed it.
    pub session_id: Arc<str>,
    /// When the server took it: milliseconds since 1970.
    pub created_at: u64,
}

impl StoredEvent {
    /// Returns how many bytes its arguments have.
    pub fn args_len(&self) -> usize {
        self.args.as_ref().map_or(0, |args| args.get().len())
    }
}

/// What became of an append.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is there, durably.
    Done,
    /// The store's head is another one; nothing was appended.
    Conflict {
        /// The head there is.
        head: u64,
    },
    /// The store was emptied or restored: it is another log now.
    OtherLog(StoreInfo),
}

/// How much of a log to read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageLimit {
    /// At most so many events.
    pub events: usize,
    /// At most about so many bytes of arguments.
    pub bytes: usize,
}

impl PageLimit {
    /// Starts to count what makes a page.
    fn counter(self) -> PageCounter {
        PageCounter {
            limit: self,
            taken: PageLimit {
                events: 0,
                bytes: 0,
            },
        }
    }
}

/// How full a page is.
#[derive(Debug)]
struct PageCounter {
    limit: PageLimit,
    taken: PageLimit,
}

impl PageCounter {
    /// Finds out whether the page takes one more event, with so many bytes of arguments.
    ///
    /// The first is always taken: an event that is larger than a page has to come too.
    fn takes(&mut self, bytes: usize) -> bool {
        let taken = PageLimit {
            events: self.taken.events + 1,
            bytes: self.taken.bytes.saturating_add(bytes),
        };
        let fits = taken.events <= self.limit.events && taken.bytes <= self.limit.bytes;
        let takes = fits || self.taken.events == 0;
        self.taken = taken;
        takes
    }
}

/// A piece of a store's log.
#[derive(Clone, Debug)]
pub struct Page {
    /// The events.
    pub events: Vec<StoredEvent>,
    /// The store as it was at the moment they were read; its head may be past them.
    pub store: StoreInfo,
}

/// News from another process. A head may be lower than the one before it: the store was emptied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poke {
    /// A store has a new head.
    Store {
        /// The store.
        store: StoreId,
        /// Its head.
        head: u64,
    },
    /// Any store may have one.
    All,
}

/// The longest name of a store that engines take, in bytes.
pub const MAX_STORE_ID: usize = 200;

/// The highest number of an event that engines take: the highest that JavaScript can count with.
pub const MAX_SEQ_NUM: u64 = (1 << 53) - 1;

/// An engine that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// It cannot be used just now; trying again later can help.
    #[error("the storage is not available: {reason}")]
    Unavailable {
        /// What failed.
        reason: Arc<str>,
    },
    /// What is stored cannot be understood.
    #[error("store `{store}` is damaged: {reason}")]
    Damaged {
        /// The store.
        store: Arc<str>,
        /// What was found.
        reason: Arc<str>,
    },
    /// It is not for an engine to store: whoever asked is wrong, and will be next time.
    #[error("store `{store}`: {reason}")]
    Refused {
        /// The store.
        store: Arc<str>,
        /// What is wrong.
        reason: Arc<str>,
    },
    /// The place where an engine keeps its stores cannot be used by this process.
    #[error("`{place}` cannot be used: {reason}")]
    Unusable {
        /// The place.
        place: Arc<str>,
        /// What is in the way.
        reason: Arc<str>,
    },
}
