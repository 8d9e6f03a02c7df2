//! What is shown when there are no issues to show.

use leptos::prelude::*;
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use crate::{
    schema::Issue,
    ui::{Overlay, Preset, use_ui},
};

/// Says whether nothing is there or nothing matches, and what can be done about it.
#[component]
pub fn EmptyState() -> impl IntoView {
    let ui = use_ui();
    let any = use_query(|| Issue::query().filter(Issue::DELETED_AT.is_null()).exists());
    let filtered = Memo::new(move |_| !ui.address.view.read().filters.is_empty());

    move || {
        match (any.get(), filtered.get()) {
        (false, _) => view! {
            <div class="empty">
                <span class="empty-logo" aria-hidden="true"></span>
                <p class="empty-title">"No issues yet"</p>
                <p>"Create the first one, or fill the workspace with samples to look around."</p>
                <div class="empty-actions">
                    <button class="button primary" on:click=move |_| ui.show(Overlay::NewIssue(Preset::default()))>
                        "New issue"
                        <kbd>"C"</kbd>
                    </button>
                    <button class="button" on:click=move |_| ui.show(Overlay::Seed)>"Add sample issues"</button>
                </div>
            </div>
        }
        .into_any(),
        (true, true) => view! {
            <div class="empty">
                <p class="empty-title">"No issue passes these filters"</p>
                <p>"Take one of them away to see more."</p>
                <div class="empty-actions">
                    <button class="button" on:click=move |_| ui.address.change(|view| view.filters = Default::default())>
                        "Clear filters"
                    </button>
                </div>
            </div>
        }
        .into_any(),
        (true, false) => view! {
            <div class="empty">
                <p class="empty-title">"Nothing is assigned to you"</p>
                <p>"Press " <kbd>"I"</kbd> " on an issue to take it."</p>
            </div>
        }
        .into_any(),
    }
    }
}
