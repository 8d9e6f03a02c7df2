//! The labels of a new issue, any number of them.

use leptos::prelude::*;

use super::fields::Fields;
use crate::{schema::Label, ui::use_ui};

/// A button for each label, pressed if the issue will have it.
#[component]
pub fn LabelToggles(fields: Fields) -> impl IntoView {
    let ui = use_ui();
    let ids = Memo::new(move |_| fields.label_ids());
    let toggle = move |label: Label| {
        let (id, own) = (label.id.clone(), label.id);
        let is_on = Memo::new(move |_| ids.read().contains(&own));
        view! {
            <button
                type="button"
                class="label-toggle"
                aria-pressed=move || if is_on.get() { "true" } else { "false" }
                on:click=move |_| fields.toggle_label(&id)
            >
                <span class="dot" style:background=label.color></span>
                {label.name}
            </button>
        }
    };
    view! {
        <div class="label-toggles" role="group" aria-label="Labels">
            {move || ui.labels.get().into_iter().map(toggle).collect_view()}
        </div>
    }
    .into_any()
}
