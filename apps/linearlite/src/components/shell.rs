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

use leptos::prelude::*;

use self::{notice::Notice, selection::SelectionBar};
use super::{Overlays, PaintMeter, Toaster};

/// The sidebar beside the view.
#[component]
pub fn Shell(children: Children) -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">"Skip to the issues"</a>
        <div class="app">
            <aside class="sidebar-column"><Sidebar /></aside>
            <main id="main" class="main" tabindex="-1">
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
