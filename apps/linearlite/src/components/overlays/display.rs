//! The menu for grouping and order.

use leptos::prelude::*;

use super::picker::narrowed;
use crate::{
    components::{
        Glyph, Icon,
        choices::{Choice, Choices},
        dialog::Dialog,
    },
    ui::{Anchor, Ui, use_ui},
    view::{Grouping, SortBy, ViewState},
};

/// The menu; it stays open for more.
#[component]
pub fn DisplayMenu(anchor: Anchor) -> impl IntoView {
    let ui = use_ui();
    view! {
        <Dialog label="Grouping and order" class="menu" anchor>
            <Choices
                placeholder="Group and sort by…"
                choices=move |typed: String| narrowed(choices(ui), &typed)
                on_choose=move |id: String| ui.address.change(|view| apply(view, &id))
                multiple=true
            />
        </Dialog>
    }
    .into_any()
}

fn choices(ui: Ui) -> Vec<Choice> {
    let view = ui.address.view.read();
    let groupings = Grouping::EVERY.map(|grouping| {
        Choice::new(
            format!("group:{}", grouping.slug()),
            grouping.label(),
            Glyph::Icon(Icon::List),
        )
        .checked(view.grouping == grouping)
        .in_section("Grouping")
    });
    let orders = SortBy::EVERY.map(|sort| {
        Choice::new(
            format!("sort:{}", sort.slug()),
            sort.label(),
            Glyph::Icon(Icon::Sliders),
        )
        .checked(view.sort == sort)
        .in_section("Order")
    });
    let reversed = Choice::new("reversed", "Reversed", Glyph::Icon(Icon::Undo))
        .checked(view.reversed)
        .in_section("Order");
    groupings
        .into_iter()
        .chain(orders)
        .chain([reversed])
        .collect()
}

fn apply(view: &mut ViewState, id: &str) {
    match id.split_once(':') {
        Some(("group", slug)) => view.grouping = Grouping::from_slug(slug).unwrap_or_default(),
        Some((_, slug)) => view.sort = SortBy::from_slug(slug).unwrap_or_default(),
        None => view.reversed = !view.reversed,
    }
}
