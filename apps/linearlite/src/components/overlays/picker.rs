//! The menus that change a property of one issue or many.

use std::collections::{HashMap, HashSet};

use leptos::prelude::*;

use crate::{
    components::{
        Glyph, Icon,
        choices::{Choice, Choices, matches},
        dialog::Dialog,
    },
    queries,
    schema::{Issue, Label, Priority, Status, User},
    ui::{Anchor, Picker, Ui, use_ui},
};

/// Chosen to make a label of what was typed.
const NEW_LABEL: &str = "new:";
/// Chosen to assign nobody.
const NOBODY: &str = "";

/// A menu for a property.
#[component]
pub fn PickerMenu(picker: Picker, ids: Vec<String>, anchor: Anchor) -> impl IntoView {
    let ui = use_ui();
    let placeholder = match picker {
        Picker::Status => "Change status…",
        Picker::Priority => "Change priority…",
        Picker::Assignee => "Assign to…",
        Picker::Labels => "Change labels…",
    };
    let ids = StoredValue::new(ids);
    // Labels stay open for more; what holds is read again then, and not for every key.
    let changed = RwSignal::new(());
    let marks = Memo::new(move |_| {
        changed.track();
        ids.with_value(|ids| marks(ui, picker, ids))
    });
    let choices = move |typed: String| choices(ui, picker, &marks.read(), &typed);
    let choose = move |id: String| {
        ids.with_value(|ids| apply(ui, picker, ids, &marks.read_untracked(), &id));
        if picker == Picker::Labels {
            changed.notify();
        } else {
            ui.close();
        }
    };

    view! {
        <Dialog label=placeholder class="menu" anchor>
            <Choices
                placeholder
                choices
                on_choose=choose
                multiple=picker == Picker::Labels
                empty=if picker == Picker::Labels { "Type a name to make a label" } else { "Nothing found" }
            />
        </Dialog>
    }
    .into_any()
}

/// What all of the issues have already, by the ids of the choices.
fn marks(ui: Ui, picker: Picker, ids: &[String]) -> HashSet<String> {
    let of_all = |of: &dyn Fn(&Issue) -> String| {
        let issues = ui.tracker.read(ids);
        let first = issues.first().map(of);
        first
            .filter(|first| issues.iter().all(|issue| of(issue) == *first))
            .into_iter()
            .collect()
    };
    match picker {
        Picker::Status => of_all(&|issue| issue.status.slug().to_owned()),
        Picker::Priority => of_all(&|issue| issue.priority.slug().to_owned()),
        Picker::Assignee => of_all(&|issue| {
            issue
                .assignee_id
                .clone()
                .unwrap_or_else(|| NOBODY.to_owned())
        }),
        Picker::Labels => {
            let mut counts: HashMap<String, usize> = HashMap::new();
            for label in ui.tracker.read_many(ids, queries::label_ids_of) {
                *counts.entry(label).or_default() += 1;
            }
            counts.retain(|_, count| *count == ids.len());
            counts.into_keys().collect()
        }
    }
}

fn choices(ui: Ui, picker: Picker, marks: &HashSet<String>, typed: &str) -> Vec<Choice> {
    let choices: Vec<Choice> = match picker {
        Picker::Status => (1..)
            .zip(Status::EVERY)
            .map(|(key, status)| {
                Choice::new(status.slug(), status.label(), Glyph::Status(status))
                    .hint(key.to_string())
            })
            .collect(),
        Picker::Priority => (1..)
            .zip(Priority::EVERY)
            .map(|(key, priority)| {
                Choice::new(priority.slug(), priority.label(), Glyph::Priority(priority))
                    // As in other trackers, "none" is 0.
                    .hint((key % Priority::EVERY.len()).to_string())
            })
            .collect(),
        Picker::Assignee => {
            let nobody = Choice::new(NOBODY, "Nobody", Glyph::Nobody);
            let me = untrack(|| ui.tracker.me());
            let mut people = ui.people.get();
            // Whoever asks is asked for most.
            people.sort_by_key(|user| Some(&user.id) != me.as_ref());
            let person = |user: User| {
                let is_me = Some(&user.id) == me.as_ref();
                let choice = Choice::new(user.id, &*user.name, Glyph::Avatar(user.name.clone()));
                if is_me { choice.hint("you") } else { choice }
            };
            std::iter::once(nobody)
                .chain(people.into_iter().map(person))
                .collect()
        }
        Picker::Labels => return label_choices(ui, marks, typed),
    };
    narrowed(marked(choices, marks), typed)
}

fn label_choices(ui: Ui, marks: &HashSet<String>, typed: &str) -> Vec<Choice> {
    let labels = ui.labels.get();
    let is_new = !typed.trim().is_empty()
        && !labels
            .iter()
            .any(|label| label.name.eq_ignore_ascii_case(typed.trim()));
    let choice = |label: Label| Choice::new(label.id, label.name, Glyph::Dot(label.color));
    let choices = labels.into_iter().map(choice).collect();
    let mut choices = narrowed(marked(choices, marks), typed);
    if is_new {
        let text = format!("Make the label “{}”", typed.trim());
        choices.push(Choice::new(
            format!("{NEW_LABEL}{typed}"),
            text,
            Glyph::Icon(Icon::Plus),
        ));
    }
    choices
}

fn marked(choices: Vec<Choice>, marks: &HashSet<String>) -> Vec<Choice> {
    let mark = |choice: Choice| {
        let holds = marks.contains(&choice.id);
        choice.checked(holds)
    };
    choices.into_iter().map(mark).collect()
}

/// Those that match what was typed.
pub(super) fn narrowed(choices: Vec<Choice>, typed: &str) -> Vec<Choice> {
    choices
        .into_iter()
        .filter(|choice| matches(&choice.label, typed).is_some())
        .collect()
}

fn apply(ui: Ui, picker: Picker, ids: &[String], marks: &HashSet<String>, choice: &str) {
    let tracker = ui.tracker;
    match picker {
        Picker::Status => {
            if let Some(status) = Status::from_slug(choice) {
                tracker.set_status(ids, status);
            }
        }
        Picker::Priority => {
            if let Some(priority) = Priority::from_slug(choice) {
                tracker.set_priority(ids, priority);
            }
        }
        Picker::Assignee => tracker.assign(ids, (choice != NOBODY).then(|| choice.to_owned())),
        Picker::Labels => {
            let (id, on) = match choice.strip_prefix(NEW_LABEL) {
                Some(name) => (tracker.create_label(name), true),
                None => (choice.to_owned(), !marks.contains(choice)),
            };
            tracker.set_label(ids, &id, on);
        }
    }
}
