//! Dialogs and menus: one at a time, whichever is open.

mod context_menu;
mod data;
mod display;
mod filter;
mod help;
mod new_issue;
mod palette;
mod picker;
mod profile;
mod seed;

use leptos::prelude::*;

use super::{dialog::Dialog, shell::Sidebar, sync::SyncDetails};
use crate::ui::{Overlay, use_ui};

/// What is open, if anything.
#[component]
pub fn Overlays() -> impl IntoView {
    let ui = use_ui();
    // Equal is the same: a menu that is open stays when it is asked for again.
    let open = Memo::new(move |_| ui.overlay.get());
    move || match open.get()? {
        Overlay::Palette => Some(view! { <palette::Palette /> }.into_any()),
        Overlay::Help => Some(view! { <help::Help /> }.into_any()),
        Overlay::NewIssue(preset) => {
            Some(view! { <new_issue::NewIssueDialog preset /> }.into_any())
        }
        Overlay::Pick(picker, ids, anchor) => {
            Some(view! { <picker::PickerMenu picker ids anchor /> }.into_any())
        }
        Overlay::Context(anchor) => Some(view! { <context_menu::ContextMenu anchor /> }.into_any()),
        Overlay::Filter(anchor) => Some(view! { <filter::FilterMenu anchor /> }.into_any()),
        Overlay::Display(anchor) => Some(view! { <display::DisplayMenu anchor /> }.into_any()),
        Overlay::Sync(anchor) => Some(view! { <SyncDetails anchor /> }.into_any()),
        Overlay::Seed => Some(view! { <seed::SeedDialog /> }.into_any()),
        Overlay::Data => Some(view! { <data::DataDialog /> }.into_any()),
        Overlay::Profile => Some(view! { <profile::ProfileDialog /> }.into_any()),
        Overlay::Sidebar => {
            Some(view! { <Dialog label="Menu" class="drawer"><Sidebar /></Dialog> }.into_any())
        }
    }
}
