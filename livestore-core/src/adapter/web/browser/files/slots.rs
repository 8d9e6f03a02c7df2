//! The pool's files from outside, when the pool cannot be opened because one has lost its name.
//!
//! Each file of the pool starts with a page that names it; what SQLite sees follows. Here files are
//! told by what is in them: a log is known by its mark, and gets its name back. All else can be built
//! anew, and is emptied.

use js_sys::{Array, IteratorNext, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DedicatedWorkerGlobalScope, FileSystemDirectoryHandle, FileSystemFileHandle,
    FileSystemReadWriteOptions, FileSystemSyncAccessHandle,
};

use super::FOLDER;
use crate::{event::StoreId, eventlog};

/// Where SQLite's file begins.
const DATA: usize = 4_096;
/// The name, closed by a zero, and the flags that it was opened with.
const NAME: usize = 512;
const HEADER: usize = NAME + 4;
/// SQLite's flag for a database, as opposed to its journals.
const DATABASE: u32 = 0x100;

/// A file of the pool.
struct Slot {
    file: FileSystemSyncAccessHandle,
    name: Name,
    is_log: bool,
    size: f64,
}

/// What a file's first page says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Name {
    Free,
    Named(String),
    Damaged,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.file.close();
    }
}

/// Gives names back to files that have lost theirs.
pub(super) async fn mend(store: &StoreId) -> Result<(), JsValue> {
    let slots = open_all(store).await?;
    let names = |slots: &[Slot]| -> Vec<String> {
        let names = slots.iter().filter_map(|slot| match &slot.name {
            Name::Named(name) => Some(name.clone()),
            Name::Free | Name::Damaged => None,
        });
        names.collect()
    };
    let mut taken = names(&slots);
    for slot in slots.iter().filter(|slot| slot.name == Name::Damaged) {
        if slot.is_log {
            let name = eventlog::missing_name(&taken);
            tracing::warn!(store = store.as_str(), name, "a file has got its name back");
            slot.write_header(Some(&name))?;
            taken.push(name);
        } else {
            slot.file.truncate_with_u32(DATA as u32)?;
            slot.write_header(None)?;
        }
    }
    Ok(())
}

/// Reads the largest file that is a log, whatever its name.
pub(super) async fn find_log(store: &StoreId) -> Result<Vec<u8>, JsValue> {
    let slots = open_all(store).await?;
    let log = slots
        .iter()
        .filter(|slot| slot.is_log)
        .max_by(|one, other| one.size.total_cmp(&other.size))
        .ok_or("none of the store's files is a log")?;
    let mut bytes = vec![0; log.size as usize - DATA];
    log.read(&mut bytes, DATA)?;
    Ok(bytes)
}

/// Whether there are files of the store that have something in them.
pub(super) async fn are_there(store: &StoreId) -> bool {
    has_data(store).await.unwrap_or(false)
}

/// Reads sizes only, which also those files have that somebody else has open.
async fn has_data(store: &StoreId) -> Result<bool, JsValue> {
    for handle in handles(store).await? {
        let file = JsFuture::from(handle.get_file()).await?;
        let size = Reflect::get(&file, &"size".into())?.as_f64();
        if size.is_some_and(|size| size > DATA as f64) {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn open_all(store: &StoreId) -> Result<Vec<Slot>, JsValue> {
    let mut slots = Vec::new();
    for handle in handles(store).await? {
        let file = JsFuture::from(handle.create_sync_access_handle()).await?;
        slots.push(Slot::open(file.unchecked_into())?);
    }
    Ok(slots)
}

async fn handles(store: &StoreId) -> Result<Vec<FileSystemFileHandle>, JsValue> {
    let pool = folder(&[FOLDER, store.as_str(), ".opaque"]).await?;
    let entries = pool.entries();
    let mut handles = Vec::new();
    loop {
        let next: IteratorNext = JsFuture::from(entries.next()?).await?.unchecked_into();
        if next.done() {
            return Ok(handles);
        }
        let entry: Array = next.value().unchecked_into();
        let handle = entry.get(1);
        if Reflect::get(&handle, &"kind".into())? == "file" {
            handles.push(handle.unchecked_into());
        }
    }
}

/// Returns a folder of the origin's, by the names on the way to it.
pub(super) async fn folder(path: &[&str]) -> Result<FileSystemDirectoryHandle, JsValue> {
    let worker: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let root = worker.navigator().storage().get_directory();
    let mut folder: FileSystemDirectoryHandle = JsFuture::from(root).await?.unchecked_into();
    for name in path {
        let next = folder.get_directory_handle(name);
        folder = JsFuture::from(next).await?.unchecked_into();
    }
    Ok(folder)
}

impl Slot {
    fn open(file: FileSystemSyncAccessHandle) -> Result<Self, JsValue> {
        let size = file.get_size()?;
        // Closes the file also when it cannot be read.
        let mut slot = Self {
            file,
            name: Name::Free,
            is_log: false,
            size,
        };
        let mut header = [0; HEADER];
        slot.read(&mut header, 0)?;
        slot.name = read_name(&header);
        let mut start = [0; eventlog::MARK_END];
        slot.read(&mut start, DATA)?;
        slot.is_log = eventlog::is_marked(&start);
        Ok(slot)
    }

    /// Reads as much as there is.
    fn read(&self, bytes: &mut [u8], at: usize) -> Result<(), JsValue> {
        let options = FileSystemReadWriteOptions::new();
        options.set_at(at as f64);
        self.file
            .read_with_u8_array_and_options(bytes, &options)
            .map(drop)
    }

    fn write_header(&self, name: Option<&str>) -> Result<(), JsValue> {
        let mut header = [0; HEADER];
        if let Some(name) = name {
            header[..name.len()].copy_from_slice(name.as_bytes());
            header[NAME..].copy_from_slice(&DATABASE.to_be_bytes());
        }
        let options = FileSystemReadWriteOptions::new();
        options.set_at(0.0);
        self.file
            .write_with_u8_array_and_options(&header, &options)?;
        self.file.flush()
    }
}

/// Reads a file's name as strictly as the pool does.
fn read_name(header: &[u8; HEADER]) -> Name {
    let (name, flags) = header.split_at(NAME);
    let end = name.iter().position(|byte| *byte == 0);
    let Some((name, rest)) = end.map(|end| name.split_at(end)) else {
        return Name::Damaged;
    };
    let has_flags = flags.iter().any(|byte| *byte != 0);
    match std::str::from_utf8(name) {
        _ if rest.iter().any(|byte| *byte != 0) => Name::Damaged,
        Ok("") if !has_flags => Name::Free,
        Ok(name) if !name.is_empty() && has_flags => Name::Named(name.to_owned()),
        _ => Name::Damaged,
    }
}
