//! Less common situations: duplicate keys, rows that change the data, lists off the page, hydration, attributes.

use super::{
    changes::Item,
    lists::{Items, items, list, page_with, texts},
    page::{Page, Warnings, settled},
};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use livestore_leptos::Rows;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn of_items_with_the_same_key_the_first_is_shown_and_the_app_is_warned_once() {
    let warnings = Warnings::count();
    let data = Items::new(items([1, 2]));
    let page = page_with(&data);
    assert_eq!(warnings.so_far(), 0);

    let named = |id, text: &str| Item {
        id,
        text: text.into(),
    };
    data.set(vec![
        named(2, "first 2"),
        named(1, "first 1"),
        named(2, "second 2"),
        named(1, "second 1"),
        named(3, "3"),
    ]);
    settled().await;
    assert_eq!(page.texts("li"), ["first 2", "first 1", "3"]);

    data.set(vec![
        named(4, "first 4"),
        named(4, "second 4"),
        named(2, "first 2"),
    ]);
    settled().await;
    assert_eq!(page.texts("li"), ["first 4", "first 2"]);

    data.set(vec![named(4, "second 4"), named(2, "first 2")]);
    settled().await;
    assert_eq!(page.texts("li"), ["second 4", "first 2"]);
    assert_eq!(warnings.so_far(), usize::from(cfg!(debug_assertions)));
}

#[wasm_bindgen_test]
async fn a_row_may_change_the_data_while_it_is_built() {
    let data = Items::new(items([1]));
    let page = Page::mount({
        let data = data.clone();
        move || {
            let each = data.clone();
            let row = move |item: Signal<Item>| {
                let id = item.get_untracked().id;
                if id < 5 {
                    data.update(|items| {
                        items.insert(
                            0,
                            Item {
                                id: id + 1,
                                text: format!("item {}", id + 1),
                            },
                        )
                    });
                }
                view! { <li>{move || item.read().text.clone()}</li> }
            };
            view! { <Rows each=each key=|item: &Item| item.id children=row/> }
        }
    });
    settled().await;
    assert_eq!(page.texts("li"), texts(&items([5, 4, 3, 2, 1])));
}

#[wasm_bindgen_test]
async fn a_row_may_change_the_data_when_its_removal_takes_the_focus() {
    for others in [vec![], vec![8, 9]] {
        let data = Items::new(items(others.iter().copied().chain([1])));
        let page = Page::mount({
            let data = data.clone();
            move || {
                let each = data.clone();
                let row = move |item: Signal<Item>| {
                    let data = data.clone();
                    let save = move |_| {
                        let id = item.get_untracked().id;
                        data.update(|items| {
                            items.push(Item {
                                id: id + 1,
                                text: "saved".into(),
                            })
                        });
                    };
                    view! { <input on:focusout=save prop:title=move || item.read().text.clone()/> }
                };
                view! { <Rows each=each key=|item: &Item| item.id children=row/> }
            }
        });
        page.all("input")
            .remove(others.len())
            .unchecked_into::<web_sys::HtmlElement>()
            .focus()
            .unwrap();
        data.set(items(others.iter().copied()));
        settled().await;
        // Whether the browser tells a removed element that it lost the focus is the browser's choice.
        assert_eq!(page.all("input").len(), data.get_untracked().len());
    }
}

#[wasm_bindgen_test]
async fn a_list_that_is_not_in_the_page_shows_its_data_when_it_is_mounted_again() {
    let data = Items::new(items(0..5));
    let owner = Owner::new();
    let mut state = owner.with(|| list(&data).into_any().build());
    let page = Page::mount(|| ());
    state.mount(page.host(), None);
    assert_eq!(page.texts("li"), texts(&items(0..5)));

    state.unmount();
    for ids in [vec![4, 2, 9], vec![], vec![8, 4], vec![7, 8, 4, 6]] {
        data.set(items(ids));
        settled().await;
    }
    assert_eq!(page.texts("li").len(), 0);

    state.mount(page.host(), None);
    assert_eq!(page.texts("li"), texts(&items([7, 8, 4, 6])));
}

#[wasm_bindgen_test]
async fn rows_rendered_by_a_server_come_alive_when_hydrated() {
    let data = Items::new(items([1, 2, 3]));
    let page = Page::mount(|| ());
    page.host()
        .set_inner_html("<ul><li>item 1</li><li>item 2</li><li>item 3</li><!></ul>");
    let nodes = page.all("li");
    let owner = Owner::new();

    let state = owner.with(|| list(&data).hydrate_from::<true>(page.host()));
    assert_eq!(page.all("li"), nodes);

    data.set(items([3, 4, 1]));
    data.update(|items| items[0].text = "changed".into());
    settled().await;
    assert_eq!(page.texts("li"), ["changed", "item 4", "item 1"]);
    assert_eq!(page.all("li")[0], nodes[2]);
    assert_eq!(page.all("li")[2], nodes[0]);
    drop(state);
}

#[wasm_bindgen_test]
async fn attributes_given_to_the_list_are_those_of_every_row() {
    let data = Items::new(items([1, 2]));
    let page = Page::mount({
        let data = data.clone();
        move || {
            view! {
                <Rows each=data key=|item: &Item| item.id attr:class="row" let:item>
                    <p>{move || item.read().text.clone()}</p>
                </Rows>
            }
        }
    });
    data.set(items([3, 2, 1]));
    settled().await;
    assert_eq!(page.texts("p.row"), texts(&items([3, 2, 1])));
}
