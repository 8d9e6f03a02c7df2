//! One row of the list.

use leptos::prelude::*;

use crate::{
    components::{
        glyph::{Glyph, GlyphView},
        issue::{IssueNumber, LabelChips},
        pointer::Placed,
    },
    schema::IssueSummary,
    text::time,
    ui::{Anchor, Overlay, Picker, Ui, use_ui},
};

/// An issue in the list.
#[component]
pub fn IssueRow(
    row: Signal<IssueSummary>,
    /// The labels of the page's issues.
    labels: Signal<Vec<(String, String, String)>>,
    /// How many rows the groups above have.
    before: Memo<usize>,
    /// Says where an issue stands in its group.
    place: impl Fn(&str) -> (usize, usize) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let ui = use_ui();
    let issue = Placed::new(row.read_untracked().id.clone(), place);
    let is_selected = issue.is_selected();

    view! {
        <div
            id=issue.element_id()
            class="row"
            class:current=move || issue.is_current()
            class:selected=is_selected
            role="row"
            aria-selected=move || if is_selected.get() { "true" } else { "false" }
            aria-rowindex=move || (before.get() + issue.place().1 + 1).to_string()
            on:mousemove=move |event| issue.point(&event)
            on:click=move |event| issue.open(&event)
            on:contextmenu=move |event| issue.menu(&event)
        >
            <div class="row-check" role="gridcell">
                <input
                    type="checkbox"
                    tabindex="-1"
                    aria-label=move || format!("Select {}", row.read().title)
                    prop:checked=is_selected
                    on:change=move |_| ui.toggle_selected(&issue.id())
                />
            </div>
            <PickCell ui row picker=Picker::Priority />
            <div class="row-number" role="gridcell"><IssueNumber row /></div>
            <PickCell ui row picker=Picker::Status />
            <div class="row-title" role="gridcell">
                <a href=move || issue.href() tabindex="-1">{move || row.read().title.clone()}</a>
            </div>
            <div class="row-labels" role="gridcell">
                <LabelChips labels=Signal::derive(move || labels_of(&labels.read(), &issue.id())) />
            </div>
            <div class="row-date" role="gridcell">
                {move || time::day(row.read().created_at)}
            </div>
            <PickCell ui row picker=Picker::Assignee />
        </div>
    }
    .into_any()
}

/// A button that shows a property and opens the menu that changes it.
#[component]
fn PickCell(ui: Ui, row: Signal<IssueSummary>, picker: Picker) -> impl IntoView {
    let glyph = Memo::new(move |_| glyph(ui, &row.read(), picker));
    view! {
        <div class="row-pick" role="gridcell">
            <button
                class="icon-button"
                tabindex="-1"
                aria-label=move || glyph.read().1.clone()
                title=move || glyph.read().1.clone()
                on:click=move |event| {
                    let at = Anchor::below(event.current_target());
                    let targets = ui.targets_at(&row.read_untracked().id);
                    ui.show(Overlay::Pick(picker, targets, at));
                }
            >
                {move || view! { <GlyphView glyph=glyph.get().0 /> }}
            </button>
        </div>
    }
    .into_any()
}

/// What a property looks like, and what it is.
fn glyph(ui: Ui, row: &IssueSummary, picker: Picker) -> (Glyph, String) {
    match picker {
        Picker::Status => (
            Glyph::Status(row.status),
            format!("Status: {}", row.status.label()),
        ),
        Picker::Priority => (
            Glyph::Priority(row.priority),
            format!("Priority: {}", row.priority.label()),
        ),
        Picker::Assignee | Picker::Labels => {
            match row.assignee_id.as_deref().and_then(|id| ui.name_of(id)) {
                Some(name) => (Glyph::Avatar(name.clone()), format!("Assigned to {name}")),
                None => (Glyph::Nobody, "Not assigned".to_owned()),
            }
        }
    }
}

/// The names and colours of an issue's labels.
pub fn labels_of(labels: &[(String, String, String)], id: &str) -> Vec<(String, String)> {
    let of_issue = labels.iter().filter(|(issue, ..)| issue == id);
    of_issue
        .map(|(_, name, color)| (name.clone(), color.clone()))
        .collect()
}
