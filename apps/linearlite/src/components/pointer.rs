//! What a row and a card have in common: whether they are pointed at or selected, and what the mouse does on them.

use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast};
use web_sys::Element;

use crate::ui::{Anchor, Cursor, Overlay, Ui, use_ui};

/// An issue in a list or on a board, and where it stands there.
#[derive(Clone, Copy)]
pub struct Placed<P: 'static> {
    ui: Ui,
    id: StoredValue<String>,
    selected: Memo<bool>,
    place: P,
}

impl<P> Placed<P>
where
    P: Fn(&str) -> (usize, usize) + Copy + Send + Sync + 'static,
{
    /// An issue; `place` says where it stands, by group and row.
    pub fn new(id: String, place: P) -> Self {
        let ui = use_ui();
        let id = StoredValue::new(id);
        let selected = Memo::new(move |_| {
            ui.selected
                .with(|selected| id.with_value(|id| selected.contains(id)))
        });
        Self {
            ui,
            id,
            selected,
            place,
        }
    }

    pub fn id(&self) -> String {
        self.id.get_value()
    }

    /// The id of its element.
    pub fn element_id(&self) -> String {
        self.id.with_value(|id| format!("issue-{id}"))
    }

    pub fn href(&self) -> String {
        self.ui.address.href(&format!("/issue/{}", self.id()))
    }

    /// Whether the cursor is on it.
    pub fn is_current(&self) -> bool {
        let id = self.id;
        let is_it = |cursor: &Cursor| id.with_value(|id| cursor.id == *id);
        self.ui.cursor.read().as_ref().is_some_and(is_it)
    }

    pub fn is_selected(&self) -> Memo<bool> {
        self.selected
    }

    /// Where it stands; reading that follows the list's changes.
    pub fn place(&self) -> (usize, usize) {
        self.id.with_value(|id| (self.place)(id))
    }

    /// Where it stands at this moment; nobody follows what is read.
    pub fn place_now(&self) -> (usize, usize) {
        untrack(|| self.place())
    }

    /// The mouse moves over it.
    pub fn point(&self, event: &MouseEvent) {
        if has_moved(event) {
            point_at(self.ui, self.id(), self.place_now());
        }
    }

    /// It is clicked.
    pub fn open(&self, event: &MouseEvent) {
        if !is_on_control(event) {
            self.ui.open_issue(&self.id());
        }
    }

    /// Its menu is asked for.
    pub fn menu(&self, event: &MouseEvent) {
        open_menu(self.ui, event, self.id(), self.place_now());
    }
}

/// Whether the mouse itself has moved; browsers also say so when something has moved under it.
pub fn has_moved(event: &MouseEvent) -> bool {
    event.movement_x() != 0 || event.movement_y() != 0
}

/// Whether a click is a control's own business.
fn is_on_control(event: &MouseEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.closest("a, button, input"), Ok(Some(_))))
}

/// Puts the cursor on an issue: what the mouse is on, keys are for.
fn point_at(ui: Ui, id: String, (group, row): (usize, usize)) {
    let is_there = |cursor: &Option<Cursor>| cursor.as_ref().is_some_and(|cursor| cursor.id == id);
    if !ui.cursor.with_untracked(is_there) {
        ui.cursor.set(Some(Cursor { group, row, id }));
    }
}

/// Opens the menu of an issue at the mouse. If others are selected and it is not, it is about this one alone.
pub fn open_menu(ui: Ui, event: &MouseEvent, id: String, place: (usize, usize)) {
    event.prevent_default();
    if !ui
        .selected
        .with_untracked(|selected| selected.contains(&id))
    {
        ui.clear_selection();
    }
    point_at(ui, id, place);
    let at = Anchor::Point(event.client_x().into(), event.client_y().into());
    ui.show(Overlay::Context(at));
}
