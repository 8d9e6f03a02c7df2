//! Provider and queries in a real DOM.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use leptos::{prelude::*, task::tick};
use livestore_leptos::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

#[path = "store/fixture.rs"]
#[allow(dead_code, reason = "another test program uses the rest")]
mod fixture;

use fixture::{Item, ItemRemoved, Page, Refused, schema, set, settle};

wasm_bindgen_test_configure!(run_in_browser);

#[test]
async fn the_fallback_shows_until_the_store_is_open_and_then_the_children() {
    let page = Page::mount(|| {
        view! {
            <StoreProvider
                store_id="test"
                schema=schema
                adapter=Memory::new()
                fallback=|status| view! { <i>"booting: " {move || status.get().to_string()}</i> }
            >
                <b>"open: " {use_store().store().id().to_string()}</b>
            </StoreProvider>
        }
    });
    assert_eq!(page.text(), "booting: Loading…");
    settle().await;
    assert_eq!(page.text(), "open: test");
}

#[test]
async fn when_the_boot_fails_the_fallback_shows_the_error() {
    let page = Page::mount(|| {
        view! {
            <StoreProvider
                store_id="not a store id"
                schema=schema
                adapter=Memory::new()
                fallback=|status| move || status.get().to_string()
            >
                "open"
            </StoreProvider>
        }
    });
    settle().await;
    assert!(
        page.text()
            .starts_with("Failed: invalid store id `not a store id`"),
        "{}",
        page.text()
    );
}

#[test]
async fn a_query_is_current_at_the_first_read_and_follows_commits() {
    let (page, store) = Page::with_store(Memory::new(), || {
        use_store().commit(set(1, "one", 0));
        let count = use_query(|| Item::query().count());
        assert_eq!(count.get_untracked(), 1);
        view! { {count} " items" }
    })
    .await;
    assert_eq!(page.text(), "1 items");
    store.commit((set(2, "two", 0), set(3, "three", 0)));
    settle().await;
    assert_eq!(page.text(), "3 items");
}

#[test]
async fn a_query_that_reads_signals_becomes_another_one_when_they_change() {
    let least = RwSignal::new(2);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let texts = use_query(move || {
            Item::query()
                .filter(Item::RANK.ge(least.get()))
                .select(Item::TEXT)
        });
        view! { {move || texts.get().join(" ")} }
    })
    .await;
    store.commit([set(1, "low", 1), set(2, "middle", 2), set(3, "high", 3)]);
    settle().await;
    assert_eq!(page.text(), "middle high");
    least.set(3);
    settle().await;
    assert_eq!(page.text(), "high");
    assert_eq!(
        store.store().live_query_count(),
        1,
        "the query before was given up"
    );
    store.commit(set(4, "higher", 4));
    settle().await;
    assert_eq!(page.text(), "high higher");
}

#[test]
async fn an_equal_result_runs_no_effect() {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let counted = Arc::clone(&counted);
        let texts = use_query(|| {
            Item::query()
                .filter(Item::RANK.eq(1_u32))
                .select(Item::TEXT)
        });
        view! {
            {move || {
                counted.fetch_add(1, Ordering::Relaxed);
                texts.get().join(" ")
            }}
        }
    })
    .await;
    store.commit(set(1, "shown", 1));
    settle().await;
    let before = runs.load(Ordering::Relaxed);
    store.commit(set(2, "elsewhere", 2));
    settle().await;
    assert_eq!(
        (page.text().as_str(), runs.load(Ordering::Relaxed)),
        ("shown", before)
    );
}

#[test]
async fn a_commit_of_several_events_updates_the_view_once() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let (_page, store) = Page::with_store(Memory::new(), move || {
        let record = Arc::clone(&record);
        let count = use_query(|| Item::query().count());
        Effect::new(move || record.lock().unwrap().push(count.get()));
    })
    .await;
    store.commit([set(1, "", 0), set(2, "", 0), set(3, "", 0)]);
    settle().await;
    assert_eq!(*seen.lock().unwrap(), [0, 3]);
}

#[test]
async fn a_refused_commit_is_told_to_the_provider_and_by_the_receipt() {
    let errors = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&errors);
    let on_error = Callback::new(move |error: Arc<livestore_core::Error>| {
        record.lock().unwrap().push(error.to_string())
    });
    let refused = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&refused);
    let _page = Page::mount(move || {
        view! {
            <StoreProvider store_id="test" schema=schema adapter=Memory::new() on_error fallback=|_| ()>
                {
                    let store = use_store();
                    let receipt = store.commit(Refused {});
                    counted.fetch_add(u32::from(receipt.stage().is_err()), Ordering::Relaxed);
                    assert!(store.try_commit(Refused {}).is_err());
                }
            </StoreProvider>
        }
    });
    settle().await;
    assert_eq!(refused.load(Ordering::Relaxed), 1);
    let errors = errors.lock().unwrap();
    assert_eq!(
        errors.len(),
        1,
        "try_commit gives the error to its caller only"
    );
    assert!(
        errors[0].contains("v1.Refused") && errors[0].contains("on principle"),
        "{}",
        errors[0]
    );
}

#[test]
async fn raw_sql_that_does_not_run_is_an_error_of_try_use_query() {
    let (page, _) = Page::with_store(Memory::new(), || {
        let bad = try_use_query(|| sql("SELECT nothing FROM nowhere").rows::<(i64,)>());
        view! { {move || bad.get().map_err(|error| error.to_string()).unwrap_err()} }
    })
    .await;
    assert!(page.text().contains("nowhere"), "{}", page.text());
}

#[test]
async fn everything_is_dropped_with_its_owner_a_thousand_times() {
    let shown = RwSignal::new(false);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let row = || {
            let count = use_query(|| Item::query().count());
            let items = use_query(|| Item::query().order_by(Item::ID.asc()));
            view! { {count} <Rows each=items key=|item: &Item| item.id let:item>{move || item.get().text}</Rows> }
        };
        move || shown.get().then(row)
    })
    .await;
    store.commit([set(1, "a", 0), set(2, "b", 0)]);
    for _ in 0..1_000 {
        shown.set(true);
        tick().await;
        shown.set(false);
        tick().await;
    }
    assert_eq!(
        (page.text().as_str(), store.store().live_query_count()),
        ("", 0)
    );
    shown.set(true);
    settle().await;
    assert_eq!(
        (page.text().as_str(), store.store().live_query_count()),
        ("2ab", 2)
    );
}

#[test]
async fn unmounting_the_provider_closes_the_store() {
    let memory = Memory::new();
    let (page, store) =
        Page::with_store(memory.clone(), || use_query(|| Item::query().count()).get()).await;
    let store = store.store();
    store.commit(set(1, "", 0)).unwrap();
    page.unmount();
    settle().await;
    assert_eq!(store.status(), StoreStatus::Closed);
    let (again, _) = Page::with_store(memory, || use_query(|| Item::query().count()).get()).await;
    assert_eq!(again.text(), "1");
}

/// Rows update and stand in the data's order, whatever is edited, filtered and sorted at once.
#[test]
async fn rows_follow_a_query_through_random_edits_filters_and_sorts() {
    let least = RwSignal::new(0);
    let by_text = RwSignal::new(false);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let items = use_query(move || shown(least.get(), by_text.get()));
        view! {
            <ul>
                <Rows each=items key=|item: &Item| item.id let:item>
                    <li>{move || item.with(|item| format!("{} {}", item.id, item.text))}</li>
                </Rows>
            </ul>
        }
    })
    .await;
    let mut random = Random(7);
    for step in 0..400 {
        batch_of_changes(&mut random, &store, least, by_text);
        settle().await;
        let rows = page.root.query_selector_all("li").unwrap();
        let dom: Vec<_> = (0..rows.length())
            .map(|i| rows.get(i).unwrap().text_content().unwrap())
            .collect();
        let data = store
            .query(&shown(least.get_untracked(), by_text.get_untracked()))
            .unwrap();
        let data: Vec<_> = data
            .iter()
            .map(|item| format!("{} {}", item.id, item.text))
            .collect();
        assert_eq!(dom, data, "step {step}");
    }
}

fn shown(least: u32, by_text: bool) -> impl Query<Output = Vec<Item>> {
    let items = Item::query().filter(Item::RANK.ge(least));
    let first = if by_text {
        Item::TEXT.asc()
    } else {
        Item::RANK.desc()
    };
    items.order_by(first).order_by(Item::ID.asc())
}

fn batch_of_changes(
    random: &mut Random,
    store: &StoreHandle,
    least: RwSignal<u32>,
    by_text: RwSignal<bool>,
) {
    for _ in 0..=random.below(4) {
        let id = random.below(25);
        match random.below(8) {
            0 => store.commit(ItemRemoved { id }),
            _ => store.commit(set(
                id,
                &format!("text {}", random.below(30)),
                random.below(10),
            )),
        };
    }
    if random.below(3) == 0 {
        least.set(random.below(8));
    }
    if random.below(4) == 0 {
        by_text.update(|by_text| *by_text = !*by_text);
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(end)) as u32
    }
}
