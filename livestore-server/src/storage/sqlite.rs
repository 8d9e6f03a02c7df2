//! The engine that keeps stores in SQLite, for one server process: the default.
//!
//! All stores are in one database file. One thread writes, and what is asked for while it waits for the
//! disk goes into its next transaction together; a few others read. Against a file per store, measured on
//! two cores and an SSD with every commit synced (rows of 250 bytes, the statements alone):
//!
//! | | a file per store | one file |
//! |---|---|---|
//! | 100 stores, batches of 100, together | 200,000 events/s | 235,000 |
//! | 100 stores, one event each, over and over | 3,000 | 25,000 |
//! | 1,000 stores made / opened again | 35 s / 0.9 s | 0.35 s / 5 ms |
//! | files held open by 1,000 stores | 3,000 | 3 and 3 for each reader |
//!
//! Nor does a file system get to say which names are the same, and a backup is one file.

mod crew;
mod format;
mod place;
mod reader;
mod rows;
mod writer;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use livestore_core::event::StoreId;

use self::{place::Place, reader::Readers, writer::Writer};
use super::{
    Appended, EventStore, Page, PageLimit, StorageError, StorageFuture, StoreInfo, StoredEvent,
    check,
};

/// Keeps the logs in a folder, in an SQLite database.
///
/// One process at a time can have the folder open. Clones are the same engine; dropping the last one waits
/// until what was asked for is finished and the files are closed.
#[derive(Clone)]
pub struct SqliteStore {
    inner: Arc<Inner>,
}

/// In the order in which they end: the last connection to be closed, which has to be one that writes,
/// tidies up, and then the folder is free.
struct Inner {
    readers: Readers,
    writer: Writer,
    _place: Place,
    folder: PathBuf,
}

impl SqliteStore {
    /// Opens the folder, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// [`StorageError::Unusable`] if another process has it open, if the database is not a server's, is
    /// damaged or of a newer version, or if the system does not allow it.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, StorageError> {
        let folder = folder.as_ref();
        let place = Place::take(folder)?;
        let database = place.database();
        let writer = Writer::start(format::open_writer(&database)?)?;
        let count = thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, 8));
        let readers = (0..count)
            .map(|_| format::open_reader(&database))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            inner: Arc::new(Inner {
                readers: Readers::start(readers)?,
                writer,
                _place: place,
                folder: folder.to_owned(),
            }),
        })
    }
}

impl Inner {
    async fn info(&self, store: &StoreId) -> Result<StoreInfo, StorageError> {
        check::store(store)?;
        let name = store.clone();
        self.writer
            .ask(1, move |connection| rows::open(connection, &name))
            .await
    }

    async fn append(
        &self,
        store: &StoreId,
        backend_id: &str,
        after: u64,
        events: &[StoredEvent],
    ) -> Result<Appended, StorageError> {
        check::store(store)?;
        let heads = (after, check::chain(store, after, events)?);
        let name = store.clone();
        let backend_id: Arc<str> = backend_id.into();
        let events = events.to_vec();
        self.writer
            .ask(events.len().max(1), move |connection| {
                rows::append(connection, &name, &backend_id, heads, &events)
            })
            .await
    }

    async fn page(
        &self,
        store: &StoreId,
        after: u64,
        limit: PageLimit,
    ) -> Result<Page, StorageError> {
        check::store(store)?;
        loop {
            let name = store.clone();
            let read = move |connection: &mut _| rows::page(connection, &name, after, limit);
            if let Some(page) = self.readers.ask(read).await? {
                return Ok(page);
            }
            // Its first use. Events may already be there when it has been made.
            self.info(store).await?;
        }
    }

    async fn stores(
        &self,
        after: Option<&StoreId>,
        limit: usize,
    ) -> Result<Vec<StoreId>, StorageError> {
        let after = after.map_or_else(String::new, |store| store.as_str().to_owned());
        let read = move |connection: &mut _| rows::stores(connection, &after, limit);
        let names = self.readers.ask(read).await?;
        let checked = names.into_iter().map(|name| {
            StoreId::new(&name).map_err(|error| StorageError::Damaged {
                store: name.into(),
                reason: error.to_string().into(),
            })
        });
        checked.collect()
    }
}

impl EventStore for SqliteStore {
    fn open<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(self.inner.info(store))
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
        Box::pin(self.inner.stores(after, limit))
    }

    fn reset<'a>(&'a self, store: &'a StoreId) -> StorageFuture<'a, StoreInfo> {
        Box::pin(async move {
            check::store(store)?;
            let name = store.clone();
            let writer = &self.inner.writer;
            writer
                .ask(1, move |connection| rows::reset(connection, &name))
                .await
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
            let (name, backend_id): (_, Arc<str>) = (store.clone(), backend_id.into());
            let writer = &self.inner.writer;
            writer
                .ask(1, move |connection| {
                    rows::adopt(connection, &name, &backend_id)
                })
                .await
        })
    }

    fn check(&self) -> StorageFuture<'_, ()> {
        Box::pin(async move {
            self.inner.writer.ask(1, rows::check).await?;
            self.inner.stores(None, 1).await.map(drop)
        })
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("folder", &self.inner.folder)
            .finish_non_exhaustive()
    }
}
