//! The behaviour of a store, seen through the public API. Every test runs natively and in the browser.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "suite/boot.rs"]
mod boot;
#[path = "suite/commit.rs"]
mod commit;
#[path = "suite/fixture.rs"]
mod fixture;
#[path = "suite/leader.rs"]
mod leader;
#[path = "suite/live.rs"]
mod live;
#[path = "suite/query.rs"]
mod query;
#[path = "suite/receipt.rs"]
mod receipt;
#[path = "suite/replay.rs"]
mod replay;
#[path = "suite/schema.rs"]
mod schema;
#[path = "suite/seq.rs"]
mod seq;
#[path = "suite/sync.rs"]
mod sync;

/// The test attribute of the platform.
mod testing {
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) use core::prelude::v1::test;
    #[cfg(target_arch = "wasm32")]
    pub(crate) use wasm_bindgen_test::wasm_bindgen_test as test;

    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
}
