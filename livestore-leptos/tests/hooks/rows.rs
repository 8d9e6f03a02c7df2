//! `use_row`, `use_query_rows`, `use_query_local`.

use std::{
    cell::Cell,
    rc::Rc,
    sync::{Arc, Mutex},
};

use leptos::prelude::*;
use livestore_leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::fixture::{Item, ItemRemoved, Page, set, settle};

fn text_of(row: Option<Item>) -> String {
    row.map_or("none".into(), |item| item.text)
}

#[test]
async fn a_row_is_followed_from_before_it_is_there_until_after_it_is_gone() {
    let (page, store) = Page::with_store(Memory::new(), || {
        let row = use_row::<Item>(|| 7);
        view! { {move || text_of(row.get())} }
    })
    .await;
    assert_eq!(page.text(), "none");
    store.commit(set(7, "here", 0));
    settle().await;
    assert_eq!(page.text(), "here");
    store.commit(set(7, "changed", 0));
    settle().await;
    assert_eq!(page.text(), "changed");
    store.commit(ItemRemoved { id: 7 });
    settle().await;
    assert_eq!(page.text(), "none");
}

/// UI-02 (query switch): the signal follows the key, and the query before is given up.
#[test]
async fn a_row_follows_the_key_that_its_closure_reads() {
    let id = RwSignal::new(1);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let row = use_row::<Item>(move || id.get());
        view! { {move || text_of(row.get())} }
    })
    .await;
    store.commit([set(1, "one", 0), set(2, "two", 0)]);
    settle().await;
    id.set(2);
    settle().await;
    assert_eq!(page.text(), "two");
    assert_eq!(store.store().live_query_count(), 1);
}

/// UI-04 (resource of a component): another row's change does not reach it.
#[test]
async fn another_rows_change_runs_nothing_that_reads_this_row() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let (_page, store) = Page::with_store(Memory::new(), move || {
        let record = Arc::clone(&record);
        let row = use_row::<Item>(|| 1);
        Effect::new(move || record.lock().unwrap().push(text_of(row.get())));
    })
    .await;
    store.commit(set(1, "mine", 0));
    settle().await;
    store.commit(set(2, "other", 0));
    settle().await;
    assert_eq!(*seen.lock().unwrap(), ["none", "mine"]);
}

/// Mounts a list of the items with at least this rank, by text; `built` counts the rows that were built.
async fn list(least: RwSignal<u32>, built: Arc<Mutex<Vec<u32>>>) -> (Page, StoreHandle) {
    Page::with_store(Memory::new(), move || {
        let items = use_query_rows(move || {
            Item::query()
                .filter(Item::RANK.ge(least.get()))
                .order_by(Item::TEXT.asc())
        });
        let built = Arc::clone(&built);
        let row = move |id: Signal<u32>| {
            built.lock().unwrap().push(id.get_untracked());
            items
                .row(&id.get_untracked())
                .map(|item| view! { <li>{move || item.get().text} " "</li> })
        };
        view! { <ul><Rows each=items.keys() key=|id: &u32| *id children=row/></ul> }
    })
    .await
}

#[test]
async fn a_change_in_one_row_touches_its_signal_and_not_the_list() {
    let built = Arc::new(Mutex::new(Vec::new()));
    let (page, store) = list(RwSignal::new(0), Arc::clone(&built)).await;
    store.commit([set(1, "a", 1), set(2, "b", 1), set(3, "c", 1)]);
    settle().await;
    assert_eq!(page.text(), "a b c ");
    store.commit(set(2, "b2", 1));
    settle().await;
    assert_eq!(page.text(), "a b2 c ");
    assert_eq!(*built.lock().unwrap(), [1, 2, 3]);
}

#[test]
async fn rows_that_come_go_and_move_stand_in_the_order_of_the_query() {
    let least = RwSignal::new(0);
    let built = Arc::new(Mutex::new(Vec::new()));
    let (page, store) = list(least, Arc::clone(&built)).await;
    store.commit([set(1, "a", 1), set(2, "b", 2), set(3, "c", 3)]);
    settle().await;
    store.commit((set(1, "x", 1), ItemRemoved { id: 2 }, set(4, "d", 4)));
    settle().await;
    assert_eq!(page.text(), "c d x ");
    least.set(3);
    settle().await;
    assert_eq!(page.text(), "c d ");
    assert_eq!(*built.lock().unwrap(), [1, 2, 3, 4]);
    assert_eq!(
        store.store().live_query_count(),
        3,
        "the keys and the two rows that are shown"
    );
}

#[test]
async fn a_row_keeps_its_last_value_until_its_component_goes() {
    let seen = Arc::new(Mutex::new(None));
    let made = Arc::clone(&seen);
    let (_page, store) = Page::with_store(Memory::new(), move || {
        let store = use_store();
        store.commit(set(1, "last", 0));
        let items = use_query_rows(Item::query);
        *made.lock().unwrap() = Some((items.row(&1), items.row(&2).is_none()));
    })
    .await;
    let (row, there_is_no_other) = seen.lock().unwrap().take().unwrap();
    let row: Signal<Item> = row.unwrap();
    store.commit(ItemRemoved { id: 1 });
    settle().await;
    assert_eq!(row.get_untracked().text, "last");
    assert!(there_is_no_other);
}

#[test]
async fn a_local_query_takes_closures_and_gives_results_that_stay_on_their_thread() {
    let (page, store) = Page::with_store(Memory::new(), || {
        let runs = Rc::new(Cell::new(0));
        let first = use_query_local(move || {
            runs.set(runs.get() + 1);
            Shared(runs.get())
        });
        let text = move || {
            first
                .get()
                .map_or("none".into(), |text: Rc<str>| text.to_string())
        };
        view! { {text} }
    })
    .await;
    assert_eq!(page.text(), "none");
    store.commit(set(1, "local", 0));
    settle().await;
    assert_eq!(page.text(), "local");
}

/// The text of an item, as an `Rc`.
struct Shared(u32);

impl Query for Shared {
    type Output = Option<Rc<str>>;

    fn statement(&self) -> livestore_core::query::Statement {
        Item::find(&self.0).statement()
    }

    fn read(
        &self,
        rows: livestore_core::query::Rows<'_>,
    ) -> Result<Self::Output, livestore_core::query::QueryError> {
        let item = Item::find(&self.0).read(rows)?;
        Ok(item.map(|item| item.text.into()))
    }
}
