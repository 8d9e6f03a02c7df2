//! The indicator in the sidebar, and its dot where there is no room for more.

use leptos::prelude::*;

use super::state::use_state;
use crate::ui::{Anchor, Overlay, use_ui};

/// Says how the sync is doing; opens the details.
#[component]
pub fn SyncIndicator() -> impl IntoView {
    let ui = use_ui();
    let state = use_state();
    view! {
        <button
            class="sync-indicator"
            aria-label=move || format!("Sync: {}", state.read().text)
            on:click=move |event| ui.show(Overlay::Sync(Anchor::below(event.current_target())))
        >
            <span class=move || format!("sync-dot {}", state.read().class)></span>
            <span class="sync-text">{move || state.read().text.clone()}</span>
        </button>
    }
    .into_any()
}

/// The dot alone.
#[component]
pub fn SyncDot() -> impl IntoView {
    let state = use_state();
    view! { <span class=move || format!("sync-dot {}", state.read().class) aria-hidden="true"></span> }
    .into_any()
}
