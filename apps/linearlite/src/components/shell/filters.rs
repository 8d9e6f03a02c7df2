//! What is filtered, and how it is sorted, as chips.

use leptos::prelude::*;

use crate::{
    components::{Icon, IconView},
    ui::{Anchor, Overlay, Ui, use_ui},
    view::{Filters, SortBy, ViewState},
};

/// A chip: what is filtered, by what, and how to take that back.
struct Chip {
    what: &'static str,
    values: Vec<String>,
    clear: fn(&mut ViewState),
}

/// The chips, while anything is not as usual.
#[component]
pub fn FilterChips() -> impl IntoView {
    let ui = use_ui();
    let any = Memo::new(move |_| {
        let view = ui.address.view.read();
        !view.filters.is_empty() || has_sort(&view)
    });
    view! {
        <Show when=move || any.get()>
            <div class="chips" role="group" aria-label="Filters and order">
                {move || {
                    let view = ui.address.view.get();
                    let filters = chips(ui, &view.filters).into_iter();
                    filters.map(|chip| view! { <FilterChip ui chip /> }).collect_view()
                }}
                {move || has_sort(&ui.address.view.read()).then(|| view! { <SortChip ui /> })}
                <button
                    class="button subtle small"
                    on:click=move |_| ui.address.change(|view| *view = ViewState { grouping: view.grouping, ..ViewState::default() })
                >
                    "Clear all"
                </button>
            </div>
        </Show>
    }
    .into_any()
}

fn has_sort(view: &ViewState) -> bool {
    view.sort != SortBy::default() || view.reversed
}

fn chips(ui: Ui, filters: &Filters) -> Vec<Chip> {
    let label = |id: &String| {
        let labels = ui.labels.read();
        let label = labels.iter().find(|label| label.id == *id);
        label.map_or_else(|| "unknown".to_owned(), |label| label.name.clone())
    };
    let person = |id: &Option<String>| match id {
        Some(id) => ui.name_of(id).unwrap_or_else(|| "unknown".to_owned()),
        None => "nobody".to_owned(),
    };
    let all = [
        Chip {
            what: "Status",
            values: filters
                .status
                .iter()
                .map(|status| status.label().to_owned())
                .collect(),
            clear: |view| view.filters.status.clear(),
        },
        Chip {
            what: "Priority",
            values: filters
                .priority
                .iter()
                .map(|priority| priority.label().to_owned())
                .collect(),
            clear: |view| view.filters.priority.clear(),
        },
        Chip {
            what: "Assignee",
            values: filters.assignee.iter().map(person).collect(),
            clear: |view| view.filters.assignee.clear(),
        },
        Chip {
            what: "Label",
            values: filters.label.iter().map(label).collect(),
            clear: |view| view.filters.label.clear(),
        },
    ];
    all.into_iter()
        .filter(|chip| !chip.values.is_empty())
        .collect()
}

#[component]
fn FilterChip(ui: Ui, chip: Chip) -> impl IntoView {
    let Chip {
        what,
        values,
        clear,
    } = chip;
    let is = if values.len() == 1 { "is" } else { "is any of" };
    view! {
        <span class="chip">
            <button class="chip-text" on:click=move |event| ui.show(Overlay::Filter(Anchor::below(event.current_target())))>
                <span class="chip-what">{what}</span>
                <span class="chip-is">{is}</span>
                <span class="chip-value">{values.join(", ")}</span>
            </button>
            <button class="chip-clear" aria-label=format!("Remove the filter on {}", what.to_lowercase()) on:click=move |_| ui.address.change(clear)>
                <IconView icon=Icon::Close />
            </button>
        </span>
    }
    .into_any()
}

#[component]
fn SortChip(ui: Ui) -> impl IntoView {
    let text = move || {
        let view = ui.address.view.read();
        format!(
            "{}{}",
            view.sort.label(),
            if view.reversed { ", reversed" } else { "" }
        )
    };
    view! {
        <span class="chip">
            <button class="chip-text" on:click=move |event| ui.show(Overlay::Display(Anchor::below(event.current_target())))>
                <span class="chip-what">"Sorted"</span>
                <span class="chip-is">"by"</span>
                <span class="chip-value">{text}</span>
            </button>
            <button
                class="chip-clear"
                aria-label="Sort as usual"
                on:click=move |_| ui.address.change(|view| (view.sort, view.reversed) = (SortBy::default(), false))
            >
                <IconView icon=Icon::Close />
            </button>
        </span>
    }
    .into_any()
}
