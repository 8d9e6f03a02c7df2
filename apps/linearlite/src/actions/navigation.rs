//! Where one can go.

use leptos::prelude::*;

use super::{Action, Section, When};
use crate::{
    components::{Icon, focus_search},
    schema::Status,
    ui::{Step, Ui},
    view::ViewState,
};

pub(super) const ACTIONS: &[Action] = &[
    go("Go to my issues", Icon::Person, &["g m"], |ui| {
        ui.address.open("/my")
    }),
    go("Go to all issues", Icon::List, &["g l"], |ui| {
        ui.address.open("/")
    }),
    go("Go to active issues", Icon::Active, &["g a"], |ui| {
        filtered(ui, vec![Status::InProgress, Status::Todo]);
    }),
    go("Go to the backlog", Icon::Backlog, &["g k"], |ui| {
        filtered(ui, vec![Status::Backlog])
    }),
    go("Go to the board", Icon::Board, &["g b"], |ui| {
        ui.address.open("/board")
    }),
    go("Search", Icon::Search, &["/"], |ui| {
        if ui.address.path.get_untracked() == "/search" {
            focus_search();
        } else {
            ui.address.open("/search");
        }
    }),
    Action {
        title: "Switch between list and board",
        section: Section::Navigation,
        icon: Icon::Board,
        keys: &["mod+b"],
        when: When::View,
        run: |ui| {
            let to = untrack(|| match &*ui.address.path.get() {
                "/board" => ui.address.same_view("/"),
                _ => board_href(ui),
            });
            ui.address.go(to);
        },
    },
    step("Next issue", &["j", "arrowdown"], |ui| ui.step(Step::Down)),
    step("Previous issue", &["k", "arrowup"], |ui| ui.step(Step::Up)),
    step("Next column", &["arrowright"], |ui| ui.step(Step::Right)),
    step("Previous column", &["arrowleft"], |ui| ui.step(Step::Left)),
    step("First issue", &["home"], |ui| ui.step(Step::First)),
    step("Last issue", &["end"], |ui| ui.step(Step::Last)),
];

const fn go(title: &'static str, icon: Icon, keys: &'static [&'static str], run: fn(Ui)) -> Action {
    Action {
        title,
        section: Section::Navigation,
        icon,
        keys,
        when: When::Always,
        run,
    }
}

const fn step(title: &'static str, keys: &'static [&'static str], run: fn(Ui)) -> Action {
    Action {
        title,
        section: Section::Navigation,
        icon: Icon::Open,
        keys,
        when: When::Shown,
        run,
    }
}

/// The address of the list of some statuses.
pub fn filtered_href(ui: Ui, status: Vec<Status>) -> String {
    let mut view = ViewState::default();
    view.filters.status = status;
    ui.address.with_params("/", &view.to_params())
}

/// The address of the board with what the current view shows: of one's own issues, too.
pub fn board_href(ui: Ui) -> String {
    let mut view = ui.address.view.get();
    if *ui.address.path.read() == "/my" {
        view.filters.assignee = vec![ui.tracker.me()];
    }
    ui.address.with_params("/board", &view.to_params())
}

fn filtered(ui: Ui, status: Vec<Status>) {
    ui.address.go(untrack(|| filtered_href(ui, status)));
}

/// Goes back to where the open issue was come to from; to the list if it was the first page of this app.
pub(super) fn back(ui: Ui) {
    match window().history() {
        // Fails only in a page that is not shown.
        Ok(history) if ui.address.has_past() => _ = history.back(),
        _ => ui.address.open("/"),
    }
}
