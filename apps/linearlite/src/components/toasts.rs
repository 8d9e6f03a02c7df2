//! Where short messages appear.

use leptos::{html, prelude::*};

use super::{Icon, IconView};
use crate::ui::{Toast, use_ui};

/// The messages, above everything else; a screen reader says them when it is done with what it says.
///
/// Beside an open dialog nothing can be clicked, so then its own toaster has them.
#[component]
pub fn Toaster(#[prop(optional)] in_dialog: bool) -> impl IntoView {
    let ui = use_ui();
    let shown = move || match ui.overlay.read().is_some() == in_dialog {
        true => ui.toasts.shown(),
        false => Vec::new(),
    };
    let node = NodeRef::<html::Div>::new();
    if in_dialog {
        show_above(node, shown);
    }
    let show = move |toast: Toast| {
        let id = toast.id;
        view! {
            <div class="toast">
                <span class="toast-text">{toast.text}</span>
                {toast.action.map(|(label, action)| view! {
                    <button
                        class="button small"
                        on:click=move |_| {
                            action();
                            ui.toasts.dismiss(id);
                        }
                    >
                        {label}
                    </button>
                })}
                <button class="icon-button" aria-label="Dismiss" on:click=move |_| ui.toasts.dismiss(id)>
                    <IconView icon=Icon::Close />
                </button>
            </div>
        }
    };
    view! {
        <div
            node_ref=node
            class="toasts"
            role="status"
            aria-live="polite"
            popover=in_dialog.then_some("manual")
        >
            <For each=shown key=|toast| toast.id children=show />
        </div>
    }
    .into_any()
}

/// Lifts the messages out of the dialog, which would clip them, as long as there are any.
fn show_above(node: NodeRef<html::Div>, shown: impl Fn() -> Vec<Toast> + Send + Sync + 'static) {
    let any = Memo::new(move |_| !shown().is_empty());
    Effect::new(move |_| {
        let (Some(node), any) = (node.get(), any.get()) else {
            return;
        };
        let lift = move || {
            // Fails only when it is so already, or the dialog is gone.
            let _ = if any {
                node.show_popover()
            } else {
                node.hide_popover()
            };
        };
        // The dialog opens with the next frame, and has to be below.
        request_animation_frame(move || request_animation_frame(lift));
    });
}
