//! `Rows` rendered to HTML, as a server does it.

#![cfg(not(target_arch = "wasm32"))]

use leptos::prelude::*;
use livestore_leptos::Rows;

type Item = (u32, &'static str);

/// The HTML of a list whose rows are texts. (Elements need Leptos's `ssr` feature to be rendered.)
fn html(data: Vec<Item>) -> String {
    Owner::new().with(|| {
        let row = |item: Signal<Item>| move || item.get().1;
        view! { <Rows each=Signal::stored(data) key=|item: &Item| item.0 children=row/> }.to_html()
    })
}

#[test]
fn the_rows_are_rendered_in_the_order_of_the_data_with_a_comment_behind_them() {
    assert_eq!(html(vec![(2, "b"), (1, "a")]), "b<!>a<!>");
}

#[test]
fn an_empty_list_is_a_comment() {
    assert_eq!(html(vec![]), "<!>");
}

#[test]
fn of_items_with_the_same_key_the_first_is_rendered() {
    assert_eq!(html(vec![(1, "a"), (2, "b"), (1, "c")]), "a<!>b<!>");
}
