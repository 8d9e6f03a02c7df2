//! The board: a column per status, each a virtual list of cards that can be dragged.

mod card;
mod column;
mod drag;
mod ghost;
mod hand;

use leptos::prelude::*;

use self::{column::BoardColumn, drag::Drag, ghost::Ghost};
use super::{
    listing::Listing,
    shell::{EmptyState, ViewHeader},
};
use crate::{
    components::Icon,
    schema::Status,
    ui::use_ui,
    view::{Group, SortBy, ViewState},
};

/// How tall a card is with the space below it; the style sheet says the same.
pub const CARD: f64 = 116.0;

/// Everyone's issues, by status.
#[component]
pub fn BoardPage() -> impl IntoView {
    let ui = use_ui();
    // Its columns are the groups, and people put the cards in order.
    let view = Signal::derive(move || ViewState {
        filters: ui.address.view.read().filters.clone(),
        sort: SortBy::Manual,
        ..ViewState::default()
    });
    let groups = Memo::new(|_| Status::EVERY.map(Group::Status).to_vec());
    let listing = Listing::new(view, Signal::derive(|| None), groups);
    let total = Signal::derive(move || listing.counts.read().iter().sum::<usize>());
    let drag = Drag::new(ui, listing);
    let here = ui.address.of_this_page();
    listing.take_cursor(ui, true, here, move |place| drag.reveal(place));
    drag.follow_pointer();

    view! {
        <ViewHeader title="Board" icon=Icon::Board total assignee=Signal::derive(|| None) />
        <Show when=move || total.get() != 0 fallback=|| view! { <EmptyState /> }>
            <div
                node_ref=drag.board()
                class="board"
                class:dragging=move || drag.carried().is_some()
                role="group"
                tabindex="0"
                aria-label="Board: move between cards with the arrow keys, carry one with Alt and an arrow key"
                aria-activedescendant=move || ui.cursor.read().as_ref().map(|cursor| format!("issue-{}", cursor.id))
            >
                {Status::EVERY
                    .into_iter()
                    .enumerate()
                    .map(|(at, status)| view! { <BoardColumn listing drag here at status /> })
                    .collect_view()}
            </div>
            <Ghost drag />
        </Show>
    }
    .into_any()
}
