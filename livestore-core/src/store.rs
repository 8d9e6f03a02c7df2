//! The store: the session's face.
//!
//! Here live [`Store`] with commit, query and subscribe, live queries, receipts, status, the stream of
//! events and the boot, and the traits by which an adapter joins a store to its leader. What a session
//! does with the leader's messages is decided in [`sync`](crate::sync) and carried out here. Platform
//! code is the adapters'; keeping the log is the leader's.

mod boot;
mod commit;
mod core;
mod events;
mod export;
mod history;
mod lend;
mod link;
mod live;
mod receipt;
mod receive;
mod status;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

pub use boot::{BootStatus, StoreBuilder};
pub use commit::CommitOptions;
pub use events::{EventFilter, EventStream, StreamedEvent, Wanted, WantedEvents};
pub use history::{ReplayMismatch, Snapshot};
pub use link::{
    Adapter, AdapterError, Image, Inbox, LeaderLink, LinkFuture, Session, Setup, SyncSetup,
};
pub use live::{LiveQuery, Subscription};
pub use receipt::{Receipt, ReceiptError, Stage};
pub(crate) use status::OUTDATED;
pub use status::StoreStatus;

use self::{core::Core, lend::Link, receipt::Progress, receive::Listeners};
use crate::{
    error::{Error, Result},
    event::{ClientId, SeqNum, SessionId, StoreId},
    query::{Query, QueryError},
    reactive::Watch,
    schema::{DocumentId, DocumentQuery, Schema, SingleDocument},
    sync::SyncStatus,
};
pub use crate::{
    eventlog::{ArchiveError, LogArchive},
    reactive::LiveQueryInfo,
};

/// A client's view of a store: commit events, query state, follow live queries.
///
/// A clone is a reference count. All reads and commits are synchronous; what takes time (being
/// persisted, being synced) is told by the [`Receipt`].
///
/// ```
/// # futures::executor::block_on(async {
/// use livestore_core::prelude::*;
///
/// #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// #[event(name = "v1.TodoCreated")]
/// struct TodoCreated { id: String, text: String }
///
/// #[derive(Table, Clone, Debug, PartialEq)]
/// #[table(name = "todos")]
/// struct Todo { #[column(primary_key)] id: String, text: String }
///
/// let schema = Schema::builder()
///     .table::<Todo>()
///     .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id).set(Todo::TEXT, &e.text))
///     .build()?;
///
/// let store = Store::builder(schema).adapter(Memory::new()).open("my-app").await?;
/// let receipt = store.commit(TodoCreated { id: new_id(), text: "Buy milk".into() })?;
/// assert_eq!(store.query(&Todo::query())?[0].text, "Buy milk");
/// receipt.persisted().await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
///
/// # Ending it
///
/// Only [`shutdown`](Self::shutdown) makes sure that everything committed is persisted. When the last clone
/// is dropped the session ends without waiting: what has been sent to the leader is still written, what was
/// waiting behind a push under way is lost, and its receipts never say *persisted*. A commit for which
/// [`Receipt::persisted`] has returned is safe either way.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

/// What the clones of a store share.
struct Shared {
    id: StoreId,
    client_id: ClientId,
    session_id: SessionId,
    schema: Schema,
    core: Mutex<Core>,
    progress: Arc<Progress>,
    status: Watch<SyncStatus>,
    /// Whether the store works.
    works: Watch<StoreStatus>,
    listeners: Mutex<Listeners>,
    link: Link,
}

impl Store {
    /// Starts to open a store.
    pub fn builder(schema: Schema) -> StoreBuilder {
        StoreBuilder::new(schema)
    }

    /// Returns the store's id.
    pub fn id(&self) -> &StoreId {
        &self.shared.id
    }

    /// Returns the id of this client.
    pub fn client_id(&self) -> &ClientId {
        &self.shared.client_id
    }

    /// Returns the id of this session.
    pub fn session_id(&self) -> &SessionId {
        &self.shared.session_id
    }

    /// Returns the schema the store was opened with.
    pub fn schema(&self) -> &Schema {
        &self.shared.schema
    }

    /// Returns the sequence number of the last event in this session.
    pub fn head(&self) -> SeqNum {
        self.shared.lock().session.local_head()
    }

    /// Returns how many events of this session the leader has not persisted yet.
    pub fn pending_count(&self) -> usize {
        self.shared.lock().session.pending().len()
    }

    /// Returns how many live queries there are, for tools and tests that look for leaks.
    pub fn live_query_count(&self) -> usize {
        self.shared.lock().registry.len()
    }

    /// Returns how many entries the lookup of live queries has, for tests that look for leaks; 0 when there are
    /// no live queries.
    pub fn live_query_entries(&self) -> usize {
        self.shared.lock().registry.entries()
    }

    /// Returns all live queries, oldest first, with how often they ran and how long that took.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// # #[derive(Table, Clone, Debug, PartialEq)]
    /// # struct Todo { #[column(primary_key)] id: String }
    /// # fn example(store: Store) -> Result<(), Box<dyn std::error::Error>> {
    /// let todos = store.live(Todo::query().labeled("all todos"))?;
    /// for query in store.live_queries() {
    ///     println!("{:?}: {} runs, {:?}", query.label, query.runs, query.all_runs);
    /// }
    /// # drop(todos);
    /// # Ok(())
    /// # }
    /// ```
    pub fn live_queries(&self) -> Vec<LiveQueryInfo> {
        let nodes = self.shared.lock().registry.all();
        nodes.iter().map(|(_, node)| node.info()).collect()
    }

    /// Runs a query on the current state.
    ///
    /// # Errors
    /// When the SQL doesn't run, a row doesn't decode, or the store is closed.
    pub fn query<Q: Query>(&self, query: &Q) -> Result<Q::Output, QueryError> {
        let statement = query.statement();
        let core = self.shared.lock();
        self.shared.check_readable(&core)?;
        core.state.query(&statement, |rows| query.read(rows))
    }

    /// Returns the query for a client document: of those of which every session has one, this session's.
    pub fn document<D: SingleDocument>(&self) -> DocumentQuery<D> {
        match D::DEFAULT_ID {
            DocumentId::Fixed(id) => D::get_at(id),
            DocumentId::Session | DocumentId::Keyed => D::get_at(self.session_id().as_str()),
        }
    }

    /// Connects to the backend, or keeps away from it: the app's offline switch, for all sessions of
    /// this client. Nothing happens without a backend.
    pub fn set_online(&self, online: bool) {
        self.shared.lock().set_online(online);
        self.shared.flush();
    }

    /// Ends the session: hands what is pending to the leader, waits until it is persisted, and
    /// closes.
    ///
    /// Later commits and queries fail with [`Error::Closed`]; subscribers hear nothing more. A second
    /// call waits for the same end. It goes on when nobody waits for it, as long as the store is kept. When this was a client's last session, its leader has closed its
    /// files by the time it returns. What the backend has not confirmed by then is pushed when the
    /// store is opened again.
    ///
    /// # Errors
    /// When something committed could not be persisted.
    pub async fn shutdown(&self) -> Result<()> {
        let nodes = {
            let mut core = self.shared.lock();
            core.closed = true;
            core.wake_streams();
            core.registry.clear()
        };
        drop(nodes);
        self.shared.flush();
        self.shared.close_when_done();
        let persisted = self.shared.progress.all_persisted().await;
        // Also where the message that brought it did not come so far, because a listener panicked.
        self.shared.close_when_done();
        self.shared.link.closed().await;
        persisted.map_err(|error| Error::Stopped {
            store: self.id().to_string(),
            reason: error.to_string(),
        })
    }

    fn downgrade(&self) -> Weak<Shared> {
        Arc::downgrade(&self.shared)
    }
}

impl Shared {
    /// Locks; a panic while it was held has left the state rolled back and the lists whole.
    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check_readable(&self, core: &Core) -> Result<(), QueryError> {
        if core.closed {
            Err(QueryError::Closed {
                store: self.id.to_string(),
            })
        } else {
            Ok(())
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("id", &self.shared.id.as_str())
            .field("session_id", &self.shared.session_id.as_str())
            .finish_non_exhaustive()
    }
}
