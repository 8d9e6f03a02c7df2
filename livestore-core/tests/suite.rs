//! The behaviour of a store, seen through the public API. Every test runs natively and in the browser.

#![allow(clippy::unwrap_used, missing_docs)]

/// The test attribute of the platform.
#[macro_use]
mod testing {
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) use core::prelude::v1::test;
    #[cfg(target_arch = "wasm32")]
    pub(crate) use wasm_bindgen_test::wasm_bindgen_test as test;

    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

    /// Runs an async test in the browser's loop, or natively in the test's thread.
    macro_rules! awaited {
        ($($(#[$attribute:meta])* async fn $name:ident() $body:block)*) => {$(
            $(#[$attribute])*
            #[cfg(target_arch = "wasm32")]
            #[wasm_bindgen_test::wasm_bindgen_test]
            async fn $name() $body

            $(#[$attribute])*
            #[cfg(not(target_arch = "wasm32"))]
            #[test]
            fn $name() {
                futures::executor::block_on(async $body);
            }
        )*};
    }
}

#[path = "suite/boot.rs"]
mod boot;
#[path = "suite/builder.rs"]
mod builder;
#[path = "suite/columns.rs"]
mod columns;
#[path = "suite/commit.rs"]
mod commit;
#[path = "suite/documents.rs"]
mod documents;
#[path = "suite/events.rs"]
mod events;
#[path = "suite/evolution.rs"]
mod evolution;
#[path = "suite/fixture.rs"]
mod fixture;
#[path = "suite/history.rs"]
mod history;
#[path = "suite/leader.rs"]
mod leader;
#[cfg(not(target_arch = "wasm32"))]
#[path = "suite/link.rs"]
mod link;
#[path = "suite/live.rs"]
mod live;
#[path = "suite/materializers.rs"]
mod materializers;
#[cfg(not(target_arch = "wasm32"))]
#[path = "suite/native.rs"]
mod native;
#[path = "suite/query.rs"]
mod query;
#[path = "suite/random.rs"]
mod random;
#[path = "suite/receipt.rs"]
mod receipt;
#[cfg(not(target_arch = "wasm32"))]
#[path = "suite/registry.rs"]
mod registry;
#[path = "suite/replay.rs"]
mod replay;
#[path = "suite/schema.rs"]
mod schema;
#[path = "suite/script.rs"]
mod script;
#[path = "suite/search.rs"]
mod search;
#[path = "suite/seq.rs"]
mod seq;
#[path = "suite/sync.rs"]
mod sync;
#[path = "suite/testkit.rs"]
mod testkit;
