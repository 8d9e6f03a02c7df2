//! `Rows` in a browser: whatever happens to the data, the DOM shows it, with as little done as possible.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

mod rows {
    mod changes;
    mod lifetimes;
    mod lists;
    mod order;
    mod page;
    mod rendering;
    mod updates;
}

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
