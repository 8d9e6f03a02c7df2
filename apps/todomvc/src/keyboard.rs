//! Keys and focus: what the browser doesn't do by itself for people who don't use a mouse.

use leptos::{
    ev::KeyboardEvent,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};

/// The key of the event, unless an input method is using it: there, Enter accepts a word.
pub fn pressed_key(ev: &KeyboardEvent) -> Option<String> {
    // Safari ends the composition before it sends the key, and marks that key with this code.
    const USED_BY_INPUT_METHOD: u32 = 229;
    let composing = ev.is_composing() || ev.key_code() == USED_BY_INPUT_METHOD;
    (!composing).then(|| ev.key())
}

/// Gives a row's checkbox the focus when the row's edit field, which has it now, is gone.
pub fn keep_focus_in(row: &Element) {
    if has_focus(row) {
        let row = row.clone();
        request_animation_frame(move || focus(row.query_selector(".toggle").ok().flatten()));
    }
}

/// Moves the focus out of a row that is about to go: to the next, the one before, or the new-todo field.
pub fn focus_beside(row: &Element) {
    if has_focus(row) {
        let neighbour = row
            .next_element_sibling()
            .or_else(|| row.previous_element_sibling());
        let target = match neighbour {
            Some(neighbour) => neighbour.query_selector(".toggle"),
            None => document().query_selector(".new-todo"),
        };
        focus(target.ok().flatten());
    }
}

/// Whether someone who uses the keyboard is in this row; a mouse or a finger shows no focus.
fn has_focus(row: &Element) -> bool {
    row.query_selector(":focus-visible")
        .is_ok_and(|focused| focused.is_some())
}

fn focus(element: Option<Element>) {
    if let Some(element) = element {
        // An element that can't take the focus leaves it where it is.
        _ = element.unchecked_into::<HtmlElement>().focus();
    }
}
