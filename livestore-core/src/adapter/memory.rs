//! Everything in memory, the leader in the thread of whoever has something for it.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
};

use super::{
    desk::{Desk, Seating},
    lock,
    runtime::{self, Clock, VirtualTime},
};
#[cfg(feature = "remote")]
use crate::{adapter::WsBackend, sync::SyncOptions};
use crate::{
    event::{ClientId, EncodedEvent, SeqNum, SessionId, StoreId},
    eventlog::Eventlog,
    leader::{Input, StateFile},
    store::{
        Adapter, AdapterError, Inbox, LeaderLink, LinkFuture, LogArchive, Session, Setup,
        SyncSetup, Wanted, WantedEvents,
    },
    sync::{SessionKey, Storage, ToLeader},
};

/// Keeps logs in memory: for tests, demos, and what need not outlive the program.
///
/// Clones share the logs and are one client: stores opened with them are sessions of one leader, and a
/// store that was closed can be opened again with its history while a clone lives. Without a backend a
/// commit is in the leader's log when it returns.
///
/// ```
/// # futures::executor::block_on(async {
/// # use livestore_core::prelude::*;
/// # let schema = Schema::builder().build()?;
/// let memory = Memory::new();
/// let store = Store::builder(schema).adapter(memory.clone()).open("my-app").await?;
/// store.shutdown().await?;
/// assert!(memory.events("my-app").is_empty());
/// # Ok::<(), livestore_core::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Memory {
    client_id: ClientId,
    stores: Arc<Mutex<HashMap<StoreId, Place>>>,
    time: Option<VirtualTime>,
    #[cfg(feature = "remote")]
    sync: Option<WsBackend>,
}

/// Where a store's log is.
enum Place {
    /// At the desk of a leader.
    Open(Arc<Desk>),
    /// Put away until somebody opens the store again.
    Closed(Box<Eventlog>),
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Memory {
    /// Makes an adapter without any logs yet, and a new client id.
    pub fn new() -> Self {
        Self::with_client_id(ClientId::random())
    }

    /// Makes an adapter without any logs yet.
    pub fn with_client_id(client_id: ClientId) -> Self {
        Self {
            client_id,
            stores: Arc::default(),
            time: None,
            #[cfg(feature = "remote")]
            sync: None,
        }
    }

    /// Gives the leaders of stores that are opened from here on a time of the test's, instead of the machine's.
    pub fn time(mut self, time: &VirtualTime) -> Self {
        self.time = Some(time.clone());
        self
    }

    /// Syncs stores with a server, if they are not opened with a backend of their own.
    #[cfg(feature = "remote")]
    pub fn sync(mut self, backend: impl Into<WsBackend>) -> Self {
        self.sync = Some(backend.into());
        self
    }

    fn clock(&self) -> Clock {
        match &self.time {
            Some(time) => Clock::Virtual(time.clone()),
            None => Clock::start(),
        }
    }

    /// Returns what a store is synced with that was not opened with a backend of its own.
    fn own_sync(&self) -> Option<SyncSetup> {
        #[cfg(feature = "remote")]
        if let Some(backend) = &self.sync {
            return Some(SyncSetup {
                backend: Box::new(backend.clone()),
                options: SyncOptions::default(),
            });
        }
        None
    }

    /// Returns a store's log; of an unknown store, nothing.
    pub fn events(&self, store_id: &str) -> Vec<EncodedEvent> {
        let Ok(id) = StoreId::new(store_id) else {
            return Vec::new();
        };
        let stores = lock(&self.stores);
        let events = match stores.get(&id) {
            Some(Place::Open(desk)) => desk.events_after(SeqNum::ROOT, usize::MAX).ok(),
            Some(Place::Closed(log)) => log.events_after(SeqNum::ROOT, usize::MAX).ok(),
            None => None,
        };
        events.unwrap_or_default()
    }

    /// Brings a log in, as that of a store which has none yet.
    ///
    /// # Errors
    /// When the store is not new here, or the id is invalid.
    pub fn import(&self, store_id: &str, log: LogArchive) -> Result<(), AdapterError> {
        let id = StoreId::new(store_id).map_err(AdapterError::new)?;
        let mut stores = lock(&self.stores);
        if stores.contains_key(&id) {
            return Err(AdapterError::new(format_args!(
                "store `{store_id}` has a log already"
            )));
        }
        stores.insert(id, Place::Closed(Box::new(log.into_log())));
        Ok(())
    }

    /// Returns the desk of a store's leader; one without sessions is set up as it is wanted now.
    fn desk(&self, setup: Setup) -> Result<(Arc<Desk>, SessionKey), AdapterError> {
        let mut stores = lock(&self.stores);
        let log = match stores.remove(&setup.store) {
            Some(Place::Open(desk)) => {
                let session = desk.new_session();
                stores.insert(setup.store, Place::Open(Arc::clone(&desk)));
                return Ok((desk, session));
            }
            Some(Place::Closed(log)) => *log,
            None => Eventlog::in_memory().map_err(AdapterError::new)?,
        };
        let (desk, driver) = Desk::open(
            log,
            Seating {
                store: setup.store.clone(),
                client: self.client_id.clone(),
                schema: setup.schema,
                state: StateFile::Memory,
                storage: Storage::Memory,
                sync: setup.sync.or_else(|| self.own_sync()),
                clock: self.clock(),
            },
        );
        if let Some(driver) = driver {
            runtime::spawn("livestore-sync", driver).map_err(AdapterError::new)?;
        }
        let session = desk.new_session();
        stores.insert(setup.store, Place::Open(Arc::clone(&desk)));
        Ok((desk, session))
    }
}

impl Adapter for Memory {
    fn connect(self: Box<Self>, setup: Setup) -> LinkFuture<Result<Session, AdapterError>> {
        let store = setup.store.clone();
        let session = self.desk(setup).map(|(desk, key)| Session {
            client_id: self.client_id.clone(),
            session_id: SessionId::random(),
            image: None,
            leader: Box::new(Link {
                memory: *self,
                store,
                desk,
                key,
            }),
        });
        Box::pin(std::future::ready(session))
    }
}

/// The way from a session to the leader beside it: a function call.
struct Link {
    memory: Memory,
    store: StoreId,
    desk: Arc<Desk>,
    key: SessionKey,
}

impl LeaderLink for Link {
    fn start(&mut self, inbox: Inbox) {
        self.desk
            .add_session(self.key, move |message| inbox.deliver(message));
    }

    fn send(&mut self, message: ToLeader) {
        self.desk.turn([Input::Session(self.key, message)]);
    }

    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<Result<Vec<EncodedEvent>, AdapterError>> {
        Box::pin(std::future::ready(self.desk.events_after(after, limit)))
    }

    fn wanted_after(
        &self,
        after: SeqNum,
        limit: usize,
        wanted: &Wanted,
    ) -> LinkFuture<Result<WantedEvents, AdapterError>> {
        let found = self.desk.wanted_after(after, limit, wanted);
        Box::pin(std::future::ready(found))
    }

    fn export_log(&self) -> LinkFuture<Result<Vec<u8>, AdapterError>> {
        Box::pin(std::future::ready(self.desk.export_log()))
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let mut stores = lock(&self.memory.stores);
        if self.desk.remove_session(self.key)
            && let Some(log) = self.desk.close()
        {
            stores.insert(self.store.clone(), Place::Closed(Box::new(log)));
        }
        drop(stores);
        // What it was asked, another one is asked now.
        self.desk.turn([]);
    }
}
