//! Stores of several clients and one backend.

use std::ops::Index;

use futures::{StreamExt, channel::mpsc::unbounded};

use super::STORE;
use crate::{
    adapter::{InProcessBackend, Memory, VirtualTime},
    error::Result,
    schema::Schema,
    store::Store,
    sync::Connection,
};

/// Stores of as many clients, synced through one backend in this process.
///
/// ```
/// # futures::executor::block_on(async {
/// # use livestore_core::{prelude::*, testkit::Clients};
/// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// # #[event(name = "v1.TodoCreated")]
/// # struct TodoCreated { id: String }
/// # #[derive(Table, Clone, Debug, PartialEq)]
/// # struct Todo { #[column(primary_key)] id: String }
/// # let schema = || Schema::builder()
/// #     .table::<Todo>()
/// #     .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id))
/// #     .build()
/// #     .unwrap();
/// let clients = Clients::open(2, schema).await?;
/// clients[0].set_online(false);
/// clients[0].commit(TodoCreated { id: "a".into() })?;
/// clients[1].commit(TodoCreated { id: "b".into() })?;
/// clients[0].set_online(true);
/// clients.settle().await;
/// assert_eq!(clients[0].query(&Todo::query().count())?, 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Clients {
    backend: InProcessBackend,
    time: Option<VirtualTime>,
    stores: Vec<Store>,
}

impl Clients {
    /// Opens a store for each of so many clients.
    ///
    /// # Errors
    /// When one can't be opened.
    pub async fn open(clients: usize, schema: impl Fn() -> Schema) -> Result<Self> {
        let mut all = Self {
            backend: InProcessBackend::new(),
            time: None,
            stores: Vec::with_capacity(clients),
        };
        for _ in 0..clients {
            all.add(schema()).await?;
        }
        Ok(all)
    }

    /// Makes a backend without any clients yet; those that are [added](Self::add) try again, ping and give up when it is
    /// time by this clock.
    ///
    /// ```
    /// # futures::executor::block_on(async {
    /// # use std::time::Duration;
    /// # use livestore_core::{prelude::*, testkit::{Clients, VirtualTime}};
    /// # let schema = Schema::builder().build()?;
    /// let time = VirtualTime::new();
    /// let mut clients = Clients::in_time(&time);
    /// clients.backend().disconnect();
    /// clients.add(schema).await?;
    /// clients.until(|clients| clients[0].sync_status().connection.to_string().starts_with("reconnecting")).await;
    /// clients.backend().reconnect();
    /// time.advance(Duration::from_secs(60));
    /// clients.settle().await;
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn in_time(time: &VirtualTime) -> Self {
        Self {
            backend: InProcessBackend::new(),
            time: Some(time.clone()),
            stores: Vec::new(),
        }
    }

    /// Opens the store of another client, perhaps with another version of the schema.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn add(&mut self, schema: Schema) -> Result<&Store> {
        let mut memory = Memory::new();
        if let Some(time) = &self.time {
            memory = memory.time(time);
        }
        let opening = Store::builder(schema)
            .adapter(memory)
            .sync(self.backend.clone());
        self.stores.push(opening.open(STORE).await?);
        Ok(&self.stores[self.stores.len() - 1])
    }

    /// Returns the backend: it can be taken off the net, and told what to reject.
    pub fn backend(&self) -> &InProcessBackend {
        &self.backend
    }

    /// Returns the stores, in the order they were opened.
    pub fn stores(&self) -> &[Store] {
        &self.stores
    }

    /// Waits until every store has what the backend has, and the backend what the stores have. All must be online.
    pub async fn settle(&self) {
        self.until(Self::is_settled).await;
    }

    /// Waits until something holds; looked at whenever the sync status of a store has changed.
    pub async fn until(&self, holds: impl Fn(&Self) -> bool) {
        let (news, mut heard) = unbounded();
        let subscriptions: Vec<_> = self
            .stores
            .iter()
            .map(|store| {
                let news = news.clone();
                store.subscribe_sync_status(move |_| {
                    // Who does not listen any more has seen enough.
                    let _ = news.unbounded_send(());
                })
            })
            .collect();
        while !holds(self) {
            heard.next().await;
        }
        drop(subscriptions);
    }

    fn is_settled(&self) -> bool {
        let head = self
            .backend
            .events(STORE)
            .last()
            .map_or(0, |event| event.seq_num);
        self.stores.iter().all(|store| {
            let status = store.sync_status();
            status.connection == Connection::Connected
                && status.is_synced()
                && status.backend_head.is_some_and(|seq| seq.global == head)
                && status.session_head.global == head
        })
    }
}

impl Index<usize> for Clients {
    type Output = Store;

    fn index(&self, client: usize) -> &Store {
        &self.stores[client]
    }
}
