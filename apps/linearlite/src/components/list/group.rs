//! A group of the list: its header, and the pages of its rows that are in sight.

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use super::{ROW, row::IssueRow, slug};
use crate::{
    components::{
        Icon, IconView,
        glyph::GlyphView,
        listing::Listing,
        viewport::{PAGE, Viewport},
    },
    queries,
    schema::IssueSummary,
    text,
    ui::{Overlay, Preset, use_ui},
    view::Group,
};

/// A group, or nothing while it has no issues.
#[component]
pub fn ListGroup(
    listing: Listing,
    viewport: Viewport,
    /// Which group of the listing it is.
    at: usize,
    group: Group,
    /// Where it starts in the list.
    top: Signal<f64>,
) -> impl IntoView {
    let count = Memo::new(move |_| listing.counts.read().get(at).copied().unwrap_or_default());
    let pages = Memo::new(move |_| viewport.pages(top.get() + super::HEADER, count.get(), ROW));
    let group = StoredValue::new(group);

    view! {
        <Show when=move || count.get() != 0>
            <section class="group" role="rowgroup" aria-labelledby=group.with_value(|group| format!("group-{}", slug(group)))>
                <GroupHeader group=group.get_value() count />
                <div
                    class="group-rows"
                    role="presentation"
                    style:height=move || format!("{}px", count.get() as f64 * ROW)
                >
                    <For each=move || pages.get() key=|page| *page let:page>
                        <RowsPage listing at group=group.get_value() page />
                    </For>
                </div>
            </section>
        </Show>
    }
    .into_any()
}

#[component]
fn GroupHeader(group: Group, count: Memo<usize>) -> impl IntoView {
    let ui = use_ui();
    let preset = Preset::from(&group);
    let label = group.label();
    let add = format!("New issue in {label}");
    view! {
        <div class="group-header" role="row">
            <div class="group-title" role="gridcell" id=format!("group-{}", slug(&group))>
                <GlyphView glyph=group.glyph() />
                <span class="group-name">{label}</span>
                <span class="group-count">{move || text::number(count.get())}</span>
            </div>
            <div role="gridcell">
                <button
                    class="icon-button"
                    tabindex="-1"
                    aria-label=add
                    on:click=move |_| ui.show(Overlay::NewIssue(preset.clone()))
                >
                    <IconView icon=Icon::Plus />
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// A page of rows, in its place: one query for the issues, one for their labels.
#[component]
fn RowsPage(listing: Listing, at: usize, group: Group, page: usize) -> impl IntoView {
    let rows = use_query(move || listing.page(&group, page * PAGE, PAGE));
    let ids = Memo::new(move |_| {
        rows.read()
            .iter()
            .map(|row| row.id.clone())
            .collect::<Vec<_>>()
    });
    let labels = use_query(move || queries::labels_of(ids.get()));
    let top = (page * PAGE) as f64 * ROW;
    let before = Memo::new(move |_| listing.counts.read().iter().take(at).sum::<usize>());

    view! {
        <div class="page" role="presentation" style:transform=format!("translateY({top}px)")>
            <Rows each=rows key=|row: &IssueSummary| row.id.clone() let:row>
                <IssueRow
                    row
                    labels
                    before
                    place=move |id| (at, page * PAGE + ids.read().iter().position(|other| other == id).unwrap_or(0))
                />
            </Rows>
        </div>
    }
    .into_any()
}
