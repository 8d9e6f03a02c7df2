//! The engine that keeps stores in PostgreSQL, for several server processes on one database.
//!
//! Nothing is remembered between two calls: the database is asked, and its row of a store is the fence. An
//! append is one statement that compares and moves the head and inserts the events, one round trip. Who is
//! told of it waits for nothing: see `pokes`.

mod connect;
mod error;
mod format;
mod pokes;
mod rows;
mod text;
mod tls;

use std::{
    fmt,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use livestore_core::event::StoreId;
use tokio::time::timeout;

use self::{
    connect::{Connections, Target},
    pokes::Poker,
};
use super::{
    Appended, EventStore, Page, PageLimit, Pokes, StorageError, StorageFuture, StoreInfo,
    StoredEvent, check,
};

/// How long others may take to be told of what changed: a few attempts to connect.
const FLUSH: Duration = Duration::from_secs(15);

/// Where the database is and how it is used.
#[derive(Clone)]
pub struct PostgresOptions {
    url: String,
    connections: usize,
    wait: Duration,
    root_certificates: Option<PathBuf>,
}

impl PostgresOptions {
    /// Takes the database's address: `postgres://user:password@host/database`, or words such as
    /// `host=/run/postgresql dbname=livestore`.
    ///
    /// With `sslmode=require` the connection is encrypted and the server has to prove who it is; without,
    /// it is encrypted if the server can.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 10,
            wait: Duration::from_secs(5),
            root_certificates: None,
        }
    }

    /// Sets how many connections appends and reads share; 10 by default. Pokes have one more.
    pub fn connections(mut self, count: usize) -> Self {
        self.connections = count;
        self
    }

    /// Sets how long to wait for a connection when all are busy; 5 seconds by default.
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Trusts the root certificates in this PEM file, instead of the system's, and has the server prove
    /// who it is whenever the connection is encrypted.
    pub fn root_certificates(mut self, file: impl Into<PathBuf>) -> Self {
        self.root_certificates = Some(file.into());
        self
    }
}

/// Keeps the logs in a PostgreSQL database, which other processes may use at the same time.
///
/// Its tables are `livestore_stores`, `livestore_events` and `livestore_format`, in the schema that the
/// connection's `search_path` names first. Clones are the same engine.
#[derive(Clone)]
pub struct PostgresStore {
    inner: Arc<Inner>,
}

struct Inner {
    connections: Connections,
    poker: Poker,
    listened: AtomicBool,
    place: String,
}

impl PostgresStore {
    /// Connects to the database, and makes its tables or brings them to the newest format.
    ///
    /// # Errors
    ///
    /// [`StorageError::Unavailable`] if the database does not answer or has no connection left, and
    /// [`StorageError::Unusable`] if what is said of it is wrong or its tables are not for this server.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub async fn connect(options: PostgresOptions) -> Result<Self, StorageError> {
        let target = Target::new(&options)?;
        let connections = Connections::open(&target, &options).await?;
        let place = target.place.clone();
        Ok(Self {
            inner: Arc::new(Inner {
                connections,
                poker: Poker::start(target),
                listened: AtomicBool::new(false),
                place,
            }),
        })
    }
}

impl Inner {
    async fn append(
        &self,
        store: &StoreId,
        backend_id: &str,
        after: u64,
        events: &[StoredEvent],
    ) -> Result<Appended, StorageError> {
        check::store(store)?;
        let heads = (after, check::chain(store, after, events)?);
        let append =
            async |client: &mut _| rows::append(client, store, backend_id, heads, events).await;
        let outcome = self.connections.with(append).await;
        match &outcome {
            Ok(Appended::Done) if !events.is_empty() => self.poker.moved(store, heads.1),
            Ok(_) => {}
            // The events may be there, or come to be there: only the answer was lost.
            Err(_) => self.poker.may_have_moved(store, heads.1),
        }
        outcome
    }

    /// Has others told of a store that was given another log, or may have been.
    fn changed(
        &self,
        store: &StoreId,
        info: Result<StoreInfo, StorageError>,
    ) -> Result<StoreInfo, StorageError> {
        match &info {
            Ok(info) => self.poker.moved(store, info.head),
            Err(StorageError::Refused { .. }) => {}
            Err(_) => self.poker.may_have_moved(store, 0),
        }
        info
    }

    async fn page(
        &self,
        store: &StoreId,
        after: u64,
        limit: PageLimit,
    ) -> Result<Page, StorageError> {
        check::store(store)?;
        let page = async |client: &mut _| {
            loop {
                if let Some(page) = rows::page(client, store, after, limit).await? {
                    return Ok(page);
                }
                // Its first use. Events may already be there when it has been made.
                rows::open(client, store).await?;
            }
        };
        self.connections.with(page).await
    }
}

impl EventStore for PostgresStore {
    fn open<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move {
            check::store(store)?;
            let open = async |client: &mut _| rows::open(client, store).await;
            self.inner.connections.with(open).await
        })
    }

    fn append<'a>(
        &'a self,
        store: &'a StoreId,
        backend_id: &'a str,
        after: u64,
        events: &'a [StoredEvent],
    ) -> StorageFuture<'a, Appended> {
        Box::pin(self.inner.append(store, backend_id, after, events))
    }

    fn page<'a>(
        &'a self,
        store: &'a StoreId,
        after: u64,
        limit: PageLimit,
    ) -> StorageFuture<'a, Page> {
        Box::pin(self.inner.page(store, after, limit))
    }

    fn stores<'a>(
        &'a self,
        after: Option<&'a StoreId>,
        limit: usize,
    ) -> StorageFuture<'a, Vec<StoreId>> {
        Box::pin(async move {
            let after = after.map_or("", StoreId::as_str);
            let list = async |client: &mut _| rows::stores(client, after, limit).await;
            self.inner.connections.with(list).await
        })
    }

    fn reset<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move {
            check::store(store)?;
            let reset = async |client: &mut _| rows::reset(client, store).await;
            // A long log takes long to remove.
            let info = self.inner.connections.with_patience(reset).await;
            self.inner.changed(store, info)
        })
    }

    fn adopt<'a>(
        &'a self,
        store: &'a StoreId,
        backend_id: &'a str,
    ) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move {
            check::store(store)?;
            check::backend_id(store, backend_id)?;
            let adopt = async |client: &mut _| rows::adopt(client, store, backend_id).await;
            let info = self.inner.connections.with(adopt).await;
            self.inner.changed(store, info)
        })
    }

    fn check(&self) -> StorageFuture<'_, ()> {
        Box::pin(self.inner.connections.with(rows::check))
    }

    fn flush(&self) -> StorageFuture<'_, ()> {
        Box::pin(async move {
            let told = timeout(FLUSH, self.inner.poker.told()).await;
            told.map_err(|_| {
                error::unavailable(
                    "other servers on the database could not be told of what changed",
                )
            })
        })
    }

    fn pokes(&self) -> Option<Pokes> {
        let first = !self.inner.listened.swap(true, Ordering::Relaxed);
        first.then(|| self.inner.poker.heard())
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password.
        f.debug_struct("PostgresOptions")
            .field("connections", &self.connections)
            .field("wait", &self.wait)
            .field("root_certificates", &self.root_certificates)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("place", &self.inner.place)
            .finish_non_exhaustive()
    }
}
