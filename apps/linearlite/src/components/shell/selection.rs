//! What can be done with the selected issues.

use leptos::prelude::*;

use crate::{
    components::{Icon, IconView},
    text,
    ui::{Anchor, Overlay, Picker, Ui, use_ui},
};

/// A bar over the bottom of the view, while issues are selected.
#[component]
pub fn SelectionBar() -> impl IntoView {
    let ui = use_ui();
    let count = Memo::new(move |_| ui.selected.read().len());
    view! {
        <Show when=move || count.get() != 0>
            <div class="selection" role="toolbar" aria-label="Selected issues">
                <span class="selection-count">{move || format!("{} selected", text::number(count.get()))}</span>
                <Change ui icon=Icon::Status label="Status" picker=Picker::Status />
                <Change ui icon=Icon::Priority label="Priority" picker=Picker::Priority />
                <Change ui icon=Icon::Person label="Assignee" picker=Picker::Assignee />
                <Change ui icon=Icon::Label label="Labels" picker=Picker::Labels />
                <button
                    class="button subtle"
                    aria-label="Delete"
                    on:click=move |_| {
                        ui.tracker.delete(&targets(ui));
                        ui.clear_selection();
                    }
                >
                    <IconView icon=Icon::Trash />
                </button>
                <button class="icon-button" aria-label="Clear selection" title="Clear selection (Esc)" on:click=move |_| ui.clear_selection()>
                    <IconView icon=Icon::Close />
                </button>
            </div>
        </Show>
    }
    .into_any()
}

#[component]
fn Change(ui: Ui, icon: Icon, label: &'static str, picker: Picker) -> impl IntoView {
    view! {
        <button
            class="button subtle"
            aria-label=label
            on:click=move |event| {
                let at = Anchor::below(event.current_target());
                ui.show(Overlay::Pick(picker, targets(ui), at));
            }
        >
            <IconView icon />
            <span class="button-label">{label}</span>
        </button>
    }
    .into_any()
}

fn targets(ui: Ui) -> Vec<String> {
    untrack(|| ui.targets())
}
