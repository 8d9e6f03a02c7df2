//! The dialog for one's name.

use leptos::{html, prelude::*};

use crate::{components::dialog::Dialog, ui::use_ui};

/// Asks for a name: it stands beside everything one does.
#[component]
pub fn ProfileDialog() -> impl IntoView {
    let ui = use_ui();
    let field = NodeRef::<html::Input>::new();
    let name = untrack(|| {
        ui.tracker
            .me()
            .and_then(|id| ui.name_of(&id))
            .unwrap_or_default()
    });
    field.on_load(move |field| {
        field.set_value(&name);
        request_animation_frame(move || field.select());
    });
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            ui.tracker.rename_me(&field.value());
        }
        ui.close();
    };
    view! {
        <Dialog label="Your name" class="modal">
            <form on:submit=save>
                <h2>"Your name"</h2>
                <p class="muted">"Others who work in this workspace see it beside what you do."</p>
                <input node_ref=field class="text-field" aria-label="Name" autocomplete="name" maxlength="60" />
                <div class="editor-actions">
                    <button class="button" type="button" on:click=move |_| ui.close()>"Cancel"</button>
                    <button class="button primary" type="submit">"Save"</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}
