//! Clients of one hub: stores on logs in memory that sync through a backend in this process.

use livestore_core::{
    adapter::InProcessBackend,
    event::{ClientId, EncodedArgs, Event, GlobalEvent, SessionId},
    prelude::*,
};

use crate::{
    data,
    failure::{Failure, check},
    latest::Latest,
    schema::{Todo, TodoCreated, schema},
};

const ID: &str = "bench";

/// The backend: no network, pages of 100 events.
pub(crate) struct Hub(InProcessBackend);

impl Hub {
    /// Makes one without events.
    pub(crate) fn empty() -> Self {
        Self(InProcessBackend::new())
    }

    /// Makes one to which some client has pushed todos.
    pub(crate) fn filled(todos: usize) -> Self {
        let hub = Self::empty();
        let (client_id, session_id) = (ClientId::random(), SessionId::random());
        let event = |todo: TodoCreated| GlobalEvent {
            name: TodoCreated::NAME.into(),
            args: EncodedArgs::encode(&todo).expect("the scenarios' events have a JSON form"),
            // The hub gives the numbers.
            seq_num: 0,
            parent_seq_num: 0,
            client_id: client_id.clone(),
            session_id: session_id.clone(),
        };
        hub.0
            .advance(ID, data::todos(0..todos).into_iter().map(event));
        hub
    }

    /// Refuses any other number of events.
    pub(crate) fn check(&self, events: usize) -> Result<(), Failure> {
        check("events in the backend", self.0.events(ID).len(), events)
    }
}

/// A client with a store of its own.
pub(crate) struct Client {
    pub(crate) store: Store,
    memory: Memory,
}

impl Client {
    /// Opens an empty store, which begins to pull.
    pub(crate) async fn open(hub: &Hub) -> Result<Self, Failure> {
        let memory = Memory::new();
        let store = Store::builder(schema())
            .adapter(memory.clone())
            .sync(hub.0.clone())
            .open(ID)
            .await?;
        Ok(Self { store, memory })
    }

    /// Opens two clients, and has one event go from the first to the second, so that both are connected.
    pub(crate) async fn pair(hub: &Hub) -> Result<(Self, Self), Failure> {
        let (a, b) = (Self::open(hub).await?, Self::open(hub).await?);
        let receipt = a.store.commit(data::todos(0..1))?;
        Latest::count(&b.store)?.reaches(1).await;
        receipt.synced().await?;
        Ok((a, b))
    }

    /// Waits until nothing is pending, of which the store hears after what it waits for; then refuses any other number of
    /// todos, and a store that has stopped.
    pub(crate) async fn check(&self, todos: usize) -> Result<(), Failure> {
        Latest::status(&self.store)
            .until(SyncStatus::is_synced)
            .await;
        self.check_rows(todos)?;
        check("events in the log", self.memory.events(ID).len(), todos)?;
        check("the status", self.store.status(), StoreStatus::Running)
    }

    /// Refuses any other number of todos.
    pub(crate) fn check_rows(&self, todos: usize) -> Result<(), Failure> {
        let found = self.store.query(&Todo::query().count())?;
        check("rows of todos", found, todos as u64)
    }
}
