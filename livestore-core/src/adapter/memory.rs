//! Everything in memory, the leader in the session's own thread.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    event::{ClientId, EncodedEvent, SeqNum, SessionId, StoreId},
    eventlog::Eventlog,
    leader::Leader,
    schema::Schema,
    store::{Adapter, AdapterError, Inbox, LeaderLink, LinkFuture, Session},
    sync::ToLeader,
};

/// Keeps logs in memory: for tests, demos, and what need not outlive the program.
///
/// Clones share the logs: a store that was closed can be opened again with its history while a
/// clone lives. One session at a time may have a store open.
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
#[derive(Clone, Debug)]
pub struct Memory {
    client_id: ClientId,
    leaders: Arc<Mutex<HashMap<StoreId, Slot>>>,
}

#[derive(Debug)]
struct Slot {
    leader: Arc<Mutex<Leader>>,
    open: bool,
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Memory {
    /// Makes an adapter without any logs yet, and a new client id.
    pub fn new() -> Self {
        Self {
            client_id: ClientId::random(),
            leaders: Arc::default(),
        }
    }

    /// Returns a store's log; of an unknown store, nothing.
    pub fn events(&self, store_id: &str) -> Vec<EncodedEvent> {
        let Ok(id) = StoreId::new(store_id) else {
            return Vec::new();
        };
        let leaders = lock(&self.leaders);
        let Some(slot) = leaders.get(&id) else {
            return Vec::new();
        };
        lock(&slot.leader)
            .events_after(SeqNum::ROOT, usize::MAX)
            .unwrap_or_default()
    }

    fn open(&self, store: &StoreId) -> Result<Arc<Mutex<Leader>>, AdapterError> {
        let mut leaders = lock(&self.leaders);
        if let Some(slot) = leaders.get_mut(store) {
            if slot.open {
                return Err(AdapterError::new(
                    "another session has it open, and the memory adapter takes one",
                ));
            }
            slot.open = true;
            return Ok(Arc::clone(&slot.leader));
        }
        let leader = Arc::new(Mutex::new(Leader::new(
            Eventlog::in_memory().map_err(AdapterError::new)?,
        )));
        leaders.insert(
            store.clone(),
            Slot {
                leader: Arc::clone(&leader),
                open: true,
            },
        );
        Ok(leader)
    }
}

impl Adapter for Memory {
    fn connect(
        self: Box<Self>,
        store: StoreId,
        _: Schema,
    ) -> LinkFuture<'static, Result<Session, AdapterError>> {
        let session = self.open(&store).map(|leader| {
            let head = lock(&leader).head();
            Session {
                client_id: self.client_id.clone(),
                session_id: SessionId::random(),
                head,
                leader: Box::new(Link {
                    memory: *self,
                    store,
                    leader,
                    inbox: None,
                }),
            }
        });
        Box::pin(std::future::ready(session))
    }
}

/// The way from a session to the leader beside it: a function call.
struct Link {
    memory: Memory,
    store: StoreId,
    leader: Arc<Mutex<Leader>>,
    inbox: Option<Inbox>,
}

impl LeaderLink for Link {
    fn events_after(
        &self,
        after: SeqNum,
        limit: usize,
    ) -> LinkFuture<'_, Result<Vec<EncodedEvent>, AdapterError>> {
        let events = lock(&self.leader)
            .events_after(after, limit)
            .map_err(AdapterError::new);
        Box::pin(std::future::ready(events))
    }

    fn start(&mut self, inbox: Inbox) {
        self.inbox = Some(inbox);
    }

    fn send(&mut self, message: ToLeader) {
        let answer = lock(&self.leader).handle(message);
        if let Some(inbox) = &self.inbox {
            inbox.deliver(answer);
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(slot) = lock(&self.memory.leaders).get_mut(&self.store) {
            slot.open = false;
        }
    }
}

/// Locks; a panic elsewhere leaves SQLite and the map whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
