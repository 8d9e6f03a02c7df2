//! Copying.

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen_futures::JsFuture;

use crate::ui::Ui;

/// Copies a text and says so.
pub fn copy(ui: Ui, text: String, done: &'static str) {
    let copied = window().navigator().clipboard().write_text(&text);
    spawn_local(async move {
        match JsFuture::from(copied).await {
            Ok(_) => ui.toasts.show(done),
            // Forbidden, or the page is not in front: then people copy it themselves.
            Err(_) => ui.toasts.show(format!("Copy this: {text}")),
        }
    });
}
