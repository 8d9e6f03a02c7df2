//! The mouse on a row or card.

use leptos::{ev::MouseEvent, prelude::*, wasm_bindgen::JsCast};
use web_sys::Element;

use crate::ui::{Anchor, Cursor, Overlay, Ui};

/// Whether the mouse itself has moved; browsers also say so when something has moved under it.
pub fn has_moved(event: &MouseEvent) -> bool {
    event.movement_x() != 0 || event.movement_y() != 0
}

/// Whether a click is a control's own business.
pub fn is_on_control(event: &MouseEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| matches!(target.closest("a, button, input"), Ok(Some(_))))
}

/// Puts the cursor on an issue: what the mouse is on, keys are for.
pub fn point_at(ui: Ui, id: String, (group, row): (usize, usize)) {
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
        ui.selected.update(|selected| selected.clear());
    }
    point_at(ui, id, place);
    let at = Anchor::Point(event.client_x().into(), event.client_y().into());
    ui.show(Overlay::Context(at));
}
