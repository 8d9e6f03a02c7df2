//! Providers rendered to HTML, as a server does it.

#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs)]

use any_spawner::Executor;
use leptos::prelude::*;
use livestore_leptos::prelude::*;

fn schema() -> Schema {
    Schema::builder().build().expect("an empty schema is valid")
}

#[test]
fn a_server_renders_the_fallback_with_the_status_and_runs_no_hook() {
    Executor::init_futures_executor().expect("no other test of this program starts one");
    let html = Owner::new().with(|| {
        view! {
            <StoreProvider
                store_id="my-app"
                schema=schema
                adapter=Memory::new()
                fallback=|status| move || status.get().to_string()
            >
                {never()}
            </StoreProvider>
        }
        .to_html()
    });
    assert!(
        html.contains("Loading…") && !html.contains("open"),
        "{html}"
    );
}

fn never() -> &'static str {
    use_store();
    "open"
}
