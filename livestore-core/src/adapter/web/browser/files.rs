//! The files of a store in OPFS, which only a worker can have open.

use std::{path::Path, sync::Arc};

use sqlite_wasm_rs::vfs::{
    VfsFilesManager,
    transfer::{DbTransfer, ExportSource},
};
use sqlite_wasm_vfs::sahpool::{OpfsSAHError, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, FileSystemDirectoryHandle, FileSystemRemoveOptions};

use super::{page::describe, wire::Start};
use crate::{
    adapter::desk::{Desk, Seating},
    event::{ClientId, StoreId},
    eventlog::Eventlog,
    leader::StateFile,
    schema::Schema,
    sync::Storage,
};

/// The folder of all stores.
const FOLDER: &str = "livestore";
/// Files of one store: two databases, each with a journal, and some to spare.
const POOL: usize = 8;
const EVENTLOG: &str = "eventlog.db";
const STATE: &str = "state.db";

/// What a store's files have become.
pub(super) enum Files {
    /// They are open.
    Open(OpfsSAHPoolUtil),
    /// Nothing can be stored here.
    Nowhere { reason: String },
    /// They are there, but which is which cannot be told.
    Damaged { store: StoreId, reason: String },
}

impl Files {
    /// Opens a store's files.
    pub(super) async fn open(store: StoreId) -> Self {
        let options = OpfsSAHPoolCfgBuilder::new()
            .directory(&format!("{FOLDER}/{store}"))
            .initial_capacity(POOL)
            .build();
        match install::<sqlite_wasm_rs::WasmOsCallback>(&options, true).await {
            Ok(pool) => Self::Open(pool),
            // In memory the store would look empty, though its log is there.
            Err(
                error @ (OpfsSAHError::InvalidHeader { .. }
                | OpfsSAHError::DuplicateFilename(_)
                | OpfsSAHError::InvalidDirectoryEntry),
            ) => Self::Damaged {
                store,
                reason: format!("the store's files are damaged: {error}"),
            },
            Err(error) => {
                tracing::warn!(%error, "nothing can be stored; everything is kept in memory");
                Self::Nowhere {
                    reason: error.to_string(),
                }
            }
        }
    }

    /// No files, for the moment.
    pub(super) fn none() -> Self {
        Self::Nowhere {
            reason: "the files are being deleted".to_owned(),
        }
    }

    /// Seats a leader over the log.
    pub(super) fn seat(&self, start: &Start, schema: &Schema) -> Result<Arc<Desk>, String> {
        let store = StoreId::new(&start.store).map_err(|error| error.to_string())?;
        let (log, state, storage) = match self {
            Self::Open(_) => (
                Eventlog::open_file(Path::new(EVENTLOG)),
                StateFile::File(STATE.into()),
                Storage::Persistent,
            ),
            Self::Nowhere { reason } => (
                Eventlog::in_memory(),
                StateFile::Memory,
                Storage::Unavailable {
                    reason: reason.as_str().into(),
                },
            ),
            Self::Damaged { reason, .. } => return Err(reason.clone()),
        };
        let seating = Seating {
            store,
            client: ClientId::from(start.client.as_str()),
            schema: schema.clone(),
            state,
            storage,
            sync: None,
        };
        let log = log.map_err(|error| error.to_string())?;
        Ok(Desk::open(log, seating).0)
    }

    /// Deletes everything.
    pub(super) async fn clear(self) -> (Self, Result<(), String>) {
        match self {
            Self::Open(pool) => {
                let cleared = pool.clear().map_err(|error| error.to_string());
                (Self::Open(pool), cleared)
            }
            Self::Damaged { store, reason } => match delete(&store).await {
                Ok(()) => (Self::open(store).await, Ok(())),
                Err(error) => (Self::Damaged { store, reason }, Err(describe(&error))),
            },
            nowhere @ Self::Nowhere { .. } => (nowhere, Ok(())),
        }
    }

    /// Reads the log's file as it is.
    pub(super) fn raw_log(&self) -> Result<Vec<u8>, String> {
        let pool = match self {
            Self::Open(pool) => pool,
            Self::Nowhere { .. } => return Err("nothing is stored".to_owned()),
            Self::Damaged { reason, .. } => return Err(reason.clone()),
        };
        let mut source = pool
            .open_export(EVENTLOG)
            .map_err(|error| error.to_string())?;
        let mut bytes = vec![0; usize::try_from(source.size()).unwrap_or(0)];
        let mut read = 0;
        while read < bytes.len() {
            match source
                .read_at(read as u64, &mut bytes[read..])
                .map_err(|error| error.to_string())?
            {
                0 => break,
                count => read += count,
            }
        }
        bytes.truncate(read);
        Ok(bytes)
    }
}

/// Deletes the folder with a store's files, of which none may be open.
async fn delete(store: &StoreId) -> Result<(), JsValue> {
    let worker: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let root: FileSystemDirectoryHandle =
        JsFuture::from(worker.navigator().storage().get_directory())
            .await?
            .unchecked_into();
    let folder: FileSystemDirectoryHandle = JsFuture::from(root.get_directory_handle(FOLDER))
        .await?
        .unchecked_into();
    let all = FileSystemRemoveOptions::new();
    all.set_recursive(true);
    JsFuture::from(folder.remove_entry_with_options(store.as_str(), &all))
        .await
        .map(drop)
}
