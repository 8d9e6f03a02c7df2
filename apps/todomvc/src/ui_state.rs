//! This tab's own state in the store: the half-typed todo and the filter.
//!
//! The views read it with the hooks below and change it with client-only events.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use livestore_core::query::Select;
use livestore_leptos::prelude::*;

use crate::{
    filter::Filter,
    schema::{FilterChanged, UiState},
};

/// The text in the new-todo field.
pub fn use_new_todo_text() -> Signal<String> {
    let store = use_store();
    let text = use_query(move || {
        row_of(store.session_id())
            .select(UiState::NEW_TODO_TEXT)
            .first()
    });
    Signal::derive(move || text.get().unwrap_or_default())
}

/// The filter of the list.
pub fn use_filter() -> Signal<Filter> {
    let store = use_store();
    let filter = use_query(move || row_of(store.session_id()).select(UiState::FILTER).first());
    Signal::derive(move || filter.get().unwrap_or_default())
}

/// Makes the store follow the address bar: links, the back button and bookmarks choose the filter.
pub fn follow_address_bar() {
    let store = use_store();
    let hash = use_location().hash;
    Effect::new(move |_| {
        let filter = hash.with(|hash| Filter::from_hash(hash));
        store.commit(FilterChanged { filter });
    });
}

/// A session's row; there is none before its first event.
fn row_of(session_id: String) -> Select<UiState> {
    UiState::query().filter(UiState::SESSION_ID.eq(session_id))
}
