//! The list: groups of rows with sticky headers, as long as the store is large.

mod group;
mod row;

pub use self::row::labels_of;

use leptos::{html, prelude::*};

use self::group::ListGroup;
use super::{
    listing::Listing,
    scroll_memory::use_scroll_memory,
    shell::{EmptyState, ViewHeader},
    viewport::Viewport,
};
use crate::{
    components::Icon,
    ui::{Ui, use_ui},
    view::{Group, ViewState},
};

/// How tall a row is; the style sheet says the same.
pub const ROW: f64 = 40.0;
/// How tall a group's header is; the style sheet says the same.
pub const HEADER: f64 = 36.0;

/// Everyone's issues.
#[component]
pub fn ListPage() -> impl IntoView {
    view! { <List title="All issues" icon=Icon::List assignee=Signal::derive(|| None) /> }
        .into_any()
}

/// What is assigned to who uses this browser.
#[component]
pub fn MyIssuesPage() -> impl IntoView {
    let ui = use_ui();
    // Nobody's, until it is known who that is.
    let me = Signal::derive(move || Some(ui.tracker.me().unwrap_or_default()));
    view! { <List title="My issues" icon=Icon::Person assignee=me /> }.into_any()
}

#[component]
fn List(title: &'static str, icon: Icon, assignee: Signal<Option<String>>) -> impl IntoView {
    let ui = use_ui();
    let view: Signal<ViewState> = ui.address.view.into();
    let groups = Memo::new(move |_| view.read().grouping.groups(&ui.people.read()));
    let listing = Listing::new(view, assignee, groups);
    let total = Signal::derive(move || listing.counts.read().iter().sum::<usize>());

    view! {
        <ViewHeader title icon total assignee />
        <Show
            when=move || total.get() != 0
            fallback=|| view! { <EmptyState /> }
        >
            <Rows listing title total />
        </Show>
    }
    .into_any()
}

#[component]
fn Rows(listing: Listing, title: &'static str, total: Signal<usize>) -> impl IntoView {
    let ui = use_ui();
    let scroller = NodeRef::<html::Div>::new();
    let viewport = Viewport::new(scroller);
    let here = ui.address.of_this_page();
    let remember = use_scroll_memory(scroller, here.into());
    let tops = Memo::new(move |_| tops(&listing.counts.read()));
    listing.take_cursor(ui, false, here, move |(group, row)| {
        let top = tops.read_untracked()[group] + HEADER + row as f64 * ROW;
        viewport.reveal(top, top + ROW, HEADER);
    });

    view! {
        <div
            node_ref=scroller
            class="list"
            class:selecting=move || !ui.selected.read().is_empty()
            role="grid"
            tabindex="0"
            aria-label=title
            aria-multiselectable="true"
            aria-rowcount=move || total.get().to_string()
            aria-activedescendant=move || active_row(ui)
            on:scroll=move |_| {
                viewport.on_scroll();
                remember();
            }
        >
            <For each=move || listing.groups.get().into_iter().enumerate() key=|group| group.clone() let((at, group))>
                <ListGroup listing viewport at group top=Signal::derive(move || top_of(tops, at)) />
            </For>
        </div>
    }
    .into_any()
}

/// Where each group starts; an empty one is not shown.
fn tops(counts: &[usize]) -> Vec<f64> {
    let mut top = 0.0;
    let height = |count: usize| {
        if count == 0 {
            0.0
        } else {
            HEADER + count as f64 * ROW
        }
    };
    counts
        .iter()
        .map(|&count| {
            let here = top;
            top += height(count);
            here
        })
        .collect()
}

fn top_of(tops: Memo<Vec<f64>>, group: usize) -> f64 {
    tops.read().get(group).copied().unwrap_or_default()
}

fn active_row(ui: Ui) -> Option<String> {
    ui.cursor
        .read()
        .as_ref()
        .map(|cursor| format!("issue-{}", cursor.id))
}

/// The group's name as a part of an id.
fn slug(group: &Group) -> String {
    group.label().to_lowercase().replace(' ', "-")
}
