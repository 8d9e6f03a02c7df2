//! Starting the worker from the page's own script and compiled module.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsValue, prelude::*};
use web_sys::{Blob, BlobPropertyBag, MessagePort, Url, Worker, WorkerOptions, WorkerType};

use super::{wire::Start, worker_script};

#[wasm_bindgen]
extern "C" {
    /// The URL of the script that wasm-bindgen made for this program.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = "url")]
    static SCRIPT_URL: String;
}

thread_local! {
    static PROGRAM: String = {
        let url = SCRIPT_URL.with(Clone::clone);
        let file = url.rsplit('/').next().unwrap_or_default();
        format!("{}-{file}", env!("CARGO_PKG_VERSION"))
    };
}

/// Returns what tells this program from other builds of it, as far as a page can, whatever the schema.
pub(super) fn program() -> String {
    PROGRAM.with(Clone::clone)
}

/// Starts the worker; `port` is its end of the channel to this tab.
pub(super) fn start(
    worker_url: Option<&str>,
    start: &Start,
    port: &MessagePort,
) -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name("livestore-leader");
    let worker = match worker_url {
        Some(url) => Worker::new_with_options(url, &options)?,
        None => {
            let url = blob_url(&worker_script(&SCRIPT_URL.with(Clone::clone)))?;
            let worker = Worker::new_with_options(&url, &options);
            // The worker has fetched it when it runs, which is before it answers; a URL is a few bytes.
            worker?
        }
    };
    let bytes = postcard::to_allocvec(start).expect("a start is made of strings");
    let message = Object::new();
    Reflect::set(&message, &"module".into(), &wasm_bindgen::module())?;
    Reflect::set(&message, &"start".into(), &Uint8Array::from(&bytes[..]))?;
    Reflect::set(&message, &"port".into(), port)?;
    worker.post_message_with_transfer(&message, &Array::of1(port))?;
    Ok(worker)
}

fn blob_url(script: &str) -> Result<String, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let parts = Array::of1(&script.into());
    let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
    Url::create_object_url_with_blob(&blob)
}
