//! What had the focus before a dialog came.

use leptos::{prelude::*, wasm_bindgen::JsCast};
use web_sys::HtmlElement;

/// The element that a dialog gives the focus back to; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Opener(StoredValue<Option<HtmlElement>, LocalStorage>);

impl Default for Opener {
    fn default() -> Self {
        Self(StoredValue::new_local(None))
    }
}

impl Opener {
    /// Remembers what has the focus. A dialog's own parts don't count: what follows it goes back to where it came from.
    pub fn remember(&self) {
        let focused = focused();
        let is_in_dialog = focused
            .as_ref()
            .is_some_and(|focused| matches!(focused.closest("dialog"), Ok(Some(_))));
        if !is_in_dialog {
            self.0.set_value(focused);
        }
    }

    /// Gives the focus back, unless something else has it by now.
    pub fn focus(&self) {
        let opener = self.0.try_update_value(Option::take).flatten();
        if let Some(opener) = opener
            && opener.is_connected()
            && focused().is_none()
        {
            // Fails only for an element that can't take the focus.
            let _ = opener.focus();
        }
    }
}

/// What has the focus, if it is anything in particular.
fn focused() -> Option<HtmlElement> {
    let element = document().active_element()?;
    let element = element.dyn_into::<HtmlElement>().ok()?;
    (element.tag_name() != "BODY").then_some(element)
}
