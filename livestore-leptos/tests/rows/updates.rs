//! A change touches what it has to and nothing else: nodes, focus, effects.

use super::{
    changes::Item,
    lists::{Items, items, page_with},
    page::{Page, focused, is_within, settled, text},
};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use livestore_leptos::Rows;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn one_changed_item_of_a_thousand_changes_the_dom_inside_its_row_only() {
    let data = Items::new(items(0..1_000));
    let page = page_with(&data);
    let row = page.all("li").remove(500);
    let changes = page.watch();

    data.update(|items| items[500].text = "changed".into());
    settled().await;

    assert_eq!(text(&row), "changed");
    let changes = changes.take();
    assert_eq!(changes.len(), 1);
    assert!(is_within(&changes[0].target().unwrap(), &row));
}

#[wasm_bindgen_test]
async fn equal_data_changes_nothing_in_the_dom() {
    let data = Items::new(items(0..20));
    let page = page_with(&data);
    let changes = page.watch();
    data.set(items(0..20));
    settled().await;
    assert_eq!(changes.take().len(), 0);
}

#[wasm_bindgen_test]
async fn a_row_that_changes_places_is_all_that_moves() {
    let data = Items::new(items(0..100));
    let page = page_with(&data);
    let row = page.all("li").remove(3);
    let changes = page.watch();

    data.update(|items| {
        let item = items.remove(3);
        items.insert(80, item);
    });
    settled().await;

    assert_eq!(page.all("li")[80], row);
    for change in changes.take() {
        for nodes in [change.added_nodes(), change.removed_nodes()] {
            for index in 0..nodes.length() {
                assert_eq!(nodes.get(index).as_ref(), Some(row.as_ref()));
            }
        }
    }
}

#[wasm_bindgen_test]
async fn focus_stays_in_a_row_that_need_not_move() {
    let blurs = Arc::new(AtomicUsize::new(0));
    let data = Items::new(items(0..10));
    let page = Page::mount({
        let (data, blurs) = (data.clone(), Arc::clone(&blurs));
        move || {
            let row = move |item: Signal<Item>| {
                let blurs = Arc::clone(&blurs);
                let blurred = move |_| {
                    blurs.fetch_add(1, Ordering::Relaxed);
                };
                view! { <label>{move || item.read().text.clone()} <input on:blur=blurred/></label> }
            };
            view! { <form><Rows each=data key=|item: &Item| item.id children=row/></form> }
        }
    });
    let input: web_sys::HtmlInputElement = page.all("input").remove(5).unchecked_into();
    input.focus().unwrap();
    assert_eq!(focused().as_ref(), Some(input.as_ref()));

    // Item 5 stays between what is before and behind it while others go, come, change and move across it.
    for ids in [
        &[9, 1, 2, 5, 7, 0][..],
        &[20, 9, 5, 0, 21],
        &[5],
        &[1, 2, 3, 5, 6, 7, 9],
        &[7, 1, 5, 6, 9, 2, 30],
    ] {
        let mut next = items(ids.iter().copied());
        for item in &mut next {
            item.text += " changed";
        }
        data.set(next);
        settled().await;
        assert_eq!(
            page.texts("label"),
            ids.iter()
                .map(|id| format!("item {id} changed"))
                .collect::<Vec<_>>()
        );
        assert_eq!(focused().as_ref(), Some(input.as_ref()), "after {ids:?}");
    }
    assert_eq!(blurs.load(Ordering::Relaxed), 0);
    input.blur().unwrap();
    assert_eq!(blurs.load(Ordering::Relaxed), 1);
}

#[wasm_bindgen_test]
async fn every_change_of_an_item_reaches_the_effects_of_its_row_and_no_others() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let data = Items::new(items(0..5));
    let _page = Page::mount({
        let (data, seen) = (data.clone(), Arc::clone(&seen));
        move || {
            let row = move |item: Signal<Item>| {
                let seen = Arc::clone(&seen);
                Effect::new(move || seen.lock().unwrap().push(item.get().text));
            };
            view! { <Rows each=data key=|item: &Item| item.id children=row/> }
        }
    });
    settled().await;
    assert_eq!(seen.lock().unwrap().split_off(0).len(), 5);

    for text in ["first", "second", "third"] {
        data.update(|items| {
            items[2].text = text.into();
            items.rotate_left(1);
            items.rotate_right(1);
        });
        settled().await;
        assert_eq!(seen.lock().unwrap().split_off(0), [text]);
    }
    data.update(|items| {
        items[2].text = "while it moves".into();
        items.reverse();
    });
    settled().await;
    assert_eq!(seen.lock().unwrap().split_off(0), ["while it moves"]);
}
