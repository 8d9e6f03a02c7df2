//! Rows stand in the order of the data and keep their nodes, whatever the change.

use super::{
    changes::{Item, List},
    lists::{Items, items, list, page_with, texts},
    page::{Page, settled, text},
};
use leptos::{prelude::*, web_sys::Element};
use livestore_leptos::Rows;
use std::collections::{BTreeMap, HashMap};
use wasm_bindgen_test::wasm_bindgen_test;

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
    let mut nodes: HashMap<u32, Element> = HashMap::new();
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

        let new: HashMap<u32, Element> = list.items.iter().map(|item| item.id).zip(rows).collect();
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
    let page = page_with(&data);
    data.set(items([4, 1, 11, 5, 0, 9, 3]));
    settled().await;
    assert_eq!(page.texts("li"), texts(&items([4, 1, 11, 5, 0, 9, 3])));
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
    let mut sections: HashMap<u32, Element> = HashMap::new();
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
