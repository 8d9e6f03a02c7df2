//! Who this browser profile and this tab are.

use wasm_bindgen::JsValue;
use web_sys::Storage;

use super::locks::{self, Held};
use crate::event::{ClientId, SessionId};

/// Returns the id of this browser profile for a store, made the first time. Where nothing can be
/// stored, a new one.
pub(super) fn client_id(store: &str) -> ClientId {
    let key = format!("livestore:{store}:client-id");
    let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
    stored(storage.as_ref(), &key).map_or_else(
        || {
            let id = ClientId::random();
            store_text(storage.as_ref(), &key, id.as_str());
            id
        },
        |id| ClientId::from(id.as_str()),
    )
}

/// Returns the id of this tab for a store; it survives a reload. A duplicated tab brings a copy of its
/// original's, which the lock tells: then it becomes another one.
pub(super) async fn session_id(store: &str) -> Result<(SessionId, Held), JsValue> {
    let key = format!("livestore:{store}:session-id");
    let storage = web_sys::window().and_then(|window| window.session_storage().ok().flatten());
    let mut id = stored(storage.as_ref(), &key)
        .map_or_else(SessionId::random, |id| SessionId::from(id.as_str()));
    loop {
        let name = format!("livestore:{store}:session:{id}");
        if let Some(held) = locks::try_acquire(&name).await? {
            store_text(storage.as_ref(), &key, id.as_str());
            return Ok((id, held));
        }
        id = SessionId::random();
    }
}

fn stored(storage: Option<&Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok().flatten()
}

fn store_text(storage: Option<&Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        // A profile that stores nothing gets a new id each time.
        let _ = storage.set_item(key, value);
    }
}
