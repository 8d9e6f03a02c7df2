//! Rows that leave are disposed, once and completely; rows that come are new.

use super::{
    changes::{Item, List},
    lists::{Items, items},
    page::{Page, settled, wasm_memory},
};
use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use livestore_leptos::Rows;
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn the_effects_of_a_row_stop_when_it_leaves() {
    let (trigger, runs) = (ArcRwSignal::new(0), Arc::new(AtomicUsize::new(0)));
    let data = Items::new(items(0..3));
    let _page = Page::mount({
        let (data, trigger, runs) = (data.clone(), trigger.clone(), Arc::clone(&runs));
        move || {
            let row = move |_| {
                let (trigger, runs) = (trigger.clone(), Arc::clone(&runs));
                Effect::new(move || {
                    trigger.get();
                    runs.fetch_add(1, Ordering::Relaxed);
                });
            };
            view! { <Rows each=data key=|item: &Item| item.id children=row/> }
        }
    });
    settled().await;
    assert_eq!(runs.swap(0, Ordering::Relaxed), 3);

    // Both at once: the effect of the row that leaves is already due when the row goes.
    data.update(|items| drop(items.remove(1)));
    trigger.set(1);
    settled().await;
    runs.store(0, Ordering::Relaxed);

    trigger.set(2);
    settled().await;
    assert_eq!(runs.swap(0, Ordering::Relaxed), 2);

    data.set(Vec::new());
    settled().await;
    trigger.set(3);
    settled().await;
    assert_eq!(runs.load(Ordering::Relaxed), 0);
}

#[wasm_bindgen_test]
async fn a_row_is_cleaned_up_once_when_it_leaves_and_not_before() {
    // For every item: how many rows were built for it, and how many cleaned up.
    let counts: Arc<Mutex<BTreeMap<u32, (usize, usize)>>> = Arc::default();
    let data = Items::new(Vec::new());
    let mut page = Page::mount({
        let (data, counts) = (data.clone(), Arc::clone(&counts));
        move || {
            let row = move |item: Signal<Item>| {
                let id = item.get_untracked().id;
                counts.lock().unwrap().entry(id).or_default().0 += 1;
                on_cleanup({
                    let counts = Arc::clone(&counts);
                    move || counts.lock().unwrap().entry(id).or_default().1 += 1
                });
                view! { <p>{move || item.read().text.clone()}</p> }
            };
            view! { <Rows each=data key=|item: &Item| item.id children=row/> }
        }
    });

    let mut expected: BTreeMap<u32, (usize, usize)> = BTreeMap::new();
    let mut list = List::new(99);
    for step in 0..300 {
        let before: Vec<u32> = list.items.iter().map(|item| item.id).collect();
        list.change();
        let after: Vec<u32> = list.items.iter().map(|item| item.id).collect();
        for id in after.iter().filter(|id| !before.contains(id)) {
            expected.entry(*id).or_default().0 += 1;
        }
        for id in before.iter().filter(|id| !after.contains(id)) {
            expected.entry(*id).or_default().1 += 1;
        }
        data.set(list.items.clone());
        settled().await;
        assert_eq!(*counts.lock().unwrap(), expected, "step {step}");
    }

    page.unmount();
    let counts = counts.lock().unwrap();
    assert!(
        counts.values().all(|(built, cleaned)| built == cleaned),
        "{counts:?}"
    );
    assert_eq!(page.html(), "");
}

#[wasm_bindgen_test]
async fn a_row_that_comes_back_is_a_new_one() {
    let data = Items::new(items([1, 2]));
    let page = Page::mount({
        let data = data.clone();
        move || {
            let row = |item: Signal<Item>| {
                let count = RwSignal::new(0);
                let text = move || format!("{}: {}", item.read().id, count.get());
                view! { <button on:click=move |_| *count.write() += 1>{text}</button> }
            };
            view! { <Rows each=data key=|item: &Item| item.id children=row/> }
        }
    });
    for button in page.all("button") {
        button.unchecked_into::<web_sys::HtmlElement>().click();
    }
    settled().await;
    assert_eq!(page.texts("button"), ["1: 1", "2: 1"]);

    data.set(items([1]));
    settled().await;
    data.set(items([1, 2]));
    settled().await;
    assert_eq!(page.texts("button"), ["1: 1", "2: 0"]);
}

#[wasm_bindgen_test]
async fn rows_see_the_contexts_around_the_list_and_not_those_of_other_rows() {
    #[derive(Clone)]
    struct Around(&'static str);
    #[derive(Clone)]
    struct InRow(u32);

    let data = Items::new(items([1]));
    let page = Page::mount({
        let data = data.clone();
        move || {
            provide_context(Around("around"));
            let row = |item: Signal<Item>| {
                let id = item.get_untracked().id;
                let found = use_context::<InRow>().map(|other| other.0);
                provide_context(InRow(id));
                let Around(around) = expect_context();
                view! { <p>{format!("{id} {around} {found:?}")}</p> }
            };
            view! { <Rows each=data key=|item: &Item| item.id children=row/> }
        }
    });
    data.set(items([2]));
    settled().await;
    data.set(items([2, 3]));
    settled().await;
    assert_eq!(page.texts("p"), ["2 around None", "3 around None"]);
}

#[wasm_bindgen_test]
async fn nothing_is_left_of_a_list_mounted_and_unmounted_a_thousand_times() {
    let alive = Arc::new(());
    let data = Items::new(items(0..50));
    let mount_and_unmount = || {
        let (data, alive) = (data.clone(), Arc::clone(&alive));
        drop(Page::mount(move || rows_that_hold(data, alive)));
    };
    no_growth(mount_and_unmount, settled, &alive).await;
}

#[wasm_bindgen_test]
async fn nothing_is_left_of_rows_that_came_and_went_a_thousand_times() {
    let alive = Arc::new(());
    // One row always stays, so that the list is never empty and never unmounted.
    let data = Items::new(items([1_000]));
    let page = Page::mount({
        let (data, alive) = (data.clone(), Arc::clone(&alive));
        move || rows_that_hold(data, alive)
    });
    let standing = Arc::strong_count(&alive);
    let come_and_go = || data.set(items((0..50).chain([1_000])));
    let gone = async || {
        settled().await;
        data.set(items([1_000]));
        settled().await;
        assert_eq!(Arc::strong_count(&alive), standing);
        assert_eq!(page.texts("li"), ["item 1000"]);
    };
    no_growth(come_and_go, gone, &alive).await;
}

/// Rows with an effect, a signal, a listener and a clean-up that hold on to `alive` in every way there is.
fn rows_that_hold(data: Items, alive: Arc<()>) -> impl IntoView {
    let row = move |item: Signal<Item>| {
        let held = StoredValue::new(Arc::clone(&alive));
        let (in_effect, in_cleanup, in_view, in_listener) =
            (alive.clone(), alive.clone(), alive.clone(), alive.clone());
        Effect::new(move || drop((item.get(), Arc::clone(&in_effect))));
        on_cleanup(move || drop((in_cleanup, held)));
        let text = move || {
            let _ = &in_view;
            item.read().text.clone()
        };
        view! { <li on:click=move |_| drop(Arc::clone(&in_listener))>{text}</li> }
    };
    view! { <ul><Rows each=data key=|item: &Item| item.id children=row/></ul> }
}

/// Does something 1,000 times and sees that memory does not grow, and that `alive` is held as often as before.
async fn no_growth(act: impl Fn(), after: impl AsyncFn(), alive: &Arc<()>) {
    for _ in 0..100 {
        act();
        after().await;
    }
    let (memory, held) = (wasm_memory(), Arc::strong_count(alive));
    for _ in 0..1_000 {
        act();
        after().await;
    }
    assert_eq!(Arc::strong_count(alive), held);
    // 50,000 rows came and went; a leak of 10 bytes each would be above this.
    let grown = wasm_memory() - memory;
    assert!(
        grown < 512 * 1024,
        "{grown} bytes more than after the first 100 rounds"
    );
}
