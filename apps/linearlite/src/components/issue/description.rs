//! The description: Markdown, shown rendered and edited beside a preview.

use leptos::{html, prelude::*};

use crate::{components::markdown::Markdown, schema::Issue, ui::use_ui};

/// The description, or the field that edits it.
#[component]
pub fn Description(issue: Signal<Issue>) -> impl IntoView {
    let editing = RwSignal::new(false);
    let text = Memo::new(move |_| issue.read().description.clone());

    view! {
        <section class="description" aria-label="Description">
            <Show
                when=move || editing.get()
                fallback=move || view! { <Rendered text editing /> }
            >
                <Editor issue editing />
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Rendered(text: Memo<String>, editing: RwSignal<bool>) -> impl IntoView {
    let edit = move |_| editing.set(true);
    view! {
        <Show
            when=move || !text.read().is_empty()
            fallback=move || view! {
                <button class="add-description" on:click=edit>"Add a description…"</button>
            }
        >
            <Markdown text />
            <button class="button subtle edit-description" on:click=edit>"Edit description"</button>
        </Show>
    }
    .into_any()
}

#[component]
fn Editor(issue: Signal<Issue>, editing: RwSignal<bool>) -> impl IntoView {
    let ui = use_ui();
    let text = RwSignal::new(issue.read_untracked().description.clone());
    let preview = RwSignal::new(false);
    let field = NodeRef::<html::Textarea>::new();
    field.on_load(move |field| {
        field.set_value(&text.get_untracked());
        request_animation_frame(move || _ = field.focus());
    });
    let save = move || {
        ui.tracker
            .set_description(&issue.read_untracked().id, text.get_untracked());
        editing.set(false);
    };
    let tab = move |shows: bool, name: &'static str| {
        view! {
            <button
                role="tab"
                class="tab"
                aria-selected=move || if preview.get() == shows { "true" } else { "false" }
                on:click=move |_| preview.set(shows)
            >
                {name}
            </button>
        }
    };

    view! {
        <div class="editor">
            <div class="tabs" role="tablist" aria-label="Description">
                {tab(false, "Write")} {tab(true, "Preview")}
            </div>
            <textarea
                node_ref=field
                class="editor-field"
                class:hidden=preview
                aria-label="Description, in Markdown"
                placeholder="Write Markdown…"
                on:input:target=move |event| text.set(event.target().value())
                on:keydown=move |event| match &*event.key() {
                    "Enter" if event.ctrl_key() || event.meta_key() => save(),
                    "Escape" => {
                        event.stop_propagation();
                        editing.set(false);
                    }
                    _ => {}
                }
            ></textarea>
            <Show when=move || preview.get()>
                <div class="editor-preview"><Markdown text /></div>
            </Show>
            <div class="editor-actions">
                <span class="hint"><kbd>"Ctrl"</kbd><kbd>"Enter"</kbd>" saves"</span>
                <button class="button" on:click=move |_| editing.set(false)>"Cancel"</button>
                <button class="button primary" on:click=move |_| save()>"Save"</button>
            </div>
        </div>
    }
    .into_any()
}
