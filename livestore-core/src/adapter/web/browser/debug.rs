//! What a person at the browser's console can do with a store: `__debugLiveStore["my-app"]`.

use std::rc::Rc;

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsValue, prelude::*};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Blob, BlobPropertyBag, Url};

use super::{page::Endpoint, wire::ToHost};

/// The global object that holds a handle per open store.
const GLOBAL: &str = "__debugLiveStore";

#[wasm_bindgen(inline_js = "export function download(url, name) { \
    const link = document.createElement('a'); link.href = url; link.download = name; link.click(); }")]
extern "C" {
    fn download(url: &str, name: &str);
}

/// Puts the handle of a store onto the window: `status()`, `syncStatus()`, `downloadState()`,
/// `downloadLog()`, `downloadDamagedLog()` and `hardReset()`.
pub(super) fn install(endpoint: &Rc<Endpoint>) {
    let handle = Object::new();
    set(&handle, "version", &env!("CARGO_PKG_VERSION").into());
    let weak = Rc::downgrade(endpoint);
    set_function(&handle, "status", move || -> JsValue {
        let store = weak
            .upgrade()
            .and_then(|endpoint| endpoint.inbox()?.store());
        store.map_or(JsValue::UNDEFINED, |store| {
            store.status().to_string().into()
        })
    });
    let weak = Rc::downgrade(endpoint);
    let status = move || -> JsValue {
        let store = weak
            .upgrade()
            .and_then(|endpoint| endpoint.inbox()?.store());
        store.map_or(JsValue::UNDEFINED, |store| {
            format!("{:#?}", store.sync_status()).into()
        })
    };
    set_function(&handle, "syncStatus", status);
    let weak = Rc::downgrade(endpoint);
    set_function(&handle, "downloadState", move || -> JsValue {
        let store = weak
            .upgrade()
            .and_then(|endpoint| endpoint.inbox()?.store());
        match store.map(|store| (store.id().to_string(), store.export_state())) {
            Some((id, Ok(bytes))) => save(&bytes, &format!("{id}-state.db")),
            Some((_, Err(error))) => JsValue::from_str(&error.to_string()),
            None => JsValue::UNDEFINED,
        }
    });
    let offer = |function, ask: fn(u32) -> ToHost, file: &'static str| {
        let weak = Rc::downgrade(endpoint);
        set_function(&handle, function, move || -> JsValue {
            let endpoint = weak.upgrade();
            job(async move {
                let endpoint = endpoint.ok_or("the store is closed")?;
                let bytes = endpoint.ask(ask).await.map_err(|error| error.to_string())?;
                if bytes.is_empty() {
                    return Ok(JsValue::UNDEFINED);
                }
                Ok(save(&bytes, &format!("{}-{file}", endpoint.store())))
            })
        });
    };
    let log = |request| ToHost::Export { request };
    offer("downloadLog", log, "eventlog.db");
    let damaged = |request| ToHost::ExportDamaged { request };
    offer("downloadDamagedLog", damaged, "eventlog-damaged.db");
    let weak = Rc::downgrade(endpoint);
    set_function(&handle, "hardReset", move || -> JsValue {
        let endpoint = weak.upgrade();
        job(async move {
            let endpoint = endpoint.ok_or("the store is closed")?;
            let reset = endpoint.ask(|request| ToHost::Reset { request }).await;
            reset.map_err(|error| error.to_string())?;
            Ok(JsValue::UNDEFINED)
        })
    });
    let global = js_sys::global();
    let all = match Reflect::get(&global, &GLOBAL.into()) {
        Ok(all) if all.is_object() => all,
        _ => {
            let all = Object::new();
            set(&global, GLOBAL, &all);
            all.into()
        }
    };
    set(&all, endpoint.store(), &handle);
}

/// Offers bytes as a file to save.
fn save(bytes: &[u8], name: &str) -> JsValue {
    let options = BlobPropertyBag::new();
    options.set_type("application/vnd.sqlite3");
    let parts = Array::of1(&Uint8Array::from(bytes));
    let saved = Blob::new_with_u8_array_sequence_and_options(&parts, &options)
        .and_then(|blob| Url::create_object_url_with_blob(&blob));
    match saved {
        Ok(url) => {
            download(&url, name);
            JsValue::from_f64(bytes.len() as f64)
        }
        Err(error) => error,
    }
}

fn job(work: impl Future<Output = Result<JsValue, String>> + 'static) -> JsValue {
    let promise: Promise = future_to_promise(async move { work.await.map_err(JsValue::from) });
    promise.into()
}

fn set_function(object: &JsValue, name: &str, function: impl Fn() -> JsValue + 'static) {
    // The handle lives as long as the page.
    let function = Closure::<dyn Fn() -> JsValue>::new(function).into_js_value();
    set(object, name, &function);
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    // Fails only for objects that cannot be written to, which these are not.
    let _ = Reflect::set(object, &name.into(), value);
}
