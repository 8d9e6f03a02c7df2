//! The dialog for a new issue. What is half written is in the store: it is there after a reload.

mod fields;
mod labels;

use leptos::{html, prelude::*};

use self::{
    fields::{Fields, Property},
    labels::LabelToggles,
};
use crate::{
    components::{Glyph, dialog::Dialog, glyph::GlyphView},
    schema::{Priority, Status},
    tracker::NewIssue,
    ui::{Preset, use_ui},
};

/// Title, description and the properties people set at once.
#[component]
pub fn NewIssueDialog(preset: Preset) -> impl IntoView {
    let ui = use_ui();
    let fields = Fields::new(preset);
    let title = Memo::new(move |_| fields.title.text().unwrap_or_default());
    let description = Memo::new(move |_| fields.description.text().unwrap_or_default());
    let field = NodeRef::<html::Input>::new();
    field.on_load(|field| request_animation_frame(move || _ = field.focus()));
    let is_ready = move || !title.read().trim().is_empty();
    let create = move || {
        if !untrack(is_ready) {
            return;
        }
        let new = untrack(|| NewIssue {
            title: title.get(),
            description: description.get(),
            status: fields.status(),
            priority: fields.priority(),
            assignee_id: fields.assignee_id(),
            label_ids: fields.label_ids(),
        });
        let places = fields.take_up();
        let places: Vec<&str> = places.iter().map(|place| &**place).collect();
        let id = ui.tracker.create(new, &places);
        ui.close();
        ui.toasts
            .show_with("Issue created".to_owned(), "Open", move || {
                ui.open_issue(&id)
            });
    };

    view! {
        <Dialog label="New issue" class="modal new-issue">
            <form
                on:submit=move |event| {
                    event.prevent_default();
                    create();
                }
                on:keydown=move |event| {
                    if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                        event.prevent_default();
                        create();
                    }
                }
            >
                <p class="modal-kicker">"New issue"</p>
                <input
                    node_ref=field
                    class="new-title"
                    aria-label="Title"
                    placeholder="Issue title"
                    autocomplete="off"
                    prop:value=title
                    on:input:target=move |event| fields.title.write(event.target().value())
                />
                <textarea
                    class="new-description"
                    rows="5"
                    aria-label="Description, in Markdown"
                    placeholder="Add a description in Markdown…"
                    prop:value=description
                    on:input:target=move |event| fields.description.write(event.target().value())
                ></textarea>
                <div class="new-properties">
                    <Pick label="Status" property=fields.status glyph=Signal::derive(move || Glyph::Status(fields.status()))
                        options=Signal::derive(|| Status::EVERY.map(|s| (s.slug().to_owned(), s.label().to_owned())).to_vec()) />
                    <Pick label="Priority" property=fields.priority glyph=Signal::derive(move || Glyph::Priority(fields.priority()))
                        options=Signal::derive(|| Priority::EVERY.map(|p| (p.slug().to_owned(), p.label().to_owned())).to_vec()) />
                    <Pick label="Assignee" property=fields.assignee
                        glyph=Signal::derive(move || fields.assignee_id().and_then(|id| ui.name_of(&id)).map_or(Glyph::Nobody, Glyph::Avatar))
                        options=Signal::derive(move || {
                            let nobody = (String::new(), "Nobody".to_owned());
                            std::iter::once(nobody).chain(ui.people.get().into_iter().map(|user| (user.id, user.name))).collect()
                        }) />
                </div>
                <LabelToggles fields />
                <div class="editor-actions">
                    <span class="hint"><kbd>"Ctrl"</kbd><kbd>"Enter"</kbd>" creates"</span>
                    <button class="button" type="button" on:click=move |_| ui.close()>"Cancel"</button>
                    <button class="button primary" type="submit" disabled=move || !is_ready()>"Create issue"</button>
                </div>
            </form>
        </Dialog>
    }
    .into_any()
}

/// The browser's own menu, in a dress.
#[component]
fn Pick(
    label: &'static str,
    property: Property,
    glyph: Signal<Glyph>,
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    view! {
        <label class="pick">
            {move || view! { <GlyphView glyph=glyph.get() /> }}
            <select aria-label=label on:change:target=move |event| property.set(event.target().value())>
                {move || {
                    let chosen = untrack(|| property.get());
                    options
                        .get()
                        .into_iter()
                        .map(|(id, name)| {
                            let selected = id == chosen;
                            view! { <option value=id selected=selected>{name}</option> }
                        })
                        .collect_view()
                }}
            </select>
        </label>
    }
    .into_any()
}
