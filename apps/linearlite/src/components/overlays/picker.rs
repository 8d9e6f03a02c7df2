//! The menus that change a property of one issue or many.

use leptos::prelude::*;

use crate::{
    components::{
        Glyph, Icon,
        choices::{Choice, Choices, matches},
        dialog::Dialog,
    },
    queries,
    schema::{Issue, Priority, Status},
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
    // Labels stay open for more; the marks follow the store.
    let changed = RwSignal::new(());
    let choices = move |typed: String| {
        changed.track();
        ids.with_value(|ids| choices(ui, picker, ids, &typed))
    };
    let choose = move |id: String| {
        ids.with_value(|ids| apply(ui, picker, ids, &id));
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

fn choices(ui: Ui, picker: Picker, ids: &[String], typed: &str) -> Vec<Choice> {
    let issues = ui.tracker.read(ids);
    let all = |holds: &dyn Fn(&Issue) -> bool| !issues.is_empty() && issues.iter().all(holds);
    let choices: Vec<Choice> = match picker {
        Picker::Status => (1..)
            .zip(Status::EVERY)
            .map(|(key, status)| {
                Choice::new(status.slug(), status.label(), Glyph::Status(status))
                    .checked(all(&|issue| issue.status == status))
                    .hint(key.to_string())
            })
            .collect(),
        Picker::Priority => (1..)
            .zip(Priority::EVERY)
            .map(|(key, priority)| {
                Choice::new(priority.slug(), priority.label(), Glyph::Priority(priority))
                    .checked(all(&|issue| issue.priority == priority))
                    // As in other trackers, "none" is 0.
                    .hint((key % Priority::EVERY.len()).to_string())
            })
            .collect(),
        Picker::Assignee => {
            let nobody = Choice::new(NOBODY, "Nobody", Glyph::Nobody)
                .checked(all(&|issue| issue.assignee_id.is_none()));
            let me = untrack(|| ui.tracker.me());
            let mut people = ui.people.get();
            // Whoever asks is asked for most.
            people.sort_by_key(|user| Some(&user.id) != me.as_ref());
            let person = |user: crate::schema::User| {
                let is_me = Some(&user.id) == me.as_ref();
                let checked = all(&|issue| issue.assignee_id.as_ref() == Some(&user.id));
                let choice = Choice::new(&*user.id, &*user.name, Glyph::Avatar(user.name.clone()))
                    .checked(checked);
                if is_me { choice.hint("you") } else { choice }
            };
            std::iter::once(nobody)
                .chain(people.into_iter().map(person))
                .collect()
        }
        Picker::Labels => return label_choices(ui, ids, typed),
    };
    narrowed(choices, typed)
}

fn label_choices(ui: Ui, ids: &[String], typed: &str) -> Vec<Choice> {
    let on = ui
        .tracker
        .store
        .query(&queries::labels_of(ids.to_vec()))
        .unwrap_or_default();
    let labels = ui.labels.get();
    let choice = |label: crate::schema::Label| {
        let count = on.iter().filter(|(_, name, _)| *name == label.name).count();
        Choice::new(label.id, label.name, Glyph::Dot(label.color)).checked(count == ids.len())
    };
    let is_new = !typed.trim().is_empty()
        && !labels
            .iter()
            .any(|label| label.name.eq_ignore_ascii_case(typed.trim()));
    let mut choices = narrowed(labels.into_iter().map(choice).collect(), typed);
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

/// Those that match what was typed.
pub(super) fn narrowed(choices: Vec<Choice>, typed: &str) -> Vec<Choice> {
    choices
        .into_iter()
        .filter(|choice| matches(&choice.label, typed).is_some())
        .collect()
}

fn apply(ui: Ui, picker: Picker, ids: &[String], choice: &str) {
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
                None => {
                    let marked = label_choices(ui, ids, "");
                    let is_on = marked
                        .iter()
                        .any(|label| label.id == choice && label.checked == Some(true));
                    (choice.to_owned(), !is_on)
                }
            };
            tracker.set_label(ids, &id, on);
        }
    }
}
