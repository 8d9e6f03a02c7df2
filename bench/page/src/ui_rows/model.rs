//! The steps of a cycle, and what the table must show after each.

use livestore_bench_scenarios::{TodoCreated, todos};

/// Rows of the table.
pub(super) const ROWS: usize = 1_000;
/// The row that is toggled and the one that is deleted: others than every tenth.
pub(super) const TOGGLED: usize = 505;
pub(super) const DELETED: usize = 333;

/// What happens to the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    CompleteEveryTenth,
    CompleteOne,
    DeleteOne,
    Clear,
    CreateInOneEvent,
}

/// A step; without a name it only leads to the next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) name: Option<&'static str>,
    pub(super) action: Action,
}

/// The steps from an empty table to an empty table.
pub(super) const CYCLE: [Step; 7] = [
    step("create-1000", Action::Create),
    step("update-every-10th", Action::CompleteEveryTenth),
    step("toggle-one", Action::CompleteOne),
    step("delete-one", Action::DeleteOne),
    step("clear", Action::Clear),
    step("create-1000-one-event", Action::CreateInOneEvent),
    Step {
        name: None,
        action: Action::Clear,
    },
];

const fn step(name: &'static str, action: Action) -> Step {
    Step {
        name: Some(name),
        action,
    }
}

/// The places of the rows that get completed together.
pub(super) fn every_tenth() -> impl Iterator<Item = usize> {
    (0..ROWS).step_by(10)
}

/// What the table must show.
#[derive(Default)]
pub(super) struct Model(Vec<(TodoCreated, bool)>);

impl Model {
    pub(super) fn carry_out(&mut self, action: Action) {
        match action {
            Action::Create | Action::CreateInOneEvent => {
                self.0 = todos(0..ROWS)
                    .into_iter()
                    .map(|todo| (todo, false))
                    .collect();
            }
            Action::CompleteEveryTenth => every_tenth().for_each(|i| self.0[i].1 = true),
            Action::CompleteOne => self.0[TOGGLED].1 = true,
            Action::DeleteOne => drop(self.0.remove(DELETED)),
            Action::Clear => self.0.clear(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn done(&self) -> usize {
        self.0.iter().filter(|(_, done)| *done).count()
    }

    /// The table's text, a line per row.
    pub(super) fn content(&self) -> String {
        let line = |(todo, done): &(TodoCreated, bool)| {
            format!("{}|{}|{}", todo.id, todo.text, state(*done))
        };
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// How a row says whether it is done.
pub(super) fn state(done: bool) -> &'static str {
    if done { "done" } else { "open" }
}
