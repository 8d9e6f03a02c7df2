//! `use_client_document`.

use std::sync::{Arc, Mutex};

use leptos::{prelude::*, wasm_bindgen::JsCast, web_sys::HtmlInputElement};
use livestore_leptos::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test as test;

use crate::fixture::{Note, Page, UiState, set, settle};

/// A component with the document, and its setter for the test.
async fn with_document() -> (Page, StoreHandle, DocumentSetter<UiState>) {
    let slot = Arc::new(Mutex::new(None));
    let made = Arc::clone(&slot);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let (ui, set_ui) = use_client_document::<UiState>();
        *made.lock().unwrap() = Some(set_ui);
        view! { {move || ui.with(|ui| format!("{:?} {}", ui.text, ui.count))} }
    })
    .await;
    let setter = slot.lock().unwrap().take().unwrap();
    (page, store, setter)
}

/// UI-03: the default first, which is written by nobody; then what was set.
#[test]
async fn a_document_is_its_default_until_it_is_set() {
    let (page, store, setter) = with_document().await;
    assert_eq!(page.text(), "\"\" 0");
    assert_eq!(store.store().head().to_string(), "e0");
    setter.update(|ui| ui.count = 2);
    settle().await;
    setter.update(|ui| ui.text = "a".into());
    settle().await;
    assert_eq!(page.text(), "\"a\" 2");
    setter.set(UiState::default());
    settle().await;
    assert_eq!(page.text(), "\"\" 0");
}

/// UI-03: a call is one commit, and none where nothing changes.
#[test]
async fn a_call_of_the_setter_is_one_commit_of_what_changed() {
    let (_page, store, setter) = with_document().await;
    setter.set(UiState::default());
    setter.update(|_| ());
    assert_eq!(store.store().head().to_string(), "e0");
    setter.set(UiState {
        text: "a".into(),
        count: 1,
    });
    assert_eq!(store.store().head().to_string(), "e0.1");
}

/// UI-03: a commit of the set event from elsewhere shows too.
#[test]
async fn a_raw_commit_is_seen() {
    let (page, store, _) = with_document().await;
    store.commit(UiState::update().set(UiState::COUNT, 4_u32));
    settle().await;
    assert_eq!(page.text(), "\"\" 4");
}

/// UI-03: the key may change.
#[test]
async fn a_keyed_document_follows_its_key() {
    let key = RwSignal::new("one".to_owned());
    let slot = Arc::new(Mutex::new(None));
    let made = Arc::clone(&slot);
    let (page, store) = Page::with_store(Memory::new(), move || {
        let (note, set_note) = use_client_document_at::<Note>(move || key.get());
        *made.lock().unwrap() = Some(set_note);
        view! { {move || note.get().text} }
    })
    .await;
    let setter = slot.lock().unwrap().take().unwrap();
    setter.update(|note| note.text = "first".into());
    settle().await;
    assert_eq!(page.text(), "first");
    key.set("two".into());
    settle().await;
    assert_eq!(page.text(), "");
    setter.set(Note {
        text: "second".into(),
    });
    settle().await;
    assert_eq!(page.text(), "second");
    let first = store.query(&Note::get_at("one")).unwrap();
    assert_eq!(first.text, "first");
}

/// UI-03: what does not read the document does not run again, and three events are one update.
#[test]
async fn an_effect_runs_once_for_a_commit_of_several_events_and_not_for_other_data() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let (_page, store) = Page::with_store(Memory::new(), move || {
        let record = Arc::clone(&record);
        let (ui, _) = use_client_document::<UiState>();
        Effect::new(move || record.lock().unwrap().push(ui.get().count));
    })
    .await;
    let count = |count: u32| UiState::update().set(UiState::COUNT, count);
    store.commit((count(1), count(2), count(3)));
    settle().await;
    store.commit(set(1, "", 0));
    settle().await;
    assert_eq!(*seen.lock().unwrap(), [0, 3]);
}

#[test]
async fn an_input_shows_and_sets_a_field() {
    let (page, store) = Page::with_store(Memory::new(), || {
        let (ui, set_ui) = use_client_document::<UiState>();
        let typed = move |event: leptos::ev::Event| {
            set_ui.update(|ui| ui.text = event_target_value(&event))
        };
        view! { <input prop:value=move || ui.get().text on:input=typed/> }
    })
    .await;
    let input: HtmlInputElement = page
        .root
        .query_selector("input")
        .unwrap()
        .unwrap()
        .unchecked_into();
    input.set_value("typed");
    let event = leptos::web_sys::Event::new("input").unwrap();
    input.dispatch_event(&event).unwrap();
    settle().await;
    let document = store.store().document::<UiState>();
    assert_eq!(store.query(&document).unwrap().text, "typed");
    store.commit(UiState::set(&UiState::default()));
    settle().await;
    assert_eq!(input.value(), "");
}
