//! The files of a store in OPFS, which only a worker can have open.

mod pool;
mod slots;

use std::{pin::Pin, rc::Rc, sync::Arc, time::Duration};

use sqlite_wasm_rs::vfs::VfsFilesManager;
use sqlite_wasm_vfs::sahpool::{OpfsSAHError, OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::FileSystemRemoveOptions;

use self::pool::PoolFiles;
use super::{page::describe, sync::Payloads, wire::Start};
use crate::{
    adapter::{
        desk::{Desk, Seating},
        runtime::{self, Clock},
    },
    event::{ClientId, EncodedEvent, StoreId},
    eventlog::{self, Eventlog, EventlogError},
    leader::StateFile,
    schema::Schema,
    sync::Storage,
};

/// The folder of all stores.
const FOLDER: &str = "livestore";
/// Files of one store: two databases, each with a journal, and some to spare.
const POOL: usize = 8;
const STATE: &str = "state.db";
/// How often files that cannot be opened are tried, and how long after one another.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(100);

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
    /// Opens a store's files; those that have lost their names get them back.
    pub(super) async fn open(store: StoreId) -> Self {
        let opened = Self::try_open(&store).await;
        let Self::Damaged { reason, .. } = &opened else {
            return opened;
        };
        tracing::warn!(
            store = store.as_str(),
            reason,
            "the files are looked through"
        );
        match slots::mend(&store).await {
            Ok(()) => Self::try_open(&store).await,
            Err(error) => {
                tracing::error!(error = %describe(&error), "the files cannot be mended");
                opened
            }
        }
    }

    async fn try_open(store: &StoreId) -> Self {
        for attempt in 1.. {
            let error = match Self::try_once(store).await {
                Ok(files) => return files,
                Err(error) => error,
            };
            let nowhere =
                matches!(error, OpfsSAHError::NotSupported) || slots::folder(&[]).await.is_err();
            if nowhere || attempt == ATTEMPTS {
                return Self::unopened(store, &error).await;
            }
            // The handles of a tab that has just died may not be free yet.
            tracing::debug!(%error, "the store's files are opened again");
            gloo_timers::future::sleep(PAUSE).await;
        }
        unreachable!("the last attempt returns")
    }

    /// What becomes of a store whose files cannot be opened: in memory it would look empty, though its log is there.
    async fn unopened(store: &StoreId, error: &OpfsSAHError) -> Self {
        if slots::are_there(store).await {
            return Self::Damaged {
                store: store.clone(),
                reason: format!("the store's files cannot be opened: {error}"),
            };
        }
        tracing::warn!(%error, "nothing can be stored; everything is kept in memory");
        Self::Nowhere {
            reason: error.to_string(),
        }
    }

    async fn try_once(store: &StoreId) -> Result<Self, OpfsSAHError> {
        let options = OpfsSAHPoolCfgBuilder::new()
            .directory(&format!("{FOLDER}/{store}"))
            .initial_capacity(POOL)
            .build();
        match install::<sqlite_wasm_rs::WasmOsCallback>(&options, true).await {
            Ok(pool) => Ok(Self::Open(pool)),
            // In memory the store would look empty, though its log is there.
            Err(
                error @ (OpfsSAHError::InvalidHeader { .. }
                | OpfsSAHError::DuplicateFilename(_)
                | OpfsSAHError::InvalidDirectoryEntry),
            ) => Ok(Self::Damaged {
                store: store.clone(),
                reason: format!("the store's files are damaged: {error}"),
            }),
            Err(error) => Err(error),
        }
    }

    /// No files, for the moment.
    pub(super) fn none() -> Self {
        Self::Nowhere {
            reason: "the files are being deleted".to_owned(),
        }
    }

    /// Seats a leader over the log.
    pub(super) fn seat(
        &self,
        start: &Start,
        schema: &Schema,
        payloads: &Rc<Payloads>,
    ) -> Result<Arc<Desk>, String> {
        let store = StoreId::new(&start.store).map_err(|error| error.to_string())?;
        let (log, state, storage) = match self {
            Self::Open(pool) => (
                Eventlog::open_in(Box::new(PoolFiles::new(pool))),
                StateFile::File(STATE.into()),
                Storage::Persistent,
            ),
            Self::Nowhere { reason } => (
                in_memory(&start.log),
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
            sync: payloads.setup(start.sync.as_ref()),
            clock: Clock::start(),
        };
        let log = log.map_err(|error| error.to_string())?;
        let (desk, driver) = Desk::open(log, seating);
        if let Some(driver) = driver {
            runtime::spawn("livestore-sync", driver).map_err(|error| error.to_string())?;
        }
        Ok(desk)
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

    /// Reads the log's file as it is, when no leader has it open.
    pub(super) fn raw_log(&self) -> LocalFuture<Result<Vec<u8>, String>> {
        let read = match self {
            Self::Open(pool) => eventlog::read_raw(Box::new(PoolFiles::new(pool)))
                .map_err(|error| error.to_string()),
            Self::Nowhere { .. } => Err("nothing is stored".to_owned()),
            Self::Damaged { store, .. } => {
                let store = store.clone();
                return Box::pin(async move {
                    slots::find_log(&store)
                        .await
                        .map_err(|error| describe(&error))
                });
            }
        };
        Box::pin(std::future::ready(read))
    }
}

/// Makes a log in memory of what is known of the last one, which its tab has taken along.
fn in_memory(events: &[EncodedEvent]) -> Result<Eventlog, EventlogError> {
    let mut log = Eventlog::in_memory()?;
    if let Err(error) = log.append(events) {
        tracing::warn!(%error, "what was kept in memory is lost");
    }
    Ok(log)
}

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// Deletes the folder with a store's files, of which none may be open.
async fn delete(store: &StoreId) -> Result<(), JsValue> {
    let all = FileSystemRemoveOptions::new();
    all.set_recursive(true);
    let stores = slots::folder(&[FOLDER]).await?;
    JsFuture::from(stores.remove_entry_with_options(store.as_str(), &all))
        .await
        .map(drop)
}
