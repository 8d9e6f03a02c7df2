//! Several stores and one backend in this process.

#[path = "sync/awaited.rs"]
mod awaited;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/boot.rs"]
mod boot;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/checks.rs"]
mod checks;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/exchange.rs"]
mod exchange;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/mismatch.rs"]
mod mismatch;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/panics.rs"]
mod panics;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/random.rs"]
mod random;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/receipts.rs"]
mod receipts;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/rejected.rs"]
mod rejected;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/sessions.rs"]
mod sessions;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/status.rs"]
mod status;
#[cfg(not(target_arch = "wasm32"))]
#[path = "sync/unruly.rs"]
mod unruly;

use livestore_core::{
    adapter::InProcessBackend,
    event::{Event, EventInput, GlobalEvent},
    prelude::*,
    store::StoreBuilder,
};

use crate::fixture::schema;

/// Starts to open a store of this client that syncs with the backend.
pub(crate) fn builder(memory: &Memory, backend: &InProcessBackend) -> StoreBuilder {
    Store::builder(schema())
        .adapter(memory.clone())
        .sync(backend.clone())
}

/// An event that another client has pushed; the backend numbers it.
pub(crate) fn foreign<E: Event>(event: &E) -> GlobalEvent {
    GlobalEvent {
        name: E::NAME.into(),
        args: EventInput::new(event).unwrap().args,
        seq_num: 0,
        parent_seq_num: 0,
        client_id: "foreign".into(),
        session_id: "foreign".into(),
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use waiting::{client, everywhere, open, settled};

/// What waits for the threads that talk to the backend.
#[cfg(not(target_arch = "wasm32"))]
mod waiting {
    use futures::executor::block_on;
    use livestore_core::sync::Connection;

    use super::{InProcessBackend, Memory, Store, builder};
    use crate::fixture::{dump, eventually};

    pub(crate) fn open(memory: &Memory, backend: &InProcessBackend) -> Store {
        block_on(builder(memory, backend).open("test")).unwrap()
    }

    /// A store of a new client.
    pub(crate) fn client(backend: &InProcessBackend) -> Store {
        open(&Memory::new(), backend)
    }

    /// Whether a store has everything the backend has, and the backend everything of the store.
    pub(crate) fn settled(store: &Store, backend: &InProcessBackend) -> bool {
        let status = store.sync_status();
        let head = backend.events("test").len() as u64;
        status.connection == Connection::Connected
            && status.is_synced()
            && status.backend_head.is_some_and(|seq| seq.global == head)
            && status.leader_head.global == head
            && status.session_head.global == head
    }

    /// Waits until stores and backend agree, and checks that they show the same.
    #[track_caller]
    pub(crate) fn everywhere(stores: &[&Store], backend: &InProcessBackend) {
        let head = || backend.events("test").len();
        // All at one head: the last of them may have moved it while the first was settled before that.
        eventually(|| {
            let before = head();
            stores.iter().all(|store| settled(store, backend)) && head() == before
        });
        for store in &stores[1..] {
            assert_eq!(dump(store), dump(stores[0]));
        }
    }
}
