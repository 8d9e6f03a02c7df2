//! From keys to actions.

use std::cell::RefCell;

use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use web_sys::{Element, KeyboardEvent};

use super::{Action, all};
use crate::ui::Ui;

/// How long the first of two keys waits for the second, in milliseconds.
const WAITS: f64 = 1_200.0;

/// Runs actions by their keys, as long as the component that calls this is there.
pub fn listen(ui: Ui) {
    let first = StoredValue::new_local(First::default());
    let listener = window_event_listener(ev::keydown, move |event| {
        // A dialog that is open has the keyboard, and so have a card that is carried and an input method.
        if ui.overlay.read_untracked().is_some()
            || ui.dragging.get_untracked()
            || event.is_composing()
        {
            return;
        }
        let Some(key) = spelled(&event) else {
            return;
        };
        if is_writing(&event) && !key.starts_with("mod+k") {
            return;
        }
        let keys = first.with_value(|first| first.then(&key));
        if let Some(action) = action_of(ui, &keys) {
            event.prevent_default();
            (action.run)(ui);
        } else if starts_something(&keys) {
            event.prevent_default();
            first.with_value(|first| first.wait(keys));
        }
    });
    on_cleanup(move || listener.remove());
}

/// The first of two keys, and until when it waits for the second.
#[derive(Default)]
struct First {
    waiting: RefCell<Option<(String, f64)>>,
}

impl First {
    /// What has been typed with this key; nothing waits any more.
    fn then(&self, key: &str) -> String {
        match self.waiting.take() {
            Some((first, until)) if js_sys::Date::now() < until => format!("{first} {key}"),
            _ => key.to_owned(),
        }
    }

    fn wait(&self, keys: String) {
        let until = js_sys::Date::now() + WAITS;
        self.waiting.replace(Some((keys, until)));
    }
}

/// The key as the actions spell it; none for a modifier alone.
fn spelled(event: &KeyboardEvent) -> Option<String> {
    let key = event.key().to_lowercase();
    if matches!(
        &*key,
        "shift" | "control" | "alt" | "meta" | "capslock" | "dead"
    ) {
        return None;
    }
    let mut out = String::new();
    if event.ctrl_key() || event.meta_key() {
        out.push_str("mod+");
    }
    if event.alt_key() {
        out.push_str("alt+");
    }
    // A sign such as `?` has its Shift in it.
    let is_sign = key.chars().count() == 1 && !key.chars().all(char::is_alphabetic);
    if event.shift_key() && (!is_sign || event.ctrl_key() || event.meta_key()) {
        out.push_str("shift+");
    }
    out.push_str(match &*key {
        " " => "space",
        // With Shift and Ctrl a comma may come as what is above it.
        "<" | ";" if out.starts_with("mod+shift+") => ",",
        key => key,
    });
    Some(out)
}

fn action_of(ui: Ui, keys: &str) -> Option<&'static Action> {
    let action = all().find(|action| action.keys.contains(&keys))?;
    untrack(|| action.when.holds(ui)).then_some(action)
}

fn starts_something(keys: &str) -> bool {
    let starts = |all: &&str| all.split_once(' ').is_some_and(|(first, _)| first == keys);
    all().any(|action| action.keys.iter().any(&starts))
}

/// Whether the key goes to a field, or presses a focused button or link.
fn is_writing(event: &KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else {
        return false;
    };
    let fields = "input:not([type=checkbox]), textarea, select, [contenteditable]";
    let pressed = matches!(&*event.key(), "Enter" | " ") && is(&target, "button, a, summary");
    is(&target, fields) || pressed
}

fn is(element: &Element, selector: &str) -> bool {
    element.matches(selector).unwrap_or(false)
}
