//! Lists under test, and what they show.

use super::{changes::Item, page::Page};
use leptos::prelude::*;
use livestore_leptos::Rows;

/// The data of a list.
pub(crate) type Items = ArcRwSignal<Vec<Item>>;

/// An item for every id, with a text that names it.
pub(crate) fn items(ids: impl IntoIterator<Item = u32>) -> Vec<Item> {
    ids.into_iter()
        .map(|id| Item {
            id,
            text: format!("item {id}"),
        })
        .collect()
}

pub(crate) fn texts(items: &[Item]) -> Vec<String> {
    items.iter().map(|item| item.text.clone()).collect()
}

/// `<ul>` with nothing in it but a row per item.
pub(crate) fn list(data: &Items) -> impl IntoView + use<> {
    view! {
        <ul>
            <Rows each=data.clone() key=|item: &Item| item.id let:item>
                <li>{move || item.read().text.clone()}</li>
            </Rows>
        </ul>
    }
}

/// A page with [`list`] in it.
pub(crate) fn page_with(data: &Items) -> Page {
    let data = data.clone();
    Page::mount(move || list(&data))
}
