//! What people should know of the store: that it is outdated, that nothing is stored, that something is lost.

use leptos::prelude::*;
use livestore_core::sync::Storage;
use livestore_leptos::prelude::*;

/// A line above the view, while there is something to say.
#[component]
pub fn Notice() -> impl IntoView {
    let (store, sync) = (use_store_status(), use_sync_status());
    let text = Memo::new(move |_| {
        let sync = sync.read();
        match (store.get(), &sync.storage, &sync.log_damage) {
            (StoreStatus::Outdated, ..) => {
                Some("A newer version of this app is open in another tab.".to_owned())
            }
            (StoreStatus::Stopped { reason }, ..) => {
                Some(format!("Changes can no longer be saved: {reason}."))
            }
            (_, Storage::Unavailable { .. }, _) => Some(
                "This browser window stores nothing: what has not synced is gone when it is closed."
                    .to_owned(),
            ),
            (_, _, Some(damage)) => Some(format!("Some changes may be missing: {damage}.")),
            _ => None,
        }
    });
    let is_stopped = move || store.get() != StoreStatus::Running;
    let reload = move |_| {
        // Fails only where the page may not load itself; the button in the browser's bar is still there.
        let _ = window().location().reload();
    };

    view! {
        <div role="status">
            <Show when=move || text.read().is_some()>
                <p class="notice">
                    <span>{text}</span>
                    <Show when=is_stopped>
                        <button class="button small" on:click=reload>"Reload"</button>
                    </Show>
                </p>
            </Show>
        </div>
    }
    .into_any()
}
