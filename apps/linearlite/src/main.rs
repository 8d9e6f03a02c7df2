//! Linearlite: an issue tracker on LiveStore. Opens the store that the address names and mounts the app.
//!
//! What is stored is declared in [`mod@schema`]; what people can do with it is in [`tracker`]; what is seen in [`app`] and
//! [`components`].

mod actions;
mod activity;
mod app;
mod components;
mod order_key;
mod queries;
mod schema;
mod seed;
mod text;
mod tracker;
mod ui;
mod view;

use leptos::prelude::*;
use livestore_core::event::StoreId;
use livestore_leptos::prelude::*;

use crate::{app::App, schema::schema};

/// The store of who comes without a link to another one.
const DEFAULT_STORE: &str = "linearlite";

fn main() {
    console_error_panic_hook::set_once();
    if livestore_leptos::leader::run_if_worker(schema) {
        return;
    }
    mount_to_body(|| {
        view! {
            <StoreProvider
                store_id=store_id()
                schema=schema
                adapter=WebAdapter::persisted().sync("/sync")
                fallback=|status| {
                    view! { <p class="boot-status" role="status">{move || status.get().to_string()}</p> }
                }
            >
                <App />
            </StoreProvider>
        }
    });
}

/// The store that the address names with `?store=`; a workspace is a store.
fn store_id() -> String {
    let search = window().location().search().unwrap_or_default();
    search
        .trim_start_matches('?')
        .split('&')
        .find_map(|param| param.strip_prefix("store="))
        .filter(|id| StoreId::new(id).is_ok())
        .unwrap_or(DEFAULT_STORE)
        .to_owned()
}
