//! TodoMVC on LiveStore: opens the store and mounts the app.
//!
//! What is stored is declared in [`mod@schema`], what is seen in [`app`] and [`components`].

mod app;
mod components;
mod filter;
mod keyboard;
mod schema;
mod shared_list;
mod ui_state;

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use crate::{app::App, schema::schema, shared_list::store_id};

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
                    view! { <p class="notice" role="status">{move || status.get().to_string()}</p> }
                }
            >
                <App />
            </StoreProvider>
        }
    });
}
