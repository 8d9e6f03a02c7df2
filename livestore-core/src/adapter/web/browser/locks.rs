//! Web Locks: one holder at a time among all tabs and workers of the origin.
//!
//! web-sys has them behind an unstable flag that every app would have to set, hence the binding.

use std::{cell::RefCell, rc::Rc};

use futures::channel::oneshot;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, prelude::*};
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        callback: &Function,
    ) -> Result<Promise, JsValue>;
}

/// A lock that is held until this is dropped, or the page or worker ends.
#[derive(Debug)]
pub(super) struct Held {
    release: Option<Function>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(release) = self.release.take() {
            // Resolving a promise does not throw.
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// Waits for a lock.
pub(super) async fn acquire(name: &str) -> Result<Held, JsValue> {
    match take(name, false).await? {
        Some(held) => Ok(held),
        None => Err(JsValue::from_str("the lock was not granted")),
    }
}

/// Takes a lock if nobody has it.
pub(super) async fn try_acquire(name: &str) -> Result<Option<Held>, JsValue> {
    take(name, true).await
}

async fn take(name: &str, if_available: bool) -> Result<Option<Held>, JsValue> {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into())?;
    let locks = Reflect::get(&navigator, &"locks".into())?;
    if locks.is_undefined() {
        return Err("this browser has no Web Locks, or the page is not served securely".into());
    }
    let locks: LockManager = locks.unchecked_into();
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &if_available.into())?;

    let (granted, answer) = oneshot::channel();
    let granted = Rc::new(RefCell::new(Some(granted)));
    let refused = Rc::clone(&granted);
    let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        let mut release = None;
        // The lock is held until this promise is resolved.
        let holding = Promise::new(&mut |resolve, _| release = Some(resolve));
        let held = (!lock.is_null()).then(|| Held { release });
        let free = held.is_none();
        if let Some(granted) = granted.borrow_mut().take() {
            // Whoever no longer waits drops the lock.
            let _ = granted.send(Ok(held));
        }
        if free {
            JsValue::UNDEFINED
        } else {
            holding.into()
        }
    });
    // The promise of the request is resolved when the lock is released, and rejected when there can be none.
    let request = locks.request(name, &options, callback.unchecked_ref())?;
    spawn_local(async move {
        if let Err(reason) = JsFuture::from(request).await
            && let Some(refused) = refused.borrow_mut().take()
        {
            let _ = refused.send(Err(reason));
        }
    });
    answer
        .await
        .unwrap_or_else(|_| Err("the lock request was dropped".into()))
}
