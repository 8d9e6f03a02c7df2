//! Stores of several clients and one backend.

use std::ops::Index;

use futures::{StreamExt, channel::mpsc::unbounded};

use super::STORE;
use crate::{
    adapter::{InProcessBackend, Memory},
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
            stores: Vec::with_capacity(clients),
        };
        for _ in 0..clients {
            all.add(schema()).await?;
        }
        Ok(all)
    }

    /// Opens the store of another client, perhaps with another version of the schema.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn add(&mut self, schema: Schema) -> Result<&Store> {
        let opening = Store::builder(schema)
            .adapter(Memory::new())
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
        while !self.is_settled() {
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
