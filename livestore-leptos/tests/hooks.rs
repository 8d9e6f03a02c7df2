//! The hooks in a real DOM.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, missing_docs)]

#[path = "store/fixture.rs"]
#[allow(dead_code, reason = "another test program uses the rest")]
mod fixture;

mod hooks {
    mod documents;
    mod events;
    mod network;
    mod providers;
    mod reactivity;
    mod rows;
}

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
