//! Providers: several stores, another id, `Suspense` and `ErrorBoundary`.

use std::sync::{Arc, Mutex};

use leptos::{prelude::*, task::tick};
use livestore_leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::fixture::{Item, Page, schema, set, settle};

#[component]
fn Count() -> impl IntoView {
    let count = use_query(|| Item::query().count());
    view! { {count} " in " {use_store().store().id().to_string()} "; " }
}

#[test]
async fn hooks_are_on_the_nearest_store_or_on_the_one_they_are_scoped_to() {
    let page = Page::mount(|| {
        view! {
            <StoreProvider store_id="outer" schema=schema adapter=Memory::new() fallback=|_| ()>
                <StoreProvider store_id="inner" schema=schema adapter=Memory::new() fallback=|_| ()>
                    {
                        use_store_by_id("outer").commit([set(1, "", 0), set(2, "", 0)]);
                        use_store().commit(set(1, "", 0));
                        use_store_by_id("outer").scope(|| view! { <Count/> }.into_any())
                    }
                    <Count/>
                    {use_store_by_id("inner").session_id() == use_store().session_id()}
                    {try_use_store_by_id("third").is_none()}
                </StoreProvider>
            </StoreProvider>
        }
    });
    settle().await;
    settle().await;
    assert_eq!(page.text(), "2 in outer; 1 in inner; truetrue");
}

#[test]
async fn what_was_made_in_a_scope_goes_with_its_component() {
    let shown = RwSignal::new(true);
    let (_page, store) = Page::with_store(Memory::new(), move || {
        let store = use_store();
        move || {
            shown.get().then(|| {
                let count = store.scope(|| use_query(|| Item::query().count()));
                view! { {count} }
            })
        }
    })
    .await;
    assert_eq!(store.store().live_query_count(), 1);
    shown.set(false);
    settle().await;
    assert_eq!(store.store().live_query_count(), 0);
}

/// UI-01: another store id yields another store; UI-02: its queries are fresh ones.
#[test]
async fn another_id_is_another_store_and_the_one_before_is_closed() {
    let id = RwSignal::new("one".to_owned());
    let stores = Arc::new(Mutex::new(Vec::new()));
    let opened = Arc::clone(&stores);
    let page = Page::mount(move || {
        view! {
            <StoreProvider store_id=id schema=schema adapter=Memory::new() fallback=|_| "opening">
                {
                    opened.lock().unwrap().push(use_store().store());
                    view! { <Count/> }
                }
            </StoreProvider>
        }
    });
    settle().await;
    let first = stores.lock().unwrap()[0].clone();
    first.commit(set(1, "", 0)).unwrap();
    settle().await;
    assert_eq!(page.text(), "1 in one; ");
    id.set("two".into());
    settle().await;
    assert_eq!(page.text(), "0 in two; ");
    assert_eq!(first.status(), StoreStatus::Closed);
    assert_eq!(first.live_query_count(), 0);
    id.set("one".into());
    settle().await;
    assert_eq!(page.text(), "1 in one; ", "its events are still there");
}

/// An id that changes while its store is being opened: the last one counts.
#[test]
async fn of_ids_in_quick_succession_the_last_one_counts() {
    let id = RwSignal::new("one".to_owned());
    let page = Page::mount(move || {
        view! {
            <StoreProvider store_id=id schema=schema adapter=Memory::new() fallback=|_| "opening">
                <Count/>
            </StoreProvider>
        }
    });
    for next in ["two", "three", "four"] {
        tick().await;
        id.set(next.into());
    }
    settle().await;
    assert_eq!(page.text(), "0 in four; ");
}

fn suspending(id: RwSignal<String>) -> impl IntoView {
    view! {
        <ErrorBoundary fallback=|errors| {
            move || errors.read().iter().map(|(_, error)| error.to_string()).collect::<String>()
        }>
            <Suspense fallback=|| "suspended">
                <SuspendingStoreProvider store_id=id schema=schema adapter=Memory::new()>
                    <Count/>
                </SuspendingStoreProvider>
            </Suspense>
        </ErrorBoundary>
    }
}

/// UI-01: Suspense's fallback, then the content; and again for another id.
#[test]
async fn a_suspending_provider_shows_the_fallback_of_the_suspense_around_it() {
    let id = RwSignal::new("one".to_owned());
    let page = Page::mount(move || suspending(id));
    // Suspense shows it from the effect that finds out that something is pending.
    let mut shown = Vec::new();
    for _ in 0..6 {
        tick().await;
        shown.push(page.text());
    }
    assert!(shown.contains(&"suspended".to_owned()), "{shown:?}");
    settle().await;
    assert_eq!(page.text(), "0 in one; ");
    id.set("two".into());
    settle().await;
    assert_eq!(page.text(), "0 in two; ");
}

/// UI-01: a store that can't be opened is an error of the boundary around it.
#[test]
async fn a_suspending_provider_hands_its_failure_to_the_error_boundary_around_it() {
    let id = RwSignal::new("not a store id".to_owned());
    let page = Page::mount(move || suspending(id));
    settle().await;
    assert!(
        page.text().contains("invalid store id `not a store id`"),
        "{}",
        page.text()
    );
}
