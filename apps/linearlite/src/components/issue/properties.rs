//! The properties beside the text.

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use super::LabelChips;
use crate::{
    components::{Glyph, Icon, IconView, glyph::GlyphView},
    queries,
    schema::Issue,
    text::time,
    ui::{Anchor, Overlay, Picker, Ui, use_ui},
};

/// Status, priority, assignee and labels, each a button that opens its menu; who made it, and when.
#[component]
pub fn Properties(issue: Signal<Issue>) -> impl IntoView {
    let ui = use_ui();
    let status = move || {
        (
            Glyph::Status(issue.read().status),
            issue.read().status.label().to_owned(),
        )
    };
    let priority = move || {
        (
            Glyph::Priority(issue.read().priority),
            issue.read().priority.label().to_owned(),
        )
    };
    let assignee = move || match issue
        .read()
        .assignee_id
        .as_deref()
        .and_then(|id| ui.name_of(id))
    {
        Some(name) => (Glyph::Avatar(name.clone()), name),
        None => (Glyph::Nobody, "Nobody".to_owned()),
    };
    let creator = move || {
        ui.name_of(&issue.read().creator_id)
            .unwrap_or_else(|| "Someone".to_owned())
    };
    let delete = move |_| {
        ui.tracker.delete(&[issue.read_untracked().id.clone()]);
        ui.address.open("/");
    };

    view! {
        <aside class="properties" aria-label="Properties">
            <Property ui issue name="Status" picker=Picker::Status value=Signal::derive(status) />
            <Property ui issue name="Priority" picker=Picker::Priority value=Signal::derive(priority) />
            <Property ui issue name="Assignee" picker=Picker::Assignee value=Signal::derive(assignee) />
            <Labels ui issue />
            <dl class="facts">
                <dt>"Created by"</dt>
                <dd>{creator}</dd>
                <dt>"Created"</dt>
                <dd>{move || time::full(issue.read().created_at)}</dd>
                <dt>"Updated"</dt>
                <dd>{move || time::full(issue.read().updated_at)}</dd>
            </dl>
            <button class="button subtle danger" on:click=delete>
                <IconView icon=Icon::Trash />
                "Delete issue"
            </button>
        </aside>
    }
    .into_any()
}

#[component]
fn Property(
    ui: Ui,
    issue: Signal<Issue>,
    name: &'static str,
    picker: Picker,
    value: Signal<(Glyph, String)>,
) -> impl IntoView {
    let value = Memo::new(move |_| value.get());
    view! {
        <div class="property">
            <span class="property-name">{name}</span>
            <button
                class="property-value"
                aria-label=move || format!("{name}: {}", value.read().1)
                on:click=move |event| {
                    let at = Anchor::below(event.current_target());
                    ui.show(Overlay::Pick(picker, vec![issue.read_untracked().id.clone()], at));
                }
            >
                {move || view! { <GlyphView glyph=value.get().0 /> }}
                <span>{move || value.get().1}</span>
            </button>
        </div>
    }
    .into_any()
}

#[component]
fn Labels(ui: Ui, issue: Signal<Issue>) -> impl IntoView {
    let id = Memo::new(move |_| issue.read().id.clone());
    let labels = use_query(move || queries::labels_of(vec![id.get()]));
    let shown = Signal::derive(move || {
        labels
            .get()
            .into_iter()
            .map(|(_, name, color)| (name, color))
            .collect::<Vec<_>>()
    });
    view! {
        <div class="property">
            <span class="property-name">"Labels"</span>
            <button
                class="property-value wrap"
                aria-label=move || {
                    let names: Vec<String> = shown.get().into_iter().map(|(name, _)| name).collect();
                    format!("Labels: {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") })
                }
                on:click=move |event| {
                    let at = Anchor::below(event.current_target());
                    ui.show(Overlay::Pick(Picker::Labels, vec![id.get_untracked()], at));
                }
            >
                <LabelChips labels=shown />
                <Show when=move || shown.read().is_empty()>
                    <IconView icon=Icon::Label />
                    <span>"Add a label"</span>
                </Show>
            </button>
        </div>
    }
    .into_any()
}
