//! The engine in memory, whose place is itself.

use std::sync::Arc;

use livestore_server::storage::{EventStore, MemoryStore};

use crate::conformance::{Place, conformance};

impl Place for MemoryStore {
    async fn open(&self) -> Arc<dyn EventStore> {
        Arc::new(self.clone())
    }
}

conformance!(livestore_server::storage::MemoryStore::new());
