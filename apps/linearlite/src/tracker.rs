//! What people can do with issues: each method is one commit. What changes, makes or deletes issues and comments can be
//! undone and redone; new labels and names stay.
//!
//! Views call these and never commit events of the shared tables themselves. Nothing here knows of views.

mod changes;
mod create;
mod undo;

pub use self::{create::NewIssue, undo::Undo};

use leptos::prelude::*;
use livestore_core::prelude::*;
use livestore_leptos::prelude::*;

use crate::{
    queries,
    schema::{Issue, Settings, settings},
    ui::Toasts,
};

/// Whoever does something, and when: it stands in every event.
#[derive(Clone, Debug)]
pub struct Stamp {
    pub by: String,
    pub at: DateTime,
}

/// The commands on the store's issues; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Tracker {
    /// The store, for queries and for events that are this client's own.
    pub store: StoreHandle,
    toasts: Toasts,
    settings: Signal<Option<Settings>>,
    history: RwSignal<Vec<Undo>>,
    /// What was taken back since the last thing that was done.
    undone: RwSignal<Vec<Undo>>,
}

impl Tracker {
    /// Makes the commands of the enclosing store.
    pub fn new(toasts: Toasts) -> Self {
        Self {
            store: use_store(),
            toasts,
            settings: use_query(settings),
            history: RwSignal::new(Vec::new()),
            undone: RwSignal::new(Vec::new()),
        }
    }

    /// This browser's settings.
    pub fn settings(&self) -> Settings {
        self.settings.get().unwrap_or_default()
    }

    /// The id of who uses this browser.
    pub fn me(&self) -> Option<String> {
        self.settings
            .read()
            .as_ref()
            .and_then(|settings| settings.user_id.clone())
    }

    /// What stands in an event that is made now.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            by: untrack(|| self.me()).unwrap_or_default(),
            at: DateTime::now(),
        }
    }

    /// The issues of these ids.
    pub fn read(&self, ids: &[String]) -> Vec<Issue> {
        self.read_many(ids, |ids| Issue::query().filter(Issue::ID.is_in(ids)))
    }

    /// Those of these issues that are there and not deleted.
    pub fn living(&self, ids: &[String]) -> Vec<String> {
        self.read_many(ids, queries::living)
    }

    /// Reads something of issues, however many; people are told of an error.
    pub fn read_many<Q, T>(&self, ids: &[String], query: impl Fn(Vec<String>) -> Q) -> Vec<T>
    where
        Q: Query<Output = Vec<T>>,
    {
        queries::of_many(ids, query, |query| self.store.query(query)).unwrap_or_else(|error| {
            self.toasts.show(error.to_string());
            Vec::new()
        })
    }

    /// Takes back what was done last.
    pub fn undo(&self) {
        match self.history.try_update(Vec::pop).flatten() {
            Some(undo) => {
                self.take_back(&undo);
                if let Some(offer) = undo.toast() {
                    self.toasts.dismiss(offer);
                }
                self.toasts.show(format!("Undone: {}", undo.what()));
            }
            None => self.toasts.show("There is nothing to undo"),
        }
    }

    /// Does again what was taken back last.
    pub fn redo(&self) {
        match self.undone.try_update(Vec::pop).flatten() {
            Some(undo) => {
                undo.again();
                self.toasts.show(format!("Redone: {}", undo.what()));
                self.history.update(|history| history.push(undo));
            }
            None => self.toasts.show("There is nothing to redo"),
        }
    }

    fn take_back(&self, undo: &Undo) {
        undo.back();
        self.undone.update(|undone| undone.push(undo.clone()));
    }

    /// Keeps how to take back what was just done; `announce` also tells people that they can.
    fn done(&self, undo: Undo, announce: bool) {
        /// Nobody goes back further.
        const KEPT: usize = 50;
        let (tracker, id) = (*self, undo.id());
        let offer = || {
            let undo_it = move || tracker.undo_one(id);
            self.toasts
                .show_with(undo.what().to_owned(), "Undo", undo_it)
        };
        let undo = undo.clone().offered_by(announce.then(offer));
        self.undone.update(Vec::clear);
        self.history.update(|history| {
            history.push(undo);
            let excess = history.len().saturating_sub(KEPT);
            history.drain(..excess);
        });
    }

    /// Takes back one thing, which need not be the last.
    fn undo_one(&self, id: u64) {
        let undo = self.history.try_update(|history| {
            let at = history.iter().position(|undo| undo.id() == id)?;
            Some(history.remove(at))
        });
        if let Some(undo) = undo.flatten() {
            self.take_back(&undo);
        }
    }
}
