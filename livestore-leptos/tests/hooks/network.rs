//! `use_network_status` and `use_sync_status`.

use leptos::prelude::*;
use livestore_leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::fixture::{Page, set, settle};

#[test]
async fn a_store_without_a_backend_says_so() {
    let (page, _) = Page::with_store(Memory::new(), || {
        let UseNetworkStatusReturn {
            is_connected,
            connection,
            ..
        } = use_network_status();
        view! { {is_connected} " " {move || connection.get().to_string()} }
    })
    .await;
    assert_eq!(page.text(), "false no sync backend");
}

#[test]
async fn the_sync_status_follows_what_is_persisted() {
    let (page, store) = Page::with_store(Memory::new(), || {
        let status = use_sync_status();
        view! { {move || status.with(|status| format!("{} {}", status.leader_head, status.is_synced()))} }
    })
    .await;
    store.commit([set(1, "", 0), set(2, "", 0)]);
    settle().await;
    assert_eq!(page.text(), "e2 true");
}
