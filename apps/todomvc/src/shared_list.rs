//! Which list this page shows: its name is in the address, so whoever is given the address sees the same todos.

use leptos::{prelude::*, wasm_bindgen::JsValue};
use livestore_core::event::StoreId;
use livestore_leptos::prelude::*;
use web_sys::UrlSearchParams;

/// The name in the address (`?store=…`).
const PARAMETER: &str = "store";
/// Where the browser keeps the name of the list it showed last.
const LAST: &str = "todomvc-store";

/// The name of the list: the one in the address, the last one shown here, or a new one that nobody can guess.
pub fn store_id() -> String {
    if let Some(id) = in_address() {
        remember(&id);
        return id;
    }
    let id = remembered().unwrap_or_else(new_id);
    remember(&id);
    put_in_address(&id);
    id
}

fn in_address() -> Option<String> {
    let search = window().location().search().ok()?;
    let parameters = UrlSearchParams::new_with_str(&search).ok()?;
    parameters.get(PARAMETER).filter(|id| !id.is_empty())
}

fn put_in_address(id: &str) {
    let hash = window().location().hash().unwrap_or_default();
    let address = format!("?{PARAMETER}={id}{hash}");
    if let Ok(history) = window().history() {
        // Fails where a page may not change its address; the list is the same.
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&address));
    }
}

// A browser that stores nothing has no storage either: there, a page without an address starts a new list.
fn remembered() -> Option<String> {
    window().local_storage().ok()??.get_item(LAST).ok()?
}

/// A name that no store can have is not worth it.
fn remember(id: &str) {
    if StoreId::new(id).is_ok()
        && let Ok(Some(storage)) = window().local_storage()
    {
        _ = storage.set_item(LAST, id);
    }
}
