//! The folder of the engine's files, which one process at a time may use.

use std::{
    fs::{self, File, TryLockError},
    io::{Read, Write},
    path::{Path, PathBuf},
};

use crate::storage::StorageError;

const LOCK: &str = "lock";
const DATABASE: &str = "events.db";

/// A folder that is held by this process.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    /// Locked; the system unlocks it when the process ends, however it ends.
    lock: File,
}

impl Place {
    /// Makes the folder if it is not there, and takes it.
    pub(super) fn take(folder: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(folder).map_err(|error| unusable(folder, &error))?;
        let path = folder.join(LOCK);
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| unusable(&path, &error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut owner = String::new();
                // Only for the message.
                let _ = lock.read_to_string(&mut owner);
                return Err(unusable(
                    folder,
                    &format_args!(
                        "process {} has it open, and SQLite is for one server process; several share a PostgreSQL",
                        owner.trim()
                    ),
                ));
            }
            Err(TryLockError::Error(error)) => return Err(unusable(&path, &error)),
        }
        lock.set_len(0)
            .and_then(|()| write!(lock, "{}", std::process::id()))
            .map_err(|error| unusable(&path, &error))?;
        Ok(Self {
            folder: folder.to_owned(),
            lock,
        })
    }

    /// Where the database is.
    pub(super) fn database(&self) -> PathBuf {
        self.folder.join(DATABASE)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is being started by another thread has a copy
        // of it for a moment, and that would keep the lock.
        let _ = self.lock.unlock();
    }
}

/// Says that a file or folder is of no use.
pub(super) fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> StorageError {
    StorageError::Unusable {
        place: path.display().to_string().into(),
        reason: reason.to_string().into(),
    }
}
