//! The command palette: every action, and every issue.

use leptos::prelude::*;
use livestore_core::prelude::*;

use crate::{
    actions::{self, Section},
    components::{
        Glyph,
        choices::{Choice, Choices, matches},
        dialog::Dialog,
    },
    queries,
    schema::Issue,
    ui::{Ui, use_ui},
};

use super::help::spoken;

/// So many issues are offered beside the actions.
const ISSUES: u64 = 6;

/// A field that finds what to do, and what to open.
#[component]
pub fn Palette() -> impl IntoView {
    let ui = use_ui();
    let choose = move |id: String| {
        ui.close();
        if let Some(issue) = id.strip_prefix("issue:") {
            ui.open_issue(issue);
        } else if let Some(action) = actions::all().find(|action| action.title == id) {
            (action.run)(ui);
        }
    };
    view! {
        <Dialog label="Command palette" class="palette">
            <Choices
                placeholder="Type a command or search…"
                choices=move |typed: String| {
                    let mut choices = commands(ui, &typed);
                    choices.extend(issues(ui, &typed));
                    choices
                }
                on_choose=choose
            />
        </Dialog>
    }
    .into_any()
}

/// The actions that can be done now: in their sections, or the best match first.
fn commands(ui: Ui, typed: &str) -> Vec<Choice> {
    let possible = actions::all().filter(|action| untrack(|| action.when.holds(ui)));
    let mut found: Vec<_> = possible
        .filter_map(|action| Some((matches(action.title, typed)?, action)))
        .collect();
    if typed.is_empty() {
        let place = |section| Section::EVERY.iter().position(|other| *other == section);
        found.sort_by_key(|(_, action)| place(action.section));
    } else {
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    }
    let choice = |(_, action): (u32, &actions::Action)| {
        let choice = Choice::new(action.title, action.title, Glyph::Icon(action.icon));
        let keys = action
            .keys
            .first()
            .map(|keys| spoken(keys))
            .unwrap_or_default();
        let choice = keys.into_iter().fold(choice, Choice::hint);
        choice.in_section(if typed.is_empty() {
            action.section.label()
        } else {
            "Commands"
        })
    };
    found.into_iter().map(choice).collect()
}

fn issues(ui: Ui, typed: &str) -> Vec<Choice> {
    if typed.trim().len() < 2 {
        return Vec::new();
    }
    let columns = (Issue::ID, Issue::NUMBER, Issue::TITLE, Issue::STATUS);
    let named = queries::number_in(typed).and_then(|number| {
        let named = Issue::NUMBER.eq(number).and(Issue::DELETED_AT.is_null());
        let query = Issue::query().filter(named).select(columns).first();
        ui.tracker.store.query(&query).ok().flatten()
    });
    let found = Issue::query()
        .matching(SearchText::typing(typed))
        .filter(Issue::DELETED_AT.is_null())
        .limit(ISSUES)
        .select(columns);
    let found = ui.tracker.store.query(&found).unwrap_or_default();
    let others = found
        .into_iter()
        .filter(|found| Some(found) != named.as_ref());
    named
        .clone()
        .into_iter()
        .chain(others)
        .map(|(id, number, title, status)| {
            Choice::new(format!("issue:{id}"), title, Glyph::Status(status))
                .hint(format!("LIV-{number}"))
                .in_section("Issues")
        })
        .collect()
}
