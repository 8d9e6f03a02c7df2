//! What a page is in the middle of: where the cursor is, what is selected, which menu is open.
//!
//! Nobody else needs it and a reload may forget it, so it is in plain signals. What should outlive a reload is in the
//! address (`view`) or in the store (`schema::local`).

mod cursor;
mod overlay;
mod toasts;

pub use self::{
    cursor::{Cursor, Shown, Step},
    overlay::{Anchor, Overlay, Picker},
    toasts::{Toast, Toasts},
};

use std::collections::BTreeSet;

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use crate::{
    queries,
    schema::{Label, User},
    tracker::Tracker,
    view::{Address, use_address},
};

/// The page's state and what can be done with it; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Ui {
    pub tracker: Tracker,
    pub address: Address,
    pub toasts: Toasts,
    /// The dialog or menu that is open.
    pub overlay: RwSignal<Option<Overlay>>,
    /// The selected issues.
    pub selected: RwSignal<BTreeSet<String>>,
    /// Where the keyboard is in the list or board.
    pub cursor: RwSignal<Option<Cursor>>,
    /// The list or board that is shown.
    pub shown: RwSignal<Option<Shown>>,
    /// The issue whose page is shown.
    pub issue: RwSignal<Option<String>>,
    /// Everyone, by name.
    pub people: Signal<Vec<User>>,
    /// All labels, by name.
    pub labels: Signal<Vec<Label>>,
}

/// Makes the page's state known to everything below.
pub fn provide_ui() -> Ui {
    let toasts = Toasts::new();
    let ui = Ui {
        tracker: Tracker::new(toasts),
        address: use_address(),
        toasts,
        overlay: RwSignal::new(None),
        selected: RwSignal::new(BTreeSet::new()),
        cursor: RwSignal::new(None),
        shown: RwSignal::new(None),
        issue: RwSignal::new(None),
        people: use_query(queries::people),
        labels: use_query(queries::labels),
    };
    provide_context(ui);
    ui
}

/// Returns the page's state.
pub fn use_ui() -> Ui {
    expect_context()
}

impl Ui {
    /// The issues that an action is about: the one whose page is shown, else the selected ones, else the one at the
    /// cursor.
    pub fn targets(&self) -> Vec<String> {
        if let Some(issue) = self.issue.get() {
            return vec![issue];
        }
        let selected = self.selected.get();
        if !selected.is_empty() {
            return selected.into_iter().collect();
        }
        self.cursor
            .get()
            .map(|cursor| cursor.id)
            .into_iter()
            .collect()
    }

    /// The issues that a menu opened on one of them is about: all selected ones if it is one of those.
    pub fn targets_at(&self, id: &str) -> Vec<String> {
        let selected = self.selected.get_untracked();
        if selected.contains(id) {
            selected.into_iter().collect()
        } else {
            vec![id.to_owned()]
        }
    }

    /// Selects an issue or no longer does.
    pub fn toggle_selected(&self, id: &str) {
        self.selected.update(|selected| {
            if !selected.remove(id) {
                selected.insert(id.to_owned());
            }
        });
    }

    /// Opens an issue's page.
    pub fn open_issue(&self, id: &str) {
        self.address.open(&format!("/issue/{id}"));
    }

    /// The name of a person.
    pub fn name_of(&self, id: &str) -> Option<String> {
        let people = self.people.read();
        people
            .iter()
            .find(|user| user.id == id)
            .map(|user| user.name.clone())
    }

    /// Opens a dialog or menu in place of the one that is open.
    pub fn show(&self, overlay: Overlay) {
        self.overlay.set(Some(overlay));
    }

    /// Closes what is open.
    pub fn close(&self) {
        self.overlay.set(None);
    }
}
