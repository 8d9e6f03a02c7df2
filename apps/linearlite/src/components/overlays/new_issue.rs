//! The dialog for a new issue. What is half written is in the store: it is there after a reload.

use leptos::{html, prelude::*};
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use crate::{
    components::{Glyph, dialog::Dialog, glyph::GlyphView},
    schema::{Draft, DraftChanged, Priority, Status},
    tracker::NewIssue,
    ui::use_ui,
};

const TITLE: &str = "new issue's title";
const DESCRIPTION: &str = "new issue's description";

fn use_draft(place: &'static str) -> Signal<String> {
    let draft = use_query(move || {
        Draft::query()
            .filter(Draft::PLACE.eq(place))
            .select(Draft::TEXT)
            .first()
    });
    Signal::derive(move || draft.get().unwrap_or_default())
}

/// Title, description and the properties people set at once.
#[component]
pub fn NewIssueDialog(status: Status) -> impl IntoView {
    let ui = use_ui();
    let (title, description) = (use_draft(TITLE), use_draft(DESCRIPTION));
    let status = RwSignal::new(status);
    let priority = RwSignal::new(Priority::None);
    let assignee = RwSignal::new(None::<String>);
    let label = RwSignal::new(None::<String>);
    let field = NodeRef::<html::Input>::new();
    field.on_load(|field| request_animation_frame(move || _ = field.focus()));
    let write = move |place: &str, text: String| {
        ui.tracker.store.commit(DraftChanged {
            place: place.to_owned(),
            text,
        });
    };
    let is_ready = move || !title.read().trim().is_empty();
    let create = move || {
        if !untrack(is_ready) {
            return;
        }
        let id = ui.tracker.create(NewIssue {
            title: title.get_untracked(),
            description: description.get_untracked(),
            status: status.get_untracked(),
            priority: priority.get_untracked(),
            assignee_id: assignee.get_untracked(),
            label_ids: label.get_untracked().into_iter().collect(),
        });
        write(TITLE, String::new());
        write(DESCRIPTION, String::new());
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
                    on:input:target=move |event| write(TITLE, event.target().value())
                />
                <textarea
                    class="new-description"
                    rows="5"
                    aria-label="Description, in Markdown"
                    placeholder="Add a description in Markdown…"
                    prop:value=description
                    on:input:target=move |event| write(DESCRIPTION, event.target().value())
                ></textarea>
                <div class="new-properties">
                    <Pick label="Status" glyph=Signal::derive(move || Glyph::Status(status.get()))
                        options=Signal::derive(|| Status::EVERY.map(|s| (s.slug().to_owned(), s.label().to_owned())).to_vec())
                        value=Signal::derive(move || status.get().slug().to_owned())
                        on_pick=move |slug: String| status.set(Status::from_slug(&slug).unwrap_or_default()) />
                    <Pick label="Priority" glyph=Signal::derive(move || Glyph::Priority(priority.get()))
                        options=Signal::derive(|| Priority::EVERY.map(|p| (p.slug().to_owned(), p.label().to_owned())).to_vec())
                        value=Signal::derive(move || priority.get().slug().to_owned())
                        on_pick=move |slug: String| priority.set(Priority::from_slug(&slug).unwrap_or_default()) />
                    <Pick label="Assignee"
                        glyph=Signal::derive(move || assignee.get().and_then(|id| ui.name_of(&id)).map_or(Glyph::Nobody, Glyph::Avatar))
                        options=Signal::derive(move || with_none("Nobody", ui.people.get().into_iter().map(|user| (user.id, user.name))))
                        value=Signal::derive(move || assignee.get().unwrap_or_default())
                        on_pick=move |id: String| assignee.set((!id.is_empty()).then_some(id)) />
                    <Pick label="Label"
                        glyph=Signal::derive(move || Glyph::Dot(colour(&label.get(), &ui.labels.read())))
                        options=Signal::derive(move || with_none("No label", ui.labels.get().into_iter().map(|label| (label.id, label.name))))
                        value=Signal::derive(move || label.get().unwrap_or_default())
                        on_pick=move |id: String| label.set((!id.is_empty()).then_some(id)) />
                </div>
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

fn with_none(none: &str, others: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), none.to_owned()))
        .chain(others)
        .collect()
}

fn colour(id: &Option<String>, labels: &[crate::schema::Label]) -> String {
    let label = labels.iter().find(|label| Some(&label.id) == id.as_ref());
    label.map_or_else(
        || "var(--text-faint)".to_owned(),
        |label| label.color.clone(),
    )
}

/// The browser's own menu, in a dress.
#[component]
fn Pick(
    label: &'static str,
    glyph: Signal<Glyph>,
    options: Signal<Vec<(String, String)>>,
    value: Signal<String>,
    #[prop(into)] on_pick: Callback<String>,
) -> impl IntoView {
    view! {
        <label class="pick">
            {move || view! { <GlyphView glyph=glyph.get() /> }}
            <select aria-label=label on:change:target=move |event| on_pick.run(event.target().value())>
                {move || {
                    let chosen = value.get_untracked();
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
