//! What stands around every view: the sidebar, the header, and what is said when there is nothing to show.

mod empty;
mod filters;
mod header;
mod notice;
mod selection;
mod sidebar;

pub use self::{
    empty::EmptyState,
    header::{OpenSidebar, ViewHeader},
    sidebar::Sidebar,
};

use leptos::{ev, html, prelude::*};

use self::{notice::Notice, selection::SelectionBar};
use super::{Overlays, PaintMeter, Toaster};

/// The sidebar beside the view.
#[component]
pub fn Shell(children: Children) -> impl IntoView {
    let main = NodeRef::<html::Main>::new();
    // The router takes the click for a way to another page and leaves the focus where it is.
    let skip = move |event: ev::MouseEvent| {
        event.prevent_default();
        if let Some(main) = main.get_untracked() {
            // Fails only for an element that can't take the focus.
            let _ = main.focus();
        }
    };
    view! {
        <a class="skip-link" href="#main" on:click=skip>"Skip to the issues"</a>
        <div class="app">
            <aside class="sidebar-column"><Sidebar /></aside>
            <main node_ref=main id="main" class="main" tabindex="-1">
                <Notice />
                {children()}
                <SelectionBar />
            </main>
        </div>
        <Overlays />
        <Toaster />
        <PaintMeter />
    }
    .into_any()
}
