//! The log's files in the pool.

use std::path::PathBuf;

use send_wrapper::SendWrapper;
use sqlite_wasm_rs::vfs::{VfsFilesManager, transfer::DbTransfer};
use sqlite_wasm_vfs::sahpool::OpfsSAHPoolUtil;

use crate::eventlog::LogFiles;

/// A pool as a place for a log. The worker has one thread.
pub(super) struct PoolFiles(SendWrapper<OpfsSAHPoolUtil>);

impl PoolFiles {
    pub(super) fn new(pool: &OpfsSAHPoolUtil) -> Self {
        Self(SendWrapper::new(pool.clone()))
    }
}

impl std::fmt::Debug for PoolFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PoolFiles")
    }
}

impl LogFiles for PoolFiles {
    fn names(&self) -> Result<Vec<String>, String> {
        self.0.names().map_err(text)
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        // SQLite has rolled it back if it could; one that is left is of no use, and would be in the way.
        self.0.remove(&format!("{name}-journal")).map_err(text)?;
        self.0.export_db(name).map_err(text)
    }

    fn publish(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.import_db(name, bytes).map_err(text)
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        self.0.remove(name).map(drop).map_err(text)
    }

    fn path(&self, name: &str) -> PathBuf {
        name.into()
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}
