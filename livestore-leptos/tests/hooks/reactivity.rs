//! How queries behave among Leptos's signals, memos and effects: the `RX` ids of the behaviour document.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use leptos::prelude::*;
use livestore_leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::fixture::{Item, Page, set, settle};

/// Runs the hooks in a component on a store, and gives what they returned.
async fn within<T: Send + 'static>(
    hooks: impl Fn() -> T + Clone + Send + Sync + 'static,
) -> (Page, StoreHandle, T) {
    let slot = Arc::new(Mutex::new(None));
    let made = Arc::clone(&slot);
    let (page, store) = Page::with_store(Memory::new(), move || {
        *made.lock().unwrap() = Some(hooks());
    })
    .await;
    let made = slot.lock().unwrap().take().unwrap();
    (page, store, made)
}

fn rank(id: u32) -> Signal<Option<u32>> {
    use_query(move || {
        Item::query()
            .filter(Item::ID.eq(id))
            .select(Item::RANK)
            .first()
    })
}

/// Counts how often it is computed.
fn counted<T: Clone + PartialEq + Send + Sync + 'static>(
    count: &Arc<AtomicU32>,
    compute: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    let count = Arc::clone(count);
    Memo::new(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        compute()
    })
}

#[test]
async fn rx_01_02_a_value_is_there_at_once_and_a_commit_shows_in_what_is_derived() {
    let (_page, store, (value, derived)) = within(|| {
        let value = rank(1);
        (value, Memo::new(move |_| value.get().map(|rank| rank * 2)))
    })
    .await;
    assert_eq!(
        (value.get_untracked(), derived.get_untracked()),
        (None, None)
    );
    store.commit(set(1, "", 4));
    assert_eq!(
        (value.get_untracked(), derived.get_untracked()),
        (Some(4), Some(8)),
        "without waiting for anything"
    );
}

#[test]
async fn rx_03_a_query_that_nobody_reads_is_not_run() {
    let (_page, store, value) = within(|| rank(1)).await;
    assert_eq!(store.store().live_query_count(), 0);
    store.commit(set(1, "", 4));
    settle().await;
    assert_eq!(store.store().live_query_count(), 0);
    assert_eq!(value.get_untracked(), Some(4));
    assert_eq!(store.store().live_query_count(), 1);
}

#[test]
async fn rx_04_05_what_reads_another_row_or_an_equal_result_is_not_computed_again() {
    let runs = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&runs);
    let (_page, store, derived) = within(move || {
        let value = rank(1);
        counted(&count, move || value.get())
    })
    .await;
    store.commit(set(1, "one", 4));
    assert_eq!(derived.get_untracked(), Some(4));
    let before = runs.load(Ordering::Relaxed);
    store.commit(set(2, "two", 5));
    store.commit(set(1, "the same rank", 4));
    assert_eq!(derived.get_untracked(), Some(4));
    assert_eq!(runs.load(Ordering::Relaxed), before);
}

#[test]
async fn rx_06_13_two_changes_at_once_and_a_diamond_are_one_computation() {
    let runs = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&runs);
    let (_page, store, sum) = within(move || {
        let (one, two) = (rank(1), rank(2));
        let twice = Memo::new(move |_| one.get().unwrap_or(0) * 2);
        counted(&count, move || {
            twice.get() + one.get().unwrap_or(0) + two.get().unwrap_or(0)
        })
    })
    .await;
    assert_eq!(sum.get_untracked(), 0);
    store.commit((set(1, "", 1), set(2, "", 10)));
    assert_eq!((sum.get_untracked(), sum.get_untracked()), (13, 13));
    assert_eq!(runs.load(Ordering::Relaxed), 2);
}

#[test]
async fn rx_07_08_an_effect_runs_after_the_component_and_again_when_the_result_is_another() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let (_page, store, at_once) = within(move || {
        let (value, log) = (rank(1), Arc::clone(&record));
        Effect::new(move || log.lock().unwrap().push(value.get()));
        record.lock().unwrap().len()
    })
    .await;
    assert_eq!(at_once, 0);
    store.commit(set(1, "", 1));
    settle().await;
    assert_eq!(*seen.lock().unwrap(), [None, Some(1)]);
}

#[test]
async fn rx_09_commits_of_one_turn_are_one_run_of_an_effect() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let (_page, store, ()) = within(move || {
        let (value, log) = (rank(1), Arc::clone(&record));
        Effect::new(move || log.lock().unwrap().push(value.get()));
    })
    .await;
    for rank in 1..=3 {
        store.commit(set(1, "", rank));
    }
    assert_eq!(*seen.lock().unwrap(), [None]);
    settle().await;
    assert_eq!(*seen.lock().unwrap(), [None, Some(3)]);
}

#[test]
async fn rx_10_11_what_is_gone_runs_no_more_and_its_signals_say_so() {
    let seen = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&seen);
    let (page, store, value) = within(move || {
        let (value, count) = (rank(1), Arc::clone(&count));
        Effect::new(move || {
            value.track();
            count.fetch_add(1, Ordering::Relaxed);
        });
        value
    })
    .await;
    let store = store.store();
    store.commit(set(1, "", 1)).unwrap();
    page.unmount();
    settle().await;
    assert_eq!(seen.load(Ordering::Relaxed), 1);
    assert_eq!(value.try_get_untracked(), None);
    assert_eq!(store.live_query_count(), 0);
}

#[test]
async fn rx_12_a_branch_that_is_not_taken_is_not_followed() {
    let runs = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&runs);
    let (_page, store, (first, chosen)) = within(move || {
        let first = RwSignal::new(true);
        let (one, two) = (rank(1), rank(2));
        let chosen = counted(
            &count,
            move || if first.get() { one.get() } else { two.get() },
        );
        (first, chosen)
    })
    .await;
    store.commit((set(1, "", 1), set(2, "", 2)));
    assert_eq!(chosen.get_untracked(), Some(1));
    let before = runs.load(Ordering::Relaxed);
    store.commit(set(2, "", 3));
    assert_eq!(chosen.get_untracked(), Some(1));
    assert_eq!(runs.load(Ordering::Relaxed), before);
    first.set(false);
    assert_eq!(chosen.get_untracked(), Some(3));
    let before = runs.load(Ordering::Relaxed);
    store.commit(set(1, "", 9));
    assert_eq!(chosen.get_untracked(), Some(3));
    assert_eq!(runs.load(Ordering::Relaxed), before);
}

#[test]
async fn rx_15_there_is_no_store_outside_of_a_provider() {
    let found = Arc::new(Mutex::new(None));
    let slot = Arc::clone(&found);
    let _page = Page::mount(move || {
        *slot.lock().unwrap() = Some((
            try_use_store().is_some(),
            try_use_store_by_id("x").is_some(),
        ));
    });
    assert_eq!(*found.lock().unwrap(), Some((false, false)));
}

#[test]
async fn rx_16_17_18_an_effect_may_commit_what_other_effects_read() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let (_page, store, ()) = within(move || {
        let (one, two, log) = (rank(1), rank(2), Arc::clone(&record));
        let store = use_store();
        Effect::new(move || {
            if let Some(rank) = one.get() {
                store.commit(set(2, "", rank + 1));
            }
        });
        Effect::new(move || log.lock().unwrap().push(two.get()));
    })
    .await;
    store.commit(set(1, "", 5));
    settle().await;
    assert_eq!(seen.lock().unwrap().last(), Some(&Some(6)));
}

#[test]
async fn rx_19_a_query_may_be_made_inside_of_what_another_one_feeds() {
    let (_page, store, ranks) = within(|| {
        let ids = use_query(|| Item::query().order_by(Item::ID.asc()).keys());
        Memo::new(move |_| {
            let rows = ids.get().into_iter().map(rank);
            rows.map(|rank| rank.get()).collect::<Vec<_>>()
        })
    })
    .await;
    store.commit([set(1, "", 1), set(2, "", 2)]);
    assert_eq!(ranks.get_untracked(), [Some(1), Some(2)]);
    store.commit(set(2, "", 3));
    assert_eq!(ranks.get_untracked(), [Some(1), Some(3)]);
    assert_eq!(
        store.store().live_query_count(),
        3,
        "those before were given up"
    );
}
