//! Moving cards by the keyboard.

use leptos::prelude::*;
use livestore_core::prelude::*;

use super::{Action, Section, When};
use crate::{
    components::Icon,
    schema::{Issue, Status},
    ui::{Cursor, Step, Ui},
};

pub(super) const ACTIONS: &[Action] = &[
    carry("Move card up", &["alt+arrowup"], |ui| {
        carry_card(ui, Step::Up)
    }),
    carry("Move card down", &["alt+arrowdown"], |ui| {
        carry_card(ui, Step::Down)
    }),
    carry(
        "Move card to the previous column",
        &["alt+arrowleft"],
        |ui| carry_card(ui, Step::Left),
    ),
    carry("Move card to the next column", &["alt+arrowright"], |ui| {
        carry_card(ui, Step::Right)
    }),
];

const fn carry(title: &'static str, keys: &'static [&'static str], run: fn(Ui)) -> Action {
    Action {
        title,
        section: Section::Board,
        icon: Icon::Board,
        keys,
        when: When::Board,
        run,
    }
}

/// Moves the card at the cursor a step, and the cursor with it.
fn carry_card(ui: Ui, step: Step) {
    let (Some(shown), Some(cursor)) = (ui.shown.get_untracked(), ui.cursor.get_untracked()) else {
        return;
    };
    // The card's place may have changed since the cursor came.
    let Some(row) = shown.row_now(&cursor) else {
        return;
    };
    let Cursor { group, id, .. } = cursor;
    let counts = shown.counts.get_untracked();
    let place = |group: usize, row: usize| sort_order(ui, &shown.id_at.run((group, row))?);
    let (to_group, to_row, after, before) = match step {
        Step::Up if row > 0 => {
            let after = row.checked_sub(2).and_then(|row| place(group, row));
            (group, row - 1, after, place(group, row - 1))
        }
        Step::Down if row + 1 < counts[group] => {
            (group, row + 1, place(group, row + 1), place(group, row + 2))
        }
        Step::Left if group > 0 => (group - 1, 0, None, place(group - 1, 0)),
        Step::Right if group + 1 < counts.len() => (group + 1, 0, None, place(group + 1, 0)),
        _ => return,
    };
    ui.tracker.move_to(
        &id,
        Status::EVERY[to_group],
        after.as_deref(),
        before.as_deref(),
    );
    ui.say_if_hidden(&id, Status::EVERY[to_group]);
    ui.put_cursor(to_group, to_row);
}

fn sort_order(ui: Ui, id: &String) -> Option<String> {
    let query = Issue::query()
        .filter(Issue::ID.eq(id))
        .select(Issue::SORT_ORDER)
        .first();
    ui.tracker.store.query(&query).ok().flatten()
}
