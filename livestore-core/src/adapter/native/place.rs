//! The files of a store.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{
    adapter::{FolderLock, FolderLockError},
    event::{ClientId, StoreId},
    eventlog::{Eventlog, LogFiles},
    store::AdapterError,
};

const STATE: &str = "state.db";
const CLIENT_ID: &str = "client-id";

/// The folder of a store, held by this process.
#[derive(Debug)]
pub(super) struct Place {
    lock: FolderLock,
}

/// Makes a store's folder and returns its one true path.
pub(super) fn folder(directory: &Path, store: &StoreId) -> Result<PathBuf, AdapterError> {
    let folder = directory.join(store.as_str());
    fs::create_dir_all(&folder)
        .and_then(|()| folder.canonicalize())
        .map_err(|error| failed(&folder, &error))
}

/// Returns the id under which this directory's stores are known to backends, made the first time.
///
/// The file appears whole or not at all; where two processes make one at the same moment, one wins.
pub(super) fn client_id(directory: &Path) -> Result<ClientId, AdapterError> {
    let path = directory.join(CLIENT_ID);
    let read = || fs::read_to_string(&path).map(|text| text.trim().to_owned());
    match read() {
        Ok(id) if !id.is_empty() => return Ok(id.as_str().into()),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(&path, &error)),
    }
    let made = ClientId::random();
    let draft = directory.join(format!("{CLIENT_ID}-{made}"));
    let write = || {
        let mut file = File::create(&draft)?;
        file.write_all(made.as_str().as_bytes())?;
        file.sync_all()?;
        // A link does not take the place of what another process has put there meanwhile, as a new name would.
        match fs::hard_link(&draft, &path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && !read()?.is_empty() => {
                fs::remove_file(&draft)?;
            }
            Ok(()) => fs::remove_file(&draft)?,
            // There is an empty file, or the file system has no links.
            Err(_) => fs::rename(&draft, &path)?,
        }
        read()
    };
    match write() {
        Ok(id) => Ok(id.as_str().into()),
        Err(error) => Err(failed(&path, &error)),
    }
}

impl Place {
    /// Takes the folder for this process.
    pub(super) fn open(folder: &Path) -> Result<Self, AdapterError> {
        let lock = FolderLock::take(folder).map_err(|error| match error {
            FolderLockError::InUse { .. } => AdapterError::new(format_args!(
                "{error}, and a store takes one process at a time"
            )),
            FolderLockError::Io { .. } => AdapterError::new(error),
        })?;
        Ok(Self { lock })
    }

    pub(super) fn eventlog(&self) -> Result<Eventlog, AdapterError> {
        let files = Box::new(Folder(self.lock.folder().to_owned()));
        Eventlog::open_in(files).map_err(|error| failed(self.lock.folder(), &error))
    }

    pub(super) fn state(&self) -> PathBuf {
        self.lock.folder().join(STATE)
    }
}

/// The log's files in the store's folder.
#[derive(Debug)]
struct Folder(PathBuf);

impl LogFiles for Folder {
    fn names(&self) -> Result<Vec<String>, String> {
        let names = fs::read_dir(&self.0).and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect()
        });
        names.map_err(|error| error.to_string())
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        fs::read(self.path(name)).map_err(|error| error.to_string())
    }

    fn publish(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let draft = self.path(&format!("{name}.new"));
        let write = || {
            // Of an earlier file of that name there may be a journal left.
            self.remove_journals(name)?;
            let mut file = File::create(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, self.path(name))?;
            File::open(&self.0)?.sync_all()
        };
        write().map_err(|error| error.to_string())
    }

    fn remove(&self, name: &str) -> Result<(), String> {
        fs::remove_file(self.path(name))
            .and_then(|()| self.remove_journals(name))
            .map_err(|error| error.to_string())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Folder {
    fn remove_journals(&self, name: &str) -> io::Result<()> {
        for suffix in ["-wal", "-shm"] {
            match fs::remove_file(self.path(&format!("{name}{suffix}"))) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> AdapterError {
    AdapterError::new(format_args!("`{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread};

    use super::*;
    use crate::event::new_id;

    fn directory() -> PathBuf {
        let directory = std::env::temp_dir().join(format!("livestore-test-{}", new_id()));
        fs::create_dir(&directory).unwrap();
        directory
    }

    #[test]
    fn all_who_ask_for_a_new_directorys_client_at_once_hear_the_same() {
        for _ in 0..20 {
            let (directory, start) = (directory(), Barrier::new(8));
            let ask = || {
                start.wait();
                client_id(&directory).unwrap()
            };
            let heard: Vec<_> = thread::scope(|scope| {
                let asking: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
                asking.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert!(heard.iter().all(|id| *id == heard[0]), "{heard:?}");
            let files = fs::read_dir(&directory).unwrap().count();
            assert_eq!(files, 1, "no draft stays");
            fs::remove_dir_all(directory).unwrap();
        }
    }

    #[test]
    fn an_empty_file_is_replaced() {
        let directory = directory();
        fs::write(directory.join(CLIENT_ID), "").unwrap();
        let made = client_id(&directory).unwrap();
        assert!(!made.as_str().is_empty());
        assert_eq!(client_id(&directory).unwrap(), made);
        fs::remove_dir_all(directory).unwrap();
    }
}
