//! The header of a list or board: what it shows, how much of it, and how to change that.

use leptos::prelude::*;
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use super::filters::FilterChips;
use crate::{
    actions::board_href,
    components::{Icon, IconView, sync::SyncDot},
    schema::Issue,
    text,
    ui::{Anchor, Overlay, use_ui},
};

/// The header of a list or board.
#[component]
pub fn ViewHeader(
    title: &'static str,
    icon: Icon,
    /// How many issues are shown.
    total: Signal<usize>,
    /// Whose issues, if not everyone's.
    assignee: Signal<Option<String>>,
) -> impl IntoView {
    let ui = use_ui();
    let on_board = move || ui.address.path.get() == "/board";
    let is_filtered = move || !ui.address.view.read().filters.is_empty();
    let all = use_query(move || {
        Issue::query()
            .filter(Issue::DELETED_AT.is_null())
            .filter_some(assignee.get().map(|user| Issue::ASSIGNEE_ID.eq(user)))
            .count()
    });
    let seeding = move || match ui.seeding.get() {
        Some((made, count)) => format!("{} %", made * 100 / count.max(1)),
        None => "Samples".to_owned(),
    };
    let to_list = move || ui.address.same_view("/");
    let to_board = move || board_href(ui);

    view! {
        <header class="view-header">
            <OpenSidebar />
            <span class="view-icon"><IconView icon /></span>
            <h1>{title}</h1>
            <span class="view-count" title="Issues shown">{move || text::number(total.get())}</span>
            <Show when=is_filtered>
                <span class="view-count-of">{move || format!("of {}", text::number(all.get() as usize))}</span>
            </Show>
            <span class="spacer"></span>
            <button class="button subtle" title="Add sample issues" on:click=move |_| ui.show(Overlay::Seed)>
                <IconView icon=Icon::Sparkle />
                <span class="button-label">{seeding}</span>
            </button>
            <button class="button subtle" title="Filter (F)" on:click=move |event| ui.show(Overlay::Filter(Anchor::below(event.current_target())))>
                <IconView icon=Icon::Filter />
                <span class="button-label">"Filter"</span>
            </button>
            <Show when=move || !on_board()>
                <button class="button subtle" title="Grouping and order (Shift+V)" on:click=move |event| ui.show(Overlay::Display(Anchor::below(event.current_target())))>
                    <IconView icon=Icon::Sliders />
                    <span class="button-label">"Display"</span>
                </button>
            </Show>
            <nav class="segments" aria-label="Layout">
                <a href=to_list aria-label="List" title="List (Ctrl+B)" aria-current=move || (!on_board()).then_some("true")><IconView icon=Icon::List /></a>
                <a href=to_board aria-label="Board" title="Board (Ctrl+B)" aria-current=move || on_board().then_some("true")><IconView icon=Icon::Board /></a>
            </nav>
        </header>
        <FilterChips />
    }
    .into_any()
}

/// Opens the sidebar where there is no room for it beside the page, and shows how the sync is doing.
#[component]
pub fn OpenSidebar() -> impl IntoView {
    let ui = use_ui();
    view! {
        <button class="icon-button open-sidebar" aria-label="Menu" on:click=move |_| ui.show(Overlay::Sidebar)>
            <IconView icon=Icon::Menu />
            <SyncDot />
        </button>
    }
    .into_any()
}
