//! Stores in files: opened again, shared, crashed, damaged, migrated.

#[path = "native/damage.rs"]
mod damage;
#[path = "native/ending.rs"]
mod ending;
#[path = "native/opening.rs"]
mod opening;
#[path = "native/processes.rs"]
mod processes;
#[path = "native/salvage.rs"]
mod salvage;
#[path = "native/salvage_sync.rs"]
mod salvage_sync;
#[path = "native/syncing.rs"]
mod syncing;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use futures::executor::block_on;
use livestore_core::{adapter::Native, prelude::*};

use crate::fixture::{eventually, schema};

/// A directory that is removed in the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let path = std::env::temp_dir().join(format!("livestore-test-{}", new_id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn open(&self) -> Store {
        self.open_with(schema())
    }

    fn open_with(&self, schema: Schema) -> Store {
        block_on(self.builder(schema).open("test")).unwrap()
    }

    pub(crate) fn builder(&self, schema: Schema) -> livestore_core::store::StoreBuilder {
        Store::builder(schema).adapter(Native::file(&self.0))
    }

    /// The path of a file of the store.
    fn file(&self, name: &str) -> PathBuf {
        self.0.join("test").join(name)
    }

    /// Waits until this process has closed the store's files, which it does after the session's end.
    fn wait_until_closed(&self) {
        let lock = File::open(self.file("lock")).unwrap();
        eventually(|| lock.try_lock().is_ok());
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // It is in the system's folder for such things anyway.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Ends the session and gives up its files.
fn close(store: Store) {
    block_on(store.shutdown()).unwrap();
}
