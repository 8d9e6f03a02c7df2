//! Texts that are half written: in the store, so that a reload finds them, and each tab has its own.

use leptos::prelude::*;
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use crate::schema::{Draft, DraftChanged, DraftEnded};

/// A draft of this tab; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct DraftOf {
    place: StoredValue<String>,
    own: Memo<Option<String>>,
    text: Memo<Option<String>>,
    /// Whether this tab has written or ended it since it is shown.
    touched: RwSignal<bool>,
    store: StoreHandle,
}

/// Follows the draft for a place: this tab's, or, until this tab writes one, what another tab has or has left.
pub fn use_draft(place: impl Into<String>) -> DraftOf {
    let (place, store) = (StoredValue::new(place.into()), use_store());
    let all = use_query(move || {
        Draft::query()
            .filter(Draft::PLACE.eq(place.get_value()))
            .order_by(Draft::SESSION_ID.asc())
            .select((Draft::SESSION_ID, Draft::TEXT))
    });
    let session = store.session_id();
    let own = Memo::new(move |_| {
        let all = all.read();
        let own = all.iter().find(|(of, _)| *of == session);
        own.map(|(_, text)| text.clone())
    });
    let touched = RwSignal::new(false);
    let text = Memo::new(move |_| {
        let own = own.get();
        if own.is_some() || touched.get() {
            return own;
        }
        let all = all.read();
        let other = all.iter().rfind(|(_, text)| !text.is_empty());
        other.map(|(_, text)| text.clone())
    });
    DraftOf {
        place,
        own,
        text,
        touched,
        store,
    }
}

impl DraftOf {
    /// What is written so far; none if nothing is.
    pub fn text(&self) -> Option<String> {
        self.text.get()
    }

    /// What the draft is for.
    pub fn place(&self) -> String {
        self.place.get_value()
    }

    /// Keeps what is written.
    pub fn write(&self, text: String) {
        if self.own.get_untracked().as_ref() != Some(&text) {
            let place = self.place();
            self.store.commit(DraftChanged { place, text });
        }
        self.touched.set(true);
    }

    /// Makes what is shown this tab's own, so that its end is the end of the text it was taken from.
    pub fn take_up(&self) {
        if let Some(text) = self.text.get_untracked() {
            self.write(text);
        }
    }

    /// Ends the draft.
    pub fn end(&self) {
        self.take_up();
        if self.own.get_untracked().is_some() {
            let place = self.place();
            self.store.commit(DraftEnded { place });
        }
    }
}
