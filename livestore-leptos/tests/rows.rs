//! `Rows` in a browser: whatever happens to the data, the DOM shows it, with as little done as possible.

#![cfg(target_arch = "wasm32")]

mod rows {
    pub(crate) mod changes;
    pub(crate) mod page;
}

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys};
use livestore_leptos::Rows;
use rows::{
    changes::{Item, List},
    page::{Page, Warnings, focused, is_within, settled, text, wasm_memory},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use wasm_bindgen_test::*;

wasm_bindgen_test_configure!(run_in_browser);

type Items = ArcRwSignal<Vec<Item>>;

fn items(ids: impl IntoIterator<Item = u32>) -> Vec<Item> {
    ids.into_iter()
        .map(|id| Item {
            id,
            text: format!("item {id}"),
        })
        .collect()
}

fn texts(items: &[Item]) -> Vec<String> {
    items.iter().map(|item| item.text.clone()).collect()
}

/// `<ul>` with nothing in it but a row per item.
fn list(data: &Items) -> impl IntoView + use<> {
    view! {
        <ul>
            <Rows each=data.clone() key=|item: &Item| item.id let:item>
                <li>{move || item.read().text.clone()}</li>
            </Rows>
        </ul>
    }
}

/// The same list with something before it.
fn list_behind_a_heading(data: &Items) -> impl IntoView + use<> {
    view! {
        <ul>
            <h2>"before"</h2>
            <Rows each=data.clone() key=|item: &Item| item.id let:item>
                <li>{move || item.read().text.clone()}</li>
            </Rows>
        </ul>
    }
}

/// The same list with something behind it.
fn list_before_a_text(data: &Items) -> impl IntoView + use<> {
    view! {
        <ul>
            <Rows each=data.clone() key=|item: &Item| item.id let:item>
                <li>{move || item.read().text.clone()}</li>
            </Rows>
            "behind"
        </ul>
    }
}

/// Changes a list at random, and compares its rows with the data after every step. `around` is the text before
/// and behind the rows.
async fn compare_with_data(
    seed: u64,
    around: [&str; 2],
    view: impl FnOnce(&Items) -> AnyView + 'static,
) {
    let data = Items::new(Vec::new());
    let page = Page::mount({
        let data = data.clone();
        move || view(&data)
    });
    let mut list = List::new(seed);
    let mut nodes: HashMap<u32, web_sys::Element> = HashMap::new();
    for step in 0..700 {
        let before = data.get_untracked();
        list.change();
        data.set(list.items.clone());
        settled().await;

        let rows = page.all("li");
        let shown: Vec<String> = rows.iter().map(text).collect();
        let context = || {
            format!(
                "seed {seed}, step {step}, from {before:?} to {:?}",
                list.items
            )
        };
        assert_eq!(shown, texts(&list.items), "{}", context());
        let [before_rows, behind_rows] = around;
        let all = format!("{before_rows}{}{behind_rows}", shown.concat());
        assert_eq!(text(page.host()), all, "{}", context());

        let new: HashMap<u32, web_sys::Element> =
            list.items.iter().map(|item| item.id).zip(rows).collect();
        for item in &list.items {
            let survived = before.iter().any(|earlier| earlier.id == item.id);
            let same_node = nodes.get(&item.id) == new.get(&item.id);
            assert_eq!(
                survived,
                same_node,
                "the node of {}, {}",
                item.id,
                context()
            );
        }
        // Nodes of rows that left are kept here to see that a row that comes back has another one.
        nodes.extend(new);
    }
}

#[wasm_bindgen_test]
async fn rows_follow_the_data_through_random_changes() {
    for seed in [88_172_645_463_325_252, 3, 1_234_567] {
        compare_with_data(seed, ["", ""], |data| list(data).into_any()).await;
    }
}

#[wasm_bindgen_test]
async fn rows_behind_another_node_follow_the_data_through_random_changes() {
    compare_with_data(42, ["before", ""], |data| {
        list_behind_a_heading(data).into_any()
    })
    .await;
}

#[wasm_bindgen_test]
async fn rows_before_another_node_follow_the_data_through_random_changes() {
    compare_with_data(2_026, ["", "behind"], |data| {
        list_before_a_text(data).into_any()
    })
    .await;
}

#[wasm_bindgen_test]
async fn rows_of_several_nodes_or_none_stand_in_the_order_of_the_data() {
    let data = Items::new(Vec::new());
    let page = Page::mount({
        let data = data.clone();
        move || {
            // Depending on the item: nothing, a text, two elements, or what a closure makes of the signal.
            let row = |item: Signal<Item>| match item.get_untracked().id % 4 {
                0 => ().into_any(),
                1 => item.get_untracked().id.to_string().into_any(),
                2 => view! { <b>{item.get_untracked().id}</b> <i>"."</i> }.into_any(),
                _ => (move || {
                    item.read()
                        .text
                        .len()
                        .is_multiple_of(2)
                        .then(|| item.read().text.clone())
                })
                .into_any(),
            };
            view! { <p><Rows each=data key=|item: &Item| item.id children=row/></p> }
        }
    });
    let expected = |item: &Item| match item.id % 4 {
        0 => String::new(),
        1 => item.id.to_string(),
        2 => format!("{}.", item.id),
        _ if item.text.len().is_multiple_of(2) => item.text.clone(),
        _ => String::new(),
    };
    let mut list = List::new(7);
    for step in 0..700 {
        list.change();
        data.set(list.items.clone());
        settled().await;
        let expected: String = list.items.iter().map(expected).collect();
        assert_eq!(
            text(&page.only("p")),
            expected,
            "step {step}: {:?}",
            list.items
        );
    }
}

#[wasm_bindgen_test]
async fn a_filter_and_a_re_sort_in_one_step_give_the_order_of_the_data() {
    // Leptos 0.8's own keyed list shows the second one as 5, 4, 1, 11, 0, 9, 3.
    let data = Items::new(items([9, 5, 11, 7, 0]));
    let page = Page::mount({
        let data = data.clone();
        move || list(&data)
    });
    data.set(items([4, 1, 11, 5, 0, 9, 3]));
    settled().await;
    assert_eq!(page.texts("li"), texts(&items([4, 1, 11, 5, 0, 9, 3])));
}

#[wasm_bindgen_test]
async fn one_changed_item_of_a_thousand_changes_the_dom_inside_its_row_only() {
    let data = Items::new(items(0..1_000));
    let page = Page::mount({
        let data = data.clone();
        move || list(&data)
    });
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
    let page = Page::mount({
        let data = data.clone();
        move || list(&data)
    });
    let changes = page.watch();
    data.set(items(0..20));
    settled().await;
    assert_eq!(changes.take().len(), 0);
}

#[wasm_bindgen_test]
async fn a_row_that_changes_places_is_all_that_moves() {
    let data = Items::new(items(0..100));
    let page = Page::mount({
        let data = data.clone();
        move || list(&data)
    });
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
async fn lists_in_rows_follow_their_data() {
    type Group = (u32, Vec<Item>);
    let data = ArcRwSignal::new(Vec::<Group>::new());
    let page = Page::mount({
        let data = data.clone();
        move || {
            let group = |group: Signal<Group>| {
                let members = Signal::derive(move || group.read().1.clone());
                view! {
                    <section>
                        <h2>{move || group.read().0}</h2>
                        <Rows each=members key=|item: &Item| item.id let:item>
                            <p>{move || item.read().text.clone()}</p>
                        </Rows>
                    </section>
                }
            };
            view! { <Rows each=data key=|group: &Group| group.0 children=group/> }
        }
    });

    // Groups move with the items of one list, and every group's items change as another one.
    let mut outer = List::new(5);
    let mut inner: BTreeMap<u32, List> = BTreeMap::new();
    let mut sections: HashMap<u32, web_sys::Element> = HashMap::new();
    for step in 0..200 {
        outer.change();
        let groups: Vec<Group> = outer
            .items
            .iter()
            .map(|item| {
                let members = inner
                    .entry(item.id)
                    .or_insert_with(|| List::new(u64::from(item.id)));
                members.change();
                (item.id, members.items.clone())
            })
            .collect();
        let survivors: Vec<u32> = data.get_untracked().iter().map(|group| group.0).collect();
        data.set(groups.clone());
        settled().await;

        let expected: Vec<String> = groups
            .iter()
            .map(|(id, items)| format!("{id}{}", texts(items).concat()))
            .collect();
        assert_eq!(page.texts("section"), expected, "step {step}");
        for (section, (id, _)) in page.all("section").into_iter().zip(&groups) {
            let before = sections.insert(*id, section.clone());
            assert_eq!(
                before == Some(section),
                survivors.contains(id),
                "group {id}, step {step}"
            );
        }
    }
}

#[wasm_bindgen_test]
async fn of_items_with_the_same_key_the_first_is_shown_and_the_app_is_warned_once() {
    let warnings = Warnings::count();
    let data = Items::new(items([1, 2]));
    let page = Page::mount({
        let data = data.clone();
        move || list(&data)
    });
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
