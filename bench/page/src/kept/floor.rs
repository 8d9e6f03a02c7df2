//! The floors of kept stores: bare SQLite in a worker, on the files of a store or on files of their own.

use leptos::web_sys::js_sys::{ArrayBuffer, Uint8Array};
use livestore_bench_scenarios::{
    Failure, Host, Samples, Unit, ask_image,
    kept::{Boot, Step},
    read_image, read_log_head,
};
use rusqlite::Connection;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::host::{self, Browser};

mod js {
    use super::{JsValue, wasm_bindgen};

    #[wasm_bindgen]
    extern "C" {
        /// The URL of the script that wasm-bindgen made for this program.
        #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = "url")]
        pub(super) static SCRIPT_URL: String;
    }

    #[wasm_bindgen(module = "/src/host.js")]
    extern "C" {
        #[wasm_bindgen(js_name = startWorker)]
        pub(super) fn start_worker(glue: &str, module: &JsValue, task: &str) -> JsValue;

        #[wasm_bindgen(js_name = nextOf, catch)]
        pub(super) async fn next_of(worker: &JsValue) -> Result<JsValue, JsValue>;

        #[wasm_bindgen(js_name = workerTask)]
        pub(super) fn worker_task() -> Option<String>;

        pub(super) fn answer(value: &JsValue);

        #[wasm_bindgen(js_name = answerFailure)]
        pub(super) fn answer_failure(failure: &str);
    }
}

/// Starts a worker for a step, and does the page's part of it.
pub(super) async fn run(store: &str, step: Step) -> Result<Samples, Failure> {
    let start = Browser.now();
    let task = to_json(&(store, step))?;
    let glue = js::SCRIPT_URL.with(Clone::clone);
    let worker = js::start_worker(&glue, &wasm_bindgen::module(), &task);
    let next = async || js::next_of(&worker).await.map_err(host::failure);
    let samples = match step {
        Step::FloorBoot(todos, Boot::Stored) => {
            let image: ArrayBuffer = next().await?.unchecked_into();
            ask_image(&Uint8Array::new(&image).to_vec(), todos)?;
            let first_query = Browser.now();
            next().await?;
            of_boot(start, first_query, Browser.now())
        }
        Step::FloorBoot(_, Boot::Rebuild) => {
            next().await?;
            let end = Browser.now();
            of_boot(start, end, end)
        }
        _ => {
            let json = next().await?.as_string().unwrap_or_default();
            serde_json::from_str(&json).map_err(|error| Failure::Page(error.to_string()))?
        }
    };
    std::mem::forget(worker);
    Ok(samples)
}

fn of_boot(start: f64, first_query: f64, ready: f64) -> Samples {
    Samples::default()
        .with("first-query", Unit::Milliseconds, first_query - start)
        .with(
            "first-query-since-navigation",
            Unit::Milliseconds,
            first_query,
        )
        .with("leader-ready", Unit::Milliseconds, ready - start)
}

/// Does the worker's part of a step, if this is the worker of one.
pub(super) fn run_if_worker() -> bool {
    let Some(task) = js::worker_task() else {
        return false;
    };
    spawn_local(async move {
        if let Err(failure) = work(&task).await {
            js::answer_failure(&failure.to_string());
        }
    });
    true
}

async fn work(task: &str) -> Result<(), Failure> {
    let (store, step): (String, Step) =
        serde_json::from_str(task).map_err(|error| Failure::Page(error.to_string()))?;
    let folder = match step {
        // On the store's own files, which nobody else has open.
        Step::FloorBoot(..) => format!("livestore/{store}"),
        _ => format!("floor/{store}"),
    };
    open_pool(&folder).await?;
    let open = |name: &str| Connection::open(name);
    if let Step::FloorBoot(todos, Boot::Stored) = step {
        let image = read_image(&open)?;
        js::answer(&Uint8Array::from(&image[..]).buffer().into());
        read_log_head(&open, todos)?;
        js::answer(&JsValue::TRUE);
        return Ok(());
    }
    let samples = livestore_bench_scenarios::kept::run_floor(&Browser, &open, step)?;
    js::answer(&to_json(&samples)?.into());
    Ok(())
}

/// Makes the files of a folder in OPFS those that SQLite opens.
#[cfg(target_arch = "wasm32")]
async fn open_pool(folder: &str) -> Result<(), Failure> {
    use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfgBuilder, install};

    let options = OpfsSAHPoolCfgBuilder::new()
        .directory(folder)
        .initial_capacity(8)
        .build();
    match install::<sqlite_wasm_rs::WasmOsCallback>(&options, true).await {
        Ok(pool) => {
            std::mem::forget(pool);
            Ok(())
        }
        Err(error) => Err(Failure::Page(error.to_string())),
    }
}

/// Elsewhere this program has nothing to open.
#[cfg(not(target_arch = "wasm32"))]
async fn open_pool(folder: &str) -> Result<(), Failure> {
    Err(Failure::Page(format!("there is no {folder}")))
}

fn to_json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Page(error.to_string()))
}
