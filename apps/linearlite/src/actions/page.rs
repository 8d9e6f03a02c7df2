//! What is done to the page and to the workspace.

use leptos::prelude::*;
use livestore_core::{prelude::*, sync::Connection};

use super::{Action, Section, When, issue::origin};
use crate::{
    components::{Icon, copy},
    schema::{PaintMeterSwitched, Theme, ThemeChosen},
    ui::{Anchor, Overlay, Ui},
};

pub(super) const ACTIONS: &[Action] = &[
    view("Command palette", Icon::Command, &["mod+k"], |ui| {
        ui.show(Overlay::Palette)
    }),
    Action {
        when: When::View,
        ..view("Filter", Icon::Filter, &["f"], |ui| {
            ui.show(Overlay::Filter(Anchor::Centre))
        })
    },
    Action {
        when: When::View,
        ..view("Clear filters", Icon::Close, &["shift+f"], |ui| {
            ui.address.change(|view| view.filters = Default::default());
        })
    },
    Action {
        when: When::View,
        ..view("Grouping and order", Icon::Sliders, &["shift+v"], |ui| {
            ui.show(Overlay::Display(Anchor::Centre));
        })
    },
    view("Theme: light", Icon::Sun, &[], |ui| {
        set_theme(ui, Theme::Light)
    }),
    view("Theme: dark", Icon::Moon, &[], |ui| {
        set_theme(ui, Theme::Dark)
    }),
    view("Theme: as the system", Icon::Monitor, &[], |ui| {
        set_theme(ui, Theme::System)
    }),
    view(
        "Show or hide input-to-paint times",
        Icon::Timer,
        &[],
        |ui| {
            let on = !untrack(|| ui.tracker.settings()).show_paint;
            ui.tracker.store.commit(PaintMeterSwitched { on });
        },
    ),
    view("Keyboard shortcuts", Icon::Keyboard, &["?"], |ui| {
        ui.show(Overlay::Help)
    }),
    workspace("Undo", Icon::Undo, &["mod+z"], |ui| ui.tracker.undo()),
    workspace("Redo", Icon::Redo, &["mod+shift+z"], |ui| ui.tracker.redo()),
    workspace("Copy link to this workspace", Icon::Link, &[], |ui| {
        copy(
            ui,
            share_link(ui),
            "Link copied: whoever opens it works with you",
        );
    }),
    workspace("Work offline, or go online", Icon::Cloud, &[], |ui| {
        toggle_online(ui);
    }),
    workspace("Sync status", Icon::Cloud, &[], |ui| {
        ui.show(Overlay::Sync(Anchor::Centre))
    }),
    workspace("Change your name", Icon::Person, &[], |ui| {
        ui.show(Overlay::Profile)
    }),
    workspace("Add sample issues", Icon::Sparkle, &[], |ui| {
        ui.show(Overlay::Seed)
    }),
    workspace(
        "Data in this browser: save or delete",
        Icon::Download,
        &[],
        |ui| ui.show(Overlay::Data),
    ),
    workspace("Open a new, empty workspace", Icon::Plus, &[], |_| {
        // A store of its own: the page has to start over.
        let id = new_id();
        let _ = window()
            .location()
            .set_href(&format!("/?store={}", &id[id.len() - 12..]));
    }),
];

const fn view(
    title: &'static str,
    icon: Icon,
    keys: &'static [&'static str],
    run: fn(Ui),
) -> Action {
    Action {
        title,
        section: Section::View,
        icon,
        keys,
        when: When::Always,
        run,
    }
}

const fn workspace(
    title: &'static str,
    icon: Icon,
    keys: &'static [&'static str],
    run: fn(Ui),
) -> Action {
    Action {
        title,
        section: Section::Workspace,
        icon,
        keys,
        when: When::Always,
        run,
    }
}

/// The theme that is shown: the one chosen in this workspace, else what `index.html` has found in this browser.
pub fn current_theme(ui: Ui) -> Theme {
    let shown = || document().document_element()?.get_attribute("data-theme");
    let found = || {
        Theme::EVERY
            .into_iter()
            .find(|theme| Some(theme.name()) == shown().as_deref())
    };
    ui.tracker
        .settings()
        .theme
        .or_else(found)
        .unwrap_or_default()
}

/// Chooses a theme.
pub fn set_theme(ui: Ui, theme: Theme) {
    ui.tracker.store.commit(ThemeChosen { theme });
}

/// The address that brings others to this workspace.
pub fn share_link(ui: Ui) -> String {
    format!("{}/?store={}", origin(), ui.tracker.store.store().id())
}

/// Goes offline, or online again.
pub fn toggle_online(ui: Ui) {
    let store = ui.tracker.store.store();
    let is_offline = store.sync_status().connection == Connection::Offline;
    store.set_online(is_offline);
    ui.toasts.show(if is_offline {
        "Online again"
    } else {
        "Working offline: changes are kept here until you go online"
    });
}
