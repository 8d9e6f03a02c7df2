//! The one dialog that all overlays stand in.
//!
//! It is the browser's `<dialog>`: what is behind it can't be reached by Tab or a screen reader, and Escape closes it.

use leptos::{ev, html, prelude::*};
use web_sys::{Element, HtmlElement};

use super::Toaster;
use crate::ui::{Anchor, use_ui};

/// A dialog or menu; closed by Escape and by a click beside it.
#[component]
pub fn Dialog(
    /// What it is called.
    #[prop(into)]
    label: String,
    /// Its kind in the style sheet: `menu`, `palette`, `modal`, `drawer`.
    class: &'static str,
    /// Where it opens.
    #[prop(optional)]
    anchor: Anchor,
    children: Children,
) -> impl IntoView {
    let ui = use_ui();
    let dialog = NodeRef::<html::Dialog>::new();

    dialog.on_load(move |dialog| {
        // Fails only for a dialog that is not in the page, which this one is from the next turn on.
        request_animation_frame(move || {
            if dialog.is_connected() && dialog.show_modal().is_ok() {
                place(&dialog, anchor);
            }
        });
    });
    // After the dialog is gone, which would have the focus otherwise.
    on_cleanup(move || request_animation_frame(move || ui.refocus()));

    let close_beside = move |event: ev::MouseEvent| {
        let is_beside = dialog.get_untracked().is_some_and(|dialog| {
            event.target().as_ref() == Some(dialog.as_ref()) && is_outside(&dialog, &event)
        });
        if is_beside {
            ui.close();
        }
    };

    view! {
        <dialog
            node_ref=dialog
            class=format!("dialog {class}")
            class:centred=anchor == Anchor::Centre
            aria-label=label
            on:cancel=move |event: ev::Event| {
                event.prevent_default();
                ui.close();
            }
            on:mousedown=close_beside
        >
            {children()}
            <Toaster in_dialog=true />
        </dialog>
    }
    .into_any()
}

fn is_outside(dialog: &Element, event: &ev::MouseEvent) -> bool {
    let rect = dialog.get_bounding_client_rect();
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    x < rect.left() || x > rect.right() || y < rect.top() || y > rect.bottom()
}

/// Puts an open dialog where it belongs, inside the window.
fn place(dialog: &HtmlElement, anchor: Anchor) {
    /// What stays free at the window's edge.
    const EDGE: f64 = 8.0;
    let side = |side: Result<leptos::wasm_bindgen::JsValue, _>| {
        side.ok().and_then(|side| side.as_f64()).unwrap_or_default()
    };
    let (width, height) = (side(window().inner_width()), side(window().inner_height()));
    // On a phone a menu is a sheet at the bottom; the style sheet says so.
    if width < 640.0 {
        return;
    }
    let rect = dialog.get_bounding_client_rect();
    let inside = |at: f64, size: f64, end: f64| at.min(end - size - EDGE).max(EDGE);
    let style = web_sys::HtmlElement::style(dialog);
    let set = |name: &str, value: f64| {
        // Valid names and values can always be set.
        let _ = style.set_property(name, &format!("{value}px"));
    };
    let (left, below, above) = match anchor {
        Anchor::Centre => return,
        Anchor::Point(x, y) => (x, y, y),
        Anchor::Below(left, top, bottom) => (left, bottom + 4.0, top - 4.0),
    };
    set("left", inside(left, rect.width(), width));
    let fits_below = below + rect.height() + EDGE <= height;
    if fits_below || above < rect.height() + EDGE {
        set("top", inside(below, rect.height(), height));
    } else {
        // By its lower end: it may grow.
        let _ = style.set_property("top", "auto");
        set("bottom", height - above);
    }
}
