//! Where short messages appear.

use leptos::prelude::*;

use super::{Icon, IconView};
use crate::ui::{Toast, use_ui};

/// The messages, above everything else; a screen reader says them when it is done with what it says.
#[component]
pub fn Toaster() -> impl IntoView {
    let ui = use_ui();
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
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || ui.toasts.shown() key=|toast| toast.id children=show />
        </div>
    }
    .into_any()
}
