//! The header of a list or board: what it shows, how much of it, and how to change that.

use leptos::prelude::*;

use super::filters::FilterChips;
use crate::{
    components::{Icon, IconView, sync::SyncDot},
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
) -> impl IntoView {
    let ui = use_ui();
    let on_board = move || ui.address.path.get() == "/board";
    let to_list = move || ui.address.same_view("/");
    let to_board = move || ui.address.same_view("/board");

    view! {
        <header class="view-header">
            <OpenSidebar />
            <span class="view-icon"><IconView icon /></span>
            <h1>{title}</h1>
            <span class="view-count" title="Issues shown">{move || text::number(total.get())}</span>
            <span class="spacer"></span>
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
