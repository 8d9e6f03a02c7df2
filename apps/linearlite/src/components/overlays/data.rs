//! The dialog for the data of this workspace in this browser: save it, or delete it.

use leptos::{prelude::*, task::spawn_local};
use livestore_core::{adapter::web, sync::Connection};
use livestore_leptos::prelude::*;

use crate::{
    components::{Icon, IconView, dialog::Dialog, save_file},
    text,
    ui::{Ui, use_ui},
};

/// Offers both as SQLite databases, and the way to start afresh.
#[component]
pub fn DataDialog() -> impl IntoView {
    let ui = use_ui();
    view! {
        <Dialog label="Data in this browser" class="modal">
            <h2>"Data in this browser"</h2>
            <p class="muted">
                "The workspace is an SQLite database that was made of a log of events. Any tool for SQLite opens both."
            </p>
            <div class="data-actions">
                <button class="button" autofocus on:click=move |_| save_state(ui)>
                    <IconView icon=Icon::Download />
                    "Save the database"
                </button>
                <button class="button" on:click=move |_| spawn_local(save_log(ui))>
                    <IconView icon=Icon::Download />
                    "Save the log"
                </button>
            </div>
            <DeleteData />
        </Dialog>
    }
    .into_any()
}

/// Deletes after a second click, which says what will be lost.
#[component]
fn DeleteData() -> impl IntoView {
    let ui = use_ui();
    let sync = use_sync_status();
    let asks = RwSignal::new(false);
    let deletes = RwSignal::new(false);
    let delete = move |_| {
        deletes.set(true);
        spawn_local(async move {
            let gone = delete_here(ui).await;
            ui.toasts.show(match gone {
                Ok(()) => "The data in this browser were deleted".to_owned(),
                Err(error) => error,
            });
            ui.close();
        });
    };
    view! {
        <Show
            when=move || asks.get()
            fallback=move || view! {
                <button class="button danger wide" on:click=move |_| asks.set(true)>"Delete the data in this browser…"</button>
            }
        >
            <div class="data-warning" role="alert">
                <p>{move || warning(&sync.read())}</p>
                <div class="editor-actions">
                    <button class="button" on:click=move |_| asks.set(false)>"Keep it"</button>
                    <button class="button danger" disabled=move || deletes.get() on:click=delete>"Delete"</button>
                </div>
            </div>
        </Show>
    }
    .into_any()
}

fn warning(sync: &SyncStatus) -> String {
    let pending = sync.pending_in_session as u64 + sync.pending_in_leader;
    match (&sync.connection, pending) {
        (Connection::NoBackend, _) => "There is no server: all issues will be gone for good.".to_owned(),
        (_, 0) => "Everything is on the server and will come again from there; drafts and the theme will not.".to_owned(),
        (_, pending) => format!(
            "{} not on the server yet and will be lost. The rest will come again from there.",
            text::count(pending as usize, "change is", "changes are")
        ),
    }
}

fn save_state(ui: Ui) {
    let store = ui.tracker.store.store();
    match store.export_state() {
        Ok(bytes) => save_file(&format!("{}.db", store.id()), &bytes),
        Err(error) => ui.toasts.show(error.to_string()),
    }
}

async fn save_log(ui: Ui) {
    let store = ui.tracker.store.store();
    match store.export_log().await {
        Ok(bytes) => save_file(&format!("{}-log.db", store.id()), &bytes),
        Err(error) => ui.toasts.show(error.to_string()),
    }
}

async fn delete_here(ui: Ui) -> Result<(), String> {
    let store = ui.tracker.store.store();
    web::reset(store.id())
        .await
        .map_err(|error| error.to_string())
}
