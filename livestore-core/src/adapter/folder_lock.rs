//! Holding a folder for one process: what stands behind "a store takes one process at a time".
//!
//! What is in the folder is its owner's business.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

const LOCK: &str = "lock";

/// A folder that is held by this process, until this is dropped or the process ends, however it ends.
///
/// It is held by a lock on a file named `lock` in it, which names the process for whoever is refused. Native
/// only.
///
/// ```
/// # let folder = std::env::temp_dir().join(format!("livestore-doc-{}", livestore_core::prelude::new_id()));
/// use livestore_core::adapter::{FolderLock, FolderLockError};
///
/// let held = FolderLock::take(&folder)?;
/// let refused = FolderLock::take(&folder);
/// assert!(matches!(refused, Err(FolderLockError::InUse { .. })));
/// drop(held);
/// FolderLock::take(&folder)?;
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), FolderLockError>(())
/// ```
#[derive(Debug)]
pub struct FolderLock {
    folder: PathBuf,
    file: File,
}

/// Why a folder can't be held.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FolderLockError {
    /// Another process holds it, or this one does already.
    #[error("process {process} has `{}` open", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// The id of that process as it wrote it down; empty if it has not come to that.
        process: String,
    },
    /// The folder can't be made, or the file in it can't be opened, locked or written.
    #[error("`{}`: {source}", path.display())]
    Io {
        /// The folder or the file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl FolderLock {
    /// Makes the folder if it is not there, and takes it.
    ///
    /// # Errors
    /// [`FolderLockError::InUse`] if it is held, [`FolderLockError::Io`] if the file system refuses.
    pub fn take(folder: impl Into<PathBuf>) -> Result<Self, FolderLockError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(|source| failed(&folder, source))?;
        let path = folder.join(LOCK);
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| failed(&path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                // Only for the message.
                let _ = file.read_to_string(&mut process);
                let process = process.trim().to_owned();
                return Err(FolderLockError::InUse { folder, process });
            }
            Err(TryLockError::Error(source)) => return Err(failed(&path, source)),
        }
        file.set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(|source| failed(&path, source))?;
        Ok(Self { folder, file })
    }

    /// Returns the folder that is held.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a process that is being started by another thread has a copy
        // of it for a moment, and that would keep the lock.
        let _ = self.file.unlock();
    }
}

fn failed(path: &Path, source: io::Error) -> FolderLockError {
    let path = path.to_owned();
    FolderLockError::Io { path, source }
}

#[cfg(test)]
mod tests {
    use super::{FolderLock, FolderLockError};
    use crate::event::new_id;

    #[test]
    fn who_is_refused_is_told_which_process_has_the_folder() {
        let folder = std::env::temp_dir().join(format!("livestore-test-{}", new_id()));
        let held = FolderLock::take(&folder).unwrap();
        assert_eq!(held.folder(), folder);
        match FolderLock::take(&folder) {
            Err(FolderLockError::InUse { process, .. }) => {
                assert_eq!(process, std::process::id().to_string());
            }
            other => panic!("{other:?}"),
        }
        drop(held);
        FolderLock::take(&folder).unwrap();
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let file = std::env::temp_dir().join(format!("livestore-test-{}", new_id()));
        std::fs::write(&file, "").unwrap();
        let error = FolderLock::take(&file).unwrap_err();
        assert!(
            error.to_string().contains(file.to_str().unwrap()),
            "{error}"
        );
        std::fs::remove_file(file).unwrap();
    }
}
