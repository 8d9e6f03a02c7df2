//! The store of this page, and what tests do with it.

#![expect(unreachable_pub, reason = "wasm-bindgen exports public functions only")]

use std::{
    cell::RefCell,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{StreamExt, TryStreamExt};
use gloo_timers::future::sleep;
use js_sys::Reflect;
use livestore_core::{
    adapter::{WsBackend, web},
    event::StoreId,
    prelude::*,
    store::{Adapter, EventFilter, LogArchive},
};
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::UrlSearchParams;

use crate::{
    report,
    schema::{Entry, EntryAdded, schema},
};

/// Events in one commit of [`fill`].
const BATCH: u32 = 1_000;

type Steps = Arc<Mutex<Vec<BootStatus>>>;

thread_local! {
    static STORE: RefCell<Option<Store>> = const { RefCell::new(None) };
    static STEPS: RefCell<Steps> = RefCell::default();
}

/// Opens the store that the address names, if it does.
pub(crate) fn open_from_address() {
    let search = web_sys::window().and_then(|window| window.location().search().ok());
    let parameters = search.and_then(|search| UrlSearchParams::new_with_str(&search).ok());
    let Some(store) = parameters.as_ref().and_then(|all| all.get("store")) else {
        return;
    };
    let parameter = |name: &str| parameters.as_ref().and_then(|all| all.get(name));
    let (worker, sync, memory) = (
        parameter("worker"),
        parameter("sync"),
        parameter("memory").is_some(),
    );
    spawn_local(async move {
        // The steps say how it went.
        let _ = match memory {
            true => open_in_memory(store, sync.unwrap_or_default()).await,
            false => open(store, worker, false, sync).await,
        };
    });
}

/// Opens a store.
#[wasm_bindgen]
pub async fn open(
    store: String,
    worker: Option<String>,
    ask_for_persistence: bool,
    sync: Option<String>,
) -> Result<(), JsValue> {
    let mut adapter = WebAdapter::persisted();
    if let Some(worker) = worker {
        adapter = adapter.worker_url(worker);
    }
    if ask_for_persistence {
        adapter = adapter.ask_for_persistence();
    }
    if let Some(url) = sync {
        adapter = adapter.sync(backend(url));
    }
    open_with(adapter, store).await
}

/// Opens a store that is kept in the page.
#[wasm_bindgen(js_name = openInMemory)]
pub async fn open_in_memory(store: String, sync: String) -> Result<(), JsValue> {
    open_with(Memory::new().sync(backend(sync)), store).await
}

async fn open_with(adapter: impl Adapter, store: String) -> Result<(), JsValue> {
    let steps = Steps::default();
    STEPS.set(Arc::clone(&steps));
    let store = Store::builder(schema())
        .adapter(adapter)
        .on_boot_status(move |step| lock(&steps).push(step))
        .open(&store)
        .await
        .map_err(text)?;
    STORE.set(Some(store));
    Ok(())
}

/// A server that gets the page's `syncToken` of the moment for a payload.
fn backend(url: String) -> WsBackend {
    WsBackend::new(url).payload_from(async || {
        let token = Reflect::get(&js_sys::global(), &"syncToken".into()).map_err(text_of)?;
        Ok::<_, String>(json!({ "token": token.as_string() }))
    })
}

fn text_of(error: JsValue) -> String {
    format!("{error:?}")
}

/// Closes the store, once everything is persisted.
#[wasm_bindgen]
pub async fn close() -> Result<(), JsValue> {
    match STORE.take() {
        Some(store) => store.shutdown().await.map_err(text),
        None => Ok(()),
    }
}

/// Returns the boot's steps so far.
#[wasm_bindgen(js_name = bootSteps)]
pub fn boot_steps() -> Vec<String> {
    STEPS.with_borrow(|steps| lock(steps).iter().map(|step| format!("{step:?}")).collect())
}

/// Commits a token; whether it gets anywhere shows elsewhere.
#[wasm_bindgen]
pub fn add(token: String) -> Result<(), JsValue> {
    store()?
        .commit(EntryAdded { token })
        .map(drop)
        .map_err(text)
}

/// Commits a token and waits until it is persisted.
#[wasm_bindgen]
pub async fn keep(token: String) -> Result<(), JsValue> {
    let receipt = store()?.commit(EntryAdded { token }).map_err(text)?;
    receipt.persisted().await.map_err(text)
}

/// Commits a token and waits until the server has it.
#[wasm_bindgen]
pub async fn sync(token: String) -> Result<(), JsValue> {
    let receipt = store()?.commit(EntryAdded { token }).map_err(text)?;
    receipt.synced().await.map(drop).map_err(text)
}

/// Commits many tokens in few commits, and waits until they are persisted.
#[wasm_bindgen]
pub async fn fill(prefix: String, count: u32) -> Result<(), JsValue> {
    let store = store()?;
    let mut last = None;
    for start in (0..count).step_by(BATCH as usize) {
        let tokens = start..count.min(start + BATCH);
        let events: Vec<EntryAdded> = tokens
            .map(|number| EntryAdded {
                token: format!("{prefix}-{number}"),
            })
            .collect();
        last = Some(store.commit(events).map_err(text)?);
    }
    match last {
        Some(receipt) => receipt.persisted().await.map_err(text),
        None => Ok(()),
    }
}

/// Starts to commit tokens one by one, a few in each of the page's turns, and to report those that are
/// persisted.
#[wasm_bindgen]
pub fn burst(prefix: String, count: u32) -> Result<(), JsValue> {
    let store = store()?;
    spawn_local(async move {
        for number in 0..count {
            let token = format!("{prefix}-{number}");
            match store.commit(EntryAdded {
                token: token.clone(),
            }) {
                Ok(receipt) => report::when_persisted(token, &receipt),
                Err(_) => break,
            }
            if number % 4 == 0 {
                sleep(Duration::ZERO).await;
            }
        }
    });
    Ok(())
}

/// Returns every token and how many events added it, as the JSON of an array of pairs.
#[wasm_bindgen]
pub fn entries() -> Result<String, JsValue> {
    let entries = store()?.query(&Entry::query()).map_err(text)?;
    let pairs: Vec<_> = entries
        .iter()
        .map(|entry| (&entry.token, entry.times))
        .collect();
    Ok(json!(pairs).to_string())
}

/// Returns how many tokens there are.
#[wasm_bindgen]
pub fn count() -> Result<u32, JsValue> {
    let count = store()?.query(&Entry::query().count()).map_err(text)?;
    u32::try_from(count).map_err(text)
}

/// Returns how many tokens have what only the app's next version writes.
#[wasm_bindgen(js_name = countOfV2)]
pub fn count_of_v2() -> Result<u32, JsValue> {
    #[cfg(feature = "v2")]
    {
        let notes = Entry::query().filter(Entry::NOTE.is_not_null()).count();
        let count = store()?.query(&notes).map_err(text)?;
        u32::try_from(count).map_err(text)
    }
    #[cfg(not(feature = "v2"))]
    Ok(0)
}

/// Returns how the store is doing, as JSON.
#[wasm_bindgen]
pub fn status() -> Result<String, JsValue> {
    let store = store()?;
    let sync = store.sync_status();
    let status = json!({
        "store": store.status().to_string(),
        "session": store.session_id().to_string(),
        "client": store.client_id().to_string(),
        "head": sync.session_head.global,
        "leaderHead": sync.leader_head.global,
        "pending": sync.pending_in_session,
        "connection": sync.connection.to_string(),
        "skipped": sync.skipped,
        "storage": format!("{:?}", sync.storage),
        "damage": sync.log_damage,
    });
    Ok(status.to_string())
}

/// Returns a store's log, whether it can be opened or not.
#[wasm_bindgen(js_name = exportLog)]
pub async fn export_log(store: String) -> Result<Vec<u8>, JsValue> {
    web::export_log(&StoreId::new(&store).map_err(text)?)
        .await
        .map_err(text)
}

/// Returns the damaged file that the log was saved from, if there is one.
#[wasm_bindgen(js_name = exportDamagedLog)]
pub async fn export_damaged_log() -> Result<Option<Vec<u8>>, JsValue> {
    store()?.export_damaged_log().await.map_err(text)
}

/// Removes that file.
#[wasm_bindgen(js_name = forgetDamagedLog)]
pub async fn forget_damaged_log() -> Result<(), JsValue> {
    store()?.forget_damaged_log().await.map_err(text)
}

/// Brings a log in as that of a store.
#[wasm_bindgen(js_name = importLog)]
pub async fn import_log(store: String, log: Vec<u8>) -> Result<(), JsValue> {
    let mut archive = LogArchive::from_database(&log).map_err(text)?;
    web::import_log(&StoreId::new(&store).map_err(text)?, &mut archive)
        .await
        .map_err(text)
}

/// Reads the log through the store, as far as it goes now, and returns how many events that are.
#[wasm_bindgen(js_name = readLog)]
pub async fn read_log() -> Result<u32, JsValue> {
    let store = store()?;
    let known = store.sync_status().leader_head.global as usize;
    let events = store.events(EventFilter::new()).take(known);
    let events: Vec<_> = events.try_collect().await.map_err(text)?;
    Ok(events.len() as u32)
}

/// Deletes all that is stored of a store.
#[wasm_bindgen]
pub async fn reset(store: String) -> Result<(), JsValue> {
    web::reset(&StoreId::new(&store).map_err(text)?)
        .await
        .map_err(text)
}

/// Returns the worker's script, for a test that serves it.
#[wasm_bindgen(js_name = workerScript)]
pub fn worker_script(glue: &str) -> String {
    web::worker_script(glue)
}

fn store() -> Result<Store, JsValue> {
    STORE.with_borrow(|store| store.clone().ok_or_else(|| text("no store is open")))
}

fn lock(steps: &Steps) -> std::sync::MutexGuard<'_, Vec<BootStatus>> {
    steps.lock().unwrap_or_else(PoisonError::into_inner)
}

fn text(error: impl ToString) -> JsValue {
    JsValue::from_str(&error.to_string())
}
