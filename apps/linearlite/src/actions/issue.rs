//! What is done to issues: to the open one, the selected ones, or the one at the cursor.

use leptos::prelude::*;

use super::{Action, Section, When};
use crate::{
    components::{Icon, copy},
    ui::{Anchor, Overlay, Picker, Preset, Step, Ui},
};

pub(super) const ACTIONS: &[Action] = &[
    Action {
        title: "New issue",
        section: Section::Issue,
        icon: Icon::Plus,
        keys: &["c"],
        when: When::Always,
        run: |ui| ui.show(Overlay::NewIssue(Preset::default())),
    },
    Action {
        title: "Open issue",
        section: Section::Issue,
        icon: Icon::Open,
        keys: &["enter", "o"],
        when: When::Target,
        run: |ui| {
            // The selection is for menus; what opens is the issue at the cursor.
            let at_cursor = untrack(|| ui.at_cursor());
            if let Some(id) = at_cursor.or_else(|| targets(ui).first().cloned()) {
                ui.open_issue(&id);
            }
        },
    },
    Action {
        title: "Change status",
        section: Section::Issue,
        icon: Icon::Status,
        keys: &["s"],
        when: When::Target,
        run: |ui| pick(ui, Picker::Status),
    },
    Action {
        title: "Change priority",
        section: Section::Issue,
        icon: Icon::Priority,
        keys: &["p"],
        when: When::Target,
        run: |ui| pick(ui, Picker::Priority),
    },
    Action {
        title: "Assign to",
        section: Section::Issue,
        icon: Icon::Person,
        keys: &["a"],
        when: When::Target,
        run: |ui| pick(ui, Picker::Assignee),
    },
    Action {
        title: "Assign to me",
        section: Section::Issue,
        icon: Icon::Person,
        keys: &["i"],
        when: When::Target,
        run: |ui| ui.tracker.assign(&targets(ui), untrack(|| ui.tracker.me())),
    },
    Action {
        title: "Change labels",
        section: Section::Issue,
        icon: Icon::Label,
        keys: &["l"],
        when: When::Target,
        run: |ui| pick(ui, Picker::Labels),
    },
    Action {
        title: "Copy link",
        section: Section::Issue,
        icon: Icon::Link,
        keys: &["mod+shift+,"],
        when: When::Target,
        run: |ui| {
            let links: Vec<String> = targets(ui)
                .iter()
                .map(|id| {
                    format!(
                        "{}{}",
                        origin(),
                        untrack(|| ui.address.href(&format!("/issue/{id}")))
                    )
                })
                .collect();
            copy(ui, links.join("\n"), "Link copied");
        },
    },
    Action {
        title: "Delete",
        section: Section::Issue,
        icon: Icon::Trash,
        keys: &["mod+backspace", "delete"],
        when: When::Target,
        run: |ui| {
            ui.tracker.delete(&targets(ui));
            ui.clear_selection();
            if ui.issue.get_untracked().is_some() {
                super::navigation::back(ui);
            }
        },
    },
    Action {
        title: "Select",
        section: Section::Selection,
        icon: Icon::Check,
        keys: &["x"],
        when: When::Shown,
        run: |ui| {
            if let Some(id) = untrack(|| ui.at_cursor()) {
                ui.toggle_selected(&id);
            }
        },
    },
    Action {
        title: "Select downwards",
        section: Section::Selection,
        icon: Icon::Check,
        keys: &["shift+arrowdown", "shift+j"],
        when: When::Shown,
        run: |ui| ui.extend(Step::Down),
    },
    Action {
        title: "Select upwards",
        section: Section::Selection,
        icon: Icon::Check,
        keys: &["shift+arrowup", "shift+k"],
        when: When::Shown,
        run: |ui| ui.extend(Step::Up),
    },
    Action {
        title: "Select all",
        section: Section::Selection,
        icon: Icon::Check,
        keys: &["mod+a"],
        when: When::Shown,
        run: |ui| {
            if let Some(shown) = ui.shown.get_untracked() {
                ui.selected.set(shown.all.run(()).into_iter().collect());
            }
        },
    },
    Action {
        title: "Clear selection, or go back",
        section: Section::Selection,
        icon: Icon::Close,
        keys: &["escape"],
        when: When::Always,
        run: |ui| {
            if !ui.selected.read_untracked().is_empty() {
                ui.clear_selection();
            } else if ui.issue.get_untracked().is_some() {
                super::navigation::back(ui);
            } else {
                ui.cursor.set(None);
            }
        },
    },
];

/// What the action is about, read once.
pub(super) fn targets(ui: Ui) -> Vec<String> {
    untrack(|| ui.targets())
}

fn pick(ui: Ui, picker: Picker) {
    ui.show(Overlay::Pick(picker, targets(ui), Anchor::Centre));
}

/// Where this app is.
pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}
