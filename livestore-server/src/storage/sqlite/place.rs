//! The folder of the engine's files, which one process at a time may use.

use std::path::{Path, PathBuf};

use livestore_core::adapter::{FolderLock, FolderLockError};

use crate::storage::StorageError;

const DATABASE: &str = "events.db";

/// A folder that is held by this process.
#[derive(Debug)]
pub(super) struct Place {
    lock: FolderLock,
}

impl Place {
    /// Makes the folder if it is not there, and takes it.
    pub(super) fn take(folder: &Path) -> Result<Self, StorageError> {
        let lock = FolderLock::take(folder).map_err(|error| match error {
            FolderLockError::InUse { folder, process } => unusable(
                &folder,
                &format_args!(
                    "process {process} has it open, and SQLite is for one server process; several share a PostgreSQL"
                ),
            ),
            FolderLockError::Io { path, source } => unusable(&path, &source),
            other => unusable(folder, &other),
        })?;
        Ok(Self { lock })
    }

    /// Where the database is.
    pub(super) fn database(&self) -> PathBuf {
        self.lock.folder().join(DATABASE)
    }
}

/// Says that a file or folder is of no use.
pub(super) fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> StorageError {
    StorageError::Unusable {
        place: path.display().to_string().into(),
        reason: reason.to_string().into(),
    }
}
