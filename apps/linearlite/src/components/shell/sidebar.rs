//! The sidebar: where one can go, who one is, and how the sync is doing.

use leptos::prelude::*;

use crate::{
    actions::{current_theme, filtered_href, set_theme},
    components::{Glyph, Icon, IconView, glyph::GlyphView, sync::SyncIndicator},
    schema::{Status, Theme},
    ui::{Overlay, Preset, Ui, use_ui},
};

/// The sidebar; on a phone it stands in a drawer.
#[component]
pub fn Sidebar() -> impl IntoView {
    let ui = use_ui();
    let store = ui.tracker.store.store().id().to_string();

    view! {
        <div class="sidebar">
            <div class="sidebar-top">
                <span class="logo" aria-hidden="true"></span>
                <span class="workspace" title=store.clone()>{workspace_name(&store)}</span>
                <button class="icon-button" aria-label="Command palette" title="Command palette (Ctrl+K)" on:click=move |_| ui.show(Overlay::Palette)>
                    <IconView icon=Icon::Command />
                </button>
                <button class="icon-button raised" aria-label="New issue" title="New issue (C)" on:click=move |_| ui.show(Overlay::NewIssue(Preset::default()))>
                    <IconView icon=Icon::Edit />
                </button>
            </div>
            <nav class="sidebar-nav" aria-label="Views">
                <NavLink ui icon=Icon::Search label="Search" keys="/" to=To::Path("/search") />
                <NavLink ui icon=Icon::Person label="My issues" keys="G M" to=To::Path("/my") />
                <p class="sidebar-heading">"Issues"</p>
                <NavLink ui icon=Icon::List label="All issues" keys="G L" to=To::Path("/") />
                <NavLink ui icon=Icon::Active label="Active" keys="G A" to=To::Statuses(&ACTIVE) />
                <NavLink ui icon=Icon::Backlog label="Backlog" keys="G K" to=To::Statuses(&BACKLOG) />
                <NavLink ui icon=Icon::Board label="Board" keys="G B" to=To::Path("/board") />
            </nav>
            <div class="sidebar-bottom">
                <SyncIndicator />
                <div class="sidebar-tools">
                    <Account ui />
                    <ThemeSwitch ui />
                    <button class="icon-button" aria-label="Keyboard shortcuts" title="Keyboard shortcuts (?)" on:click=move |_| ui.show(Overlay::Help)>
                        <IconView icon=Icon::Help />
                    </button>
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// The store's name as people read it.
fn workspace_name(store: &str) -> String {
    match store {
        crate::DEFAULT_STORE => "Linearlite".to_owned(),
        other => format!("Workspace {}", &other[other.len().saturating_sub(4)..]),
    }
}

/// What is being worked on, or will be next.
const ACTIVE: [Status; 2] = [Status::InProgress, Status::Todo];
/// What nobody has decided on.
const BACKLOG: [Status; 1] = [Status::Backlog];

/// Where a link leads.
#[derive(Clone, Copy)]
enum To {
    Path(&'static str),
    /// The list of some statuses.
    Statuses(&'static [Status]),
}

impl To {
    fn href(self, ui: Ui) -> String {
        match self {
            Self::Path(path) => ui.address.href(path),
            Self::Statuses(statuses) => filtered_href(ui, statuses.to_vec()),
        }
    }

    fn is_here(self, ui: Ui) -> bool {
        let path = ui.address.path.read();
        let view = ui.address.view.read();
        let shows = |statuses: &[Status]| *path == "/" && view.filters.status == statuses;
        match self {
            Self::Path("/") => *path == "/" && !shows(&ACTIVE) && !shows(&BACKLOG),
            Self::Path(own) => *path == own,
            Self::Statuses(statuses) => shows(statuses),
        }
    }
}

#[component]
fn NavLink(ui: Ui, icon: Icon, label: &'static str, keys: &'static str, to: To) -> impl IntoView {
    view! {
        <a
            class="nav-link"
            href=move || to.href(ui)
            aria-current=move || to.is_here(ui).then_some("page")
            // In the drawer: the view is what one wants to see next.
            on:click=move |_| ui.close()
        >
            <IconView icon />
            <span class="nav-label">{label}</span>
            <span class="nav-keys" aria-hidden="true">{keys}</span>
        </a>
    }
    .into_any()
}

/// Who uses this browser.
#[component]
fn Account(ui: Ui) -> impl IntoView {
    let name = Memo::new(move |_| {
        let me = ui.tracker.me();
        me.and_then(|id| ui.name_of(&id))
            .unwrap_or_else(|| "You".to_owned())
    });
    view! {
        <button class="account" aria-label=move || format!("You are {}: change your name", name.get()) on:click=move |_| ui.show(Overlay::Profile)>
            {move || view! { <GlyphView glyph=Glyph::Avatar(name.get()) /> }}
            <span class="account-name">{name}</span>
        </button>
    }
    .into_any()
}

/// Goes from light to dark to what the system says.
#[component]
fn ThemeSwitch(ui: Ui) -> impl IntoView {
    let theme = Memo::new(move |_| current_theme(ui));
    let icon = move || match theme.get() {
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
        Theme::System => Icon::Monitor,
    };
    let next = move |_| {
        let at = Theme::EVERY
            .iter()
            .position(|other| *other == theme.get_untracked());
        set_theme(ui, Theme::EVERY[at.map_or(0, |at| (at + 1) % 3)]);
    };
    view! {
        <button
            class="icon-button"
            aria-label=move || format!("Theme: {}", theme.get().name())
            title=move || format!("Theme: {}", theme.get().name())
            on:click=next
        >
            {move || view! { <IconView icon=icon() /> }}
        </button>
    }
    .into_any()
}
