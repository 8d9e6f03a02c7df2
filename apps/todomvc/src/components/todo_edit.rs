//! The field that edits a todo's text.

use std::mem;

use leptos::{html, prelude::*};

use crate::keyboard::pressed_key;

/// Starts with the text, focused; ends with a call to `on_done`.
#[component]
pub fn TodoEdit(
    /// The text to start with.
    text: String,
    /// Called once: with the new text after Enter or a click elsewhere, with `None` after Escape or if nothing was
    /// changed: what others did to the text meanwhile stays.
    on_done: impl Fn(Option<String>) + Copy + 'static,
) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let before = StoredValue::new(text.clone());
    // Set before the focus, so that the caret is at the end and in view.
    input.on_load(move |input| {
        input.set_value(&text);
        _ = input.focus();
    });

    // Enter and Escape remove the field, and browsers may tell a removed field that it lost the focus.
    let open = StoredValue::new(true);
    let finish = move |text: Option<String>| {
        if open.try_update_value(mem::take).unwrap_or(false) {
            let is_other = |text: &String| before.with_value(|before| text.trim() != before);
            on_done(text.filter(is_other));
        }
    };

    view! {
        <input
            node_ref=input
            class="edit"
            aria-label="Edit todo"
            autocomplete="off"
            enterkeyhint="done"
            on:blur:target=move |ev| finish(Some(ev.target().value()))
            on:keydown:target=move |ev| match pressed_key(&ev).as_deref() {
                Some("Enter") => finish(Some(ev.target().value())),
                Some("Escape") => finish(None),
                _ => {}
            }
        />
    }
}
