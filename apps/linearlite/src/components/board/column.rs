//! A column of the board.

use leptos::{html, prelude::*};
use livestore_leptos::prelude::*;

use super::{CARD, card::Card, drag::Drag};
use crate::{
    components::{
        Glyph, Icon, IconView,
        glyph::GlyphView,
        listing::Listing,
        scroll_memory::use_scroll_memory,
        viewport::{PAGE, Viewport},
    },
    queries,
    schema::{IssueSummary, Status},
    text,
    ui::{Overlay, Preset, use_ui},
    view::Group,
};

/// A column: its header and the pages of its cards that are in sight.
#[component]
pub fn BoardColumn(
    listing: Listing,
    drag: Drag,
    /// The board's address.
    here: Memo<String>,
    at: usize,
    status: Status,
) -> impl IntoView {
    let ui = use_ui();
    let count = Memo::new(move |_| listing.counts.read().get(at).copied().unwrap_or_default());
    let scroller = NodeRef::<html::Div>::new();
    let viewport = Viewport::new(scroller);
    drag.add_column(at, scroller, viewport);
    let here = Signal::derive(move || format!("{}#{}", here.read(), status.slug()));
    let remember = use_scroll_memory(scroller, here);
    let pages = Memo::new(move |_| viewport.pages(0.0, count.get(), CARD));
    let drop_at = Memo::new(move |_| {
        drag.target()
            .filter(|(column, _)| *column == at)
            .map(|(_, row)| row)
    });

    view! {
        <section
            class="column"
            class:over=move || drop_at.get().is_some()
            aria-label=move || format!("{}, {}", status.label(), text::count(count.get(), "issue", "issues"))
        >
            <header class="column-header">
                <GlyphView glyph=Glyph::Status(status) />
                <h2>{status.label()}</h2>
                <span class="group-count">{move || text::number(count.get())}</span>
                <button
                    class="icon-button"
                    aria-label=format!("New issue in {}", status.label())
                    on:click=move |_| ui.show(Overlay::NewIssue(Preset::from(&Group::Status(status))))
                >
                    <IconView icon=Icon::Plus />
                </button>
            </header>
            <div
                node_ref=scroller
                class="column-cards"
                tabindex="-1"
                on:scroll=move |_| {
                    viewport.on_scroll();
                    remember();
                }
            >
                <div class="column-space" style:height=move || format!("{}px", count.get() as f64 * CARD)>
                    <For each=move || pages.get() key=|page| *page let:page>
                        <CardsPage listing drag at status page />
                    </For>
                    {move || drop_at.get().map(|row| {
                        let top = row as f64 * CARD - 5.0;
                        view! { <div class="drop-line" style:transform=format!("translateY({top}px)")></div> }
                    })}
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// A page of cards, in its place.
#[component]
fn CardsPage(
    listing: Listing,
    drag: Drag,
    at: usize,
    status: Status,
    page: usize,
) -> impl IntoView {
    let cards = use_query(move || listing.page(&Group::Status(status), page * PAGE, PAGE));
    let ids = Memo::new(move |_| {
        cards
            .read()
            .iter()
            .map(|card| card.id.clone())
            .collect::<Vec<_>>()
    });
    let labels = use_query(move || queries::labels_of(ids.get()));
    let top = (page * PAGE) as f64 * CARD;

    view! {
        <div class="page" style:transform=format!("translateY({top}px)")>
            <Rows each=cards key=|card: &IssueSummary| card.id.clone() let:card>
                <Card
                    card
                    labels
                    drag
                    place=move |id| (at, page * PAGE + ids.read().iter().position(|other| other == id).unwrap_or(0))
                />
            </Rows>
        </div>
    }
    .into_any()
}
