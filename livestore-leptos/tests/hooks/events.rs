//! `use_event_stream`.

use std::sync::{Arc, Mutex};

use leptos::prelude::*;
use livestore_leptos::{EventStreamState, prelude::*};
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::fixture::{ItemRemoved, Page, set, settle};

fn names(events: Signal<Vec<StreamedEvent>>) -> impl Fn() -> String + Copy {
    move || {
        events.with(|events| {
            let name = |event: &StreamedEvent| format!("{}:{} ", event.event.seq, event.event.name);
            events.iter().map(name).collect()
        })
    }
}

#[test]
async fn events_that_are_there_come_first_and_then_those_that_are_committed() {
    let (page, store) = Page::with_store(Memory::new(), || {
        use_store().commit(set(1, "", 0));
        let stream = use_event_stream(EventFilter::new);
        view! { {names(stream.events)} }
    })
    .await;
    settle().await;
    assert_eq!(page.text(), "e1:v1.ItemSet ");
    store.commit(ItemRemoved { id: 1 });
    settle().await;
    assert_eq!(page.text(), "e1:v1.ItemSet e2:v1.ItemRemoved ");
}

#[test]
async fn the_filter_names_events_and_a_place_and_is_read_again_when_its_signals_change() {
    let since = RwSignal::new(0);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let stream = use_event_stream(move || {
            let since = format!("e{}", since.get()).parse().unwrap();
            EventFilter::new().names(["v1.ItemSet"]).since(since)
        });
        view! { {names(stream.events)} }
    })
    .await;
    store.commit((set(1, "", 0), ItemRemoved { id: 1 }, set(2, "", 0)));
    settle().await;
    assert_eq!(page.text(), "e1:v1.ItemSet e3:v1.ItemSet ");
    since.set(1);
    settle().await;
    assert_eq!(page.text(), "e3:v1.ItemSet ");
}

#[test]
async fn the_signal_keeps_the_newest_events_and_the_listener_hears_of_all() {
    let heard = Arc::new(Mutex::new(0));
    let count = Arc::clone(&heard);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let count = Arc::clone(&count);
        let options = UseEventStreamOptions::default()
            .keep(2)
            .on_event(move |_| *count.lock().unwrap() += 1);
        let stream = use_event_stream_with_options(EventFilter::new, options);
        view! { {names(stream.events)} }
    })
    .await;
    store.commit((0..600).map(|id| set(id, "", 0)).collect::<Vec<_>>());
    settle().await;
    store.commit(ItemRemoved { id: 1 });
    settle().await;
    assert_eq!(page.text(), "e600:v1.ItemSet e601:v1.ItemRemoved ");
    assert_eq!(*heard.lock().unwrap(), 601);
}

#[test]
async fn a_stream_that_is_to_end_ends() {
    let (page, store) = Page::with_store(Memory::new(), || {
        let until = "e2".parse().unwrap();
        let stream = use_event_stream(move || EventFilter::new().until(until));
        let ended = move || matches!(*stream.state.read(), EventStreamState::Ended);
        view! { {names(stream.events)} {ended} }
    })
    .await;
    store.commit(set(1, "", 0));
    settle().await;
    assert_eq!(page.text(), "e1:v1.ItemSet false");
    store.commit((set(2, "", 0), set(3, "", 0)));
    settle().await;
    assert_eq!(page.text(), "e1:v1.ItemSet e2:v1.ItemSet true");
}

#[test]
async fn a_listener_of_a_component_that_is_gone_hears_nothing() {
    let shown = RwSignal::new(true);
    let heard = Arc::new(Mutex::new(0));
    let count = Arc::clone(&heard);
    let (_page, store) = Page::with_store(Memory::new(), move || {
        let count = Arc::clone(&count);
        move || {
            let count = Arc::clone(&count);
            shown.get().then(move || {
                let options =
                    UseEventStreamOptions::default().on_event(move |_| *count.lock().unwrap() += 1);
                use_event_stream_with_options(EventFilter::new, options);
            })
        }
    })
    .await;
    store.commit(set(1, "", 0));
    settle().await;
    shown.set(false);
    settle().await;
    store.commit(set(2, "", 0));
    settle().await;
    assert_eq!(*heard.lock().unwrap(), 1);
}
