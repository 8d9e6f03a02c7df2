//! What a page is in the middle of: where the cursor is, what is selected, which menu is open.
//!
//! Nobody else needs it and a reload may forget it, so it is in plain signals. What should outlive a reload is in the
//! address (`view`) or in the store (`schema::local`).

mod cursor;
mod opener;
mod overlay;
mod toasts;

pub use self::{
    cursor::{Cursor, Shown, Step},
    opener::Opener,
    overlay::{Anchor, Overlay, Picker, Preset},
    toasts::{Toast, Toasts},
};

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use leptos::{ev, prelude::*};
use livestore_core::prelude::DateTime;
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
    /// Where it was in views that were left, by their addresses.
    left: StoredValue<HashMap<String, Cursor>>,
    /// The list or board that is shown.
    pub shown: RwSignal<Option<Shown>>,
    /// The issue whose page is shown.
    pub issue: RwSignal<Option<String>>,
    /// Whether a card is in somebody's hand, who has the keyboard then.
    pub dragging: RwSignal<bool>,
    /// How many samples are made, and of how many, while they are.
    pub seeding: RwSignal<Option<(usize, usize)>>,
    /// The time, to a minute.
    pub now: RwSignal<DateTime>,
    opener: Opener,
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
        left: StoredValue::new(HashMap::new()),
        shown: RwSignal::new(None),
        issue: RwSignal::new(None),
        dragging: RwSignal::new(false),
        seeding: RwSignal::new(None),
        now: RwSignal::new(DateTime::now()),
        opener: Opener::default(),
        people: use_query(queries::people),
        labels: use_query(queries::labels),
    };
    provide_context(ui);
    ui.follow_time();
    ui
}

/// Returns the page's state.
pub fn use_ui() -> Ui {
    expect_context()
}

impl Ui {
    /// The issues that an action is about: the one whose page is shown, else the selected ones that are not deleted,
    /// else the one at the cursor.
    pub fn targets(&self) -> Vec<String> {
        if let Some(issue) = self.issue.get() {
            return vec![issue];
        }
        let selected = self.selected.get();
        if !selected.is_empty() {
            let selected: Vec<String> = selected.into_iter().collect();
            return self.tracker.living(&selected);
        }
        self.at_cursor().into_iter().collect()
    }

    /// Whether an action would be about anything.
    pub fn has_target(&self) -> bool {
        self.issue.read().is_some()
            || !self.selected.read().is_empty()
            || self.at_cursor().is_some()
    }

    /// The issue at the cursor, as long as it is in the view.
    pub fn at_cursor(&self) -> Option<String> {
        let (id, shown) = (self.cursor.get()?.id, self.shown.get()?);
        shown.has.run(id.clone()).then_some(id)
    }

    /// Selects nothing.
    pub fn clear_selection(&self) {
        if !self.selected.read_untracked().is_empty() {
            self.selected.update(BTreeSet::clear);
        }
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
        self.opener.remember();
        self.overlay.set(Some(overlay));
    }

    /// Closes what is open.
    pub fn close(&self) {
        self.overlay.set(None);
    }

    /// Gives the focus back to what had it before the first of the dialogs that followed each other.
    pub fn refocus(&self) {
        if self.overlay.try_with_untracked(Option::is_none) == Some(true) {
            self.opener.focus();
        }
    }

    /// Follows the time; who comes back to the page sees the right one at once.
    fn follow_time(self) {
        const STEP: Duration = Duration::from_secs(30);
        let look = move || self.now.set(DateTime::now());
        let interval = set_interval_with_handle(look, STEP).ok();
        let focus = window_event_listener(ev::focus, move |_| look());
        on_cleanup(move || {
            focus.remove();
            if let Some(interval) = interval {
                interval.clear();
            }
        });
    }
}
