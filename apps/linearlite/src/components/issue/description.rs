//! The description: Markdown, shown rendered and edited beside a preview.

use std::time::Duration;

use leptos::{html, prelude::*};

use crate::{
    components::{
        draft::{DraftOf, use_draft},
        later::Later,
        markdown::Markdown,
    },
    schema::Issue,
    ui::use_ui,
};

/// How long after the last key what is written is kept: it may be long.
const PAUSE: Duration = Duration::from_millis(300);

/// What is written, and the text it was made from, of which others may make another one meanwhile.
#[derive(Clone, Copy)]
struct Drafts {
    text: DraftOf,
    before: DraftOf,
}

impl Drafts {
    fn end(&self) {
        self.text.end();
        self.before.end();
    }
}

/// The description, or the field that edits it.
#[component]
pub fn Description(issue: Signal<Issue>) -> impl IntoView {
    let editing = RwSignal::new(false);
    let text = Memo::new(move |_| issue.read().description.clone());
    let place = format!("description of {}", issue.read_untracked().id);
    let drafts = Drafts {
        before: use_draft(format!("{place}, before")),
        text: use_draft(place),
    };

    view! {
        <section class="description" aria-label="Description">
            <Show
                when=move || editing.get()
                fallback=move || view! { <Rendered text drafts editing /> }
            >
                <Editor issue current=text drafts editing />
            </Show>
        </section>
    }
    .into_any()
}

#[component]
fn Rendered(text: Memo<String>, drafts: Drafts, editing: RwSignal<bool>) -> impl IntoView {
    let edit = move |_| editing.set(true);
    let has_draft = Memo::new(move |_| drafts.text.text().is_some());
    let with_draft = move |without: &'static str| {
        move || {
            if has_draft.get() {
                "Continue editing the description"
            } else {
                without
            }
        }
    };
    view! {
        <Show
            when=move || !text.read().is_empty()
            fallback=move || view! {
                <button class="add-description" on:click=edit>{with_draft("Add a description…")}</button>
            }
        >
            <Markdown text />
            <button class="button subtle edit-description" on:click=edit>{with_draft("Edit description")}</button>
        </Show>
    }
    .into_any()
}

/// Escape leaves it and keeps the draft, "Cancel" gives that up.
#[component]
fn Editor(
    issue: Signal<Issue>,
    /// The description as it is.
    current: Memo<String>,
    drafts: Drafts,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let ui = use_ui();
    let now = current.get_untracked();
    let before = RwSignal::new(untrack(|| drafts.before.text()).unwrap_or_else(|| now.clone()));
    let text = RwSignal::new(untrack(|| drafts.text.text()).unwrap_or(now));
    let preview = RwSignal::new(false);
    let later = Later::new(PAUSE);
    let field = NodeRef::<html::Textarea>::new();
    field.on_load(move |field| {
        field.set_value(&text.get_untracked());
        request_animation_frame(move || _ = field.focus());
    });
    let write = move |written: String| {
        text.set(written.clone());
        later.run(move || {
            drafts.before.write(before.get_untracked());
            drafts.text.write(written.clone());
        });
    };
    // Whoever has written nothing sees what others write.
    Effect::new(move |_| {
        let current = current.get();
        let written = text.get_untracked();
        if written == before.get_untracked() && written != current {
            before.set(current.clone());
            text.set(current);
            if let Some(field) = field.get_untracked() {
                field.set_value(&text.read_untracked());
            }
        }
    });
    let is_outdated = Memo::new(move |_| *current.read() != *before.read());
    let close = move || {
        later.forget();
        drafts.end();
        editing.set(false);
    };
    let save = move || {
        let text = text.get_untracked();
        if text != *before.read_untracked() {
            ui.tracker.set_description(&issue.read_untracked().id, text);
        }
        close();
    };

    view! {
        <div class="editor">
            <Show when=move || is_outdated.get()>
                <p class="notice" role="status">
                    "Somebody else has changed the description meanwhile. Saving puts yours in its place."
                </p>
            </Show>
            <Tabs preview />
            <textarea
                node_ref=field
                class="editor-field"
                class:hidden=preview
                aria-label="Description, in Markdown"
                placeholder="Write Markdown…"
                on:input:target=move |event| write(event.target().value())
                on:keydown=move |event| match &*event.key() {
                    "Enter" if event.ctrl_key() || event.meta_key() => save(),
                    "Escape" => {
                        event.stop_propagation();
                        later.flush();
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
                <button class="button" on:click=move |_| close()>"Cancel"</button>
                <button class="button primary" on:click=move |_| save()>"Save"</button>
            </div>
        </div>
    }
    .into_any()
}

/// Chooses between writing and the preview.
#[component]
fn Tabs(preview: RwSignal<bool>) -> impl IntoView {
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
        <div class="tabs" role="tablist" aria-label="Description">
            {tab(false, "Write")} {tab(true, "Preview")}
        </div>
    }
    .into_any()
}
