//! A page for the web adapter's end-to-end tests: what they ask for is on `window.wasmBindings`.
//!
//! `?store=…` in the address opens a store as soon as the page runs, as an app does; `&sync=…` syncs it with a server,
//! and `&memory` keeps it in the page.

mod page;
mod report;
mod schema;

use livestore_core::adapter::web::run_if_worker;

fn main() {
    console_error_panic_hook::set_once();
    if !run_if_worker(schema::schema) {
        page::open_from_address();
    }
}
