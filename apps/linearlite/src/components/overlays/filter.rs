//! The menu that filters a list: everything one can filter by, in one list to search.

use leptos::prelude::*;

use super::picker::narrowed;
use crate::{
    components::{
        Glyph,
        choices::{Choice, Choices},
        dialog::Dialog,
    },
    schema::{Priority, Status},
    ui::{Anchor, Ui, use_ui},
    view::{Filters, toggle},
};

/// The menu; it stays open for more.
#[component]
pub fn FilterMenu(anchor: Anchor) -> impl IntoView {
    let ui = use_ui();
    let choose = move |id: String| ui.address.change(|view| apply(&mut view.filters, &id));
    view! {
        <Dialog label="Filter" class="menu" anchor>
            <Choices
                placeholder="Filter by…"
                choices=move |typed: String| narrowed(choices(ui), &typed)
                on_choose=choose
                multiple=true
            />
        </Dialog>
    }
    .into_any()
}

fn choices(ui: Ui) -> Vec<Choice> {
    let view = ui.address.view.read();
    let filters = &view.filters;
    let status = Status::EVERY.map(|status| {
        Choice::new(
            format!("status:{}", status.slug()),
            status.label(),
            Glyph::Status(status),
        )
        .checked(filters.status.contains(&status))
        .in_section("Status")
    });
    let priority = Priority::EVERY.map(|priority| {
        Choice::new(
            format!("priority:{}", priority.slug()),
            priority.label(),
            Glyph::Priority(priority),
        )
        .checked(filters.priority.contains(&priority))
        .in_section("Priority")
    });
    let nobody = Choice::new("assignee:", "Nobody", Glyph::Nobody)
        .checked(filters.assignee.contains(&None))
        .in_section("Assignee");
    let people = ui.people.get().into_iter().map(|user| {
        Choice::new(
            format!("assignee:{}", user.id),
            &*user.name,
            Glyph::Avatar(user.name.clone()),
        )
        .checked(filters.assignee.contains(&Some(user.id)))
        .in_section("Assignee")
    });
    let labels = ui.labels.get().into_iter().map(|label| {
        Choice::new(
            format!("label:{}", label.id),
            label.name,
            Glyph::Dot(label.color),
        )
        .checked(filters.label.contains(&label.id))
        .in_section("Label")
    });
    status
        .into_iter()
        .chain(priority)
        .chain([nobody])
        .chain(people)
        .chain(labels)
        .collect()
}

/// Puts a filter in or takes it out.
fn apply(filters: &mut Filters, id: &str) {
    let Some((what, value)) = id.split_once(':') else {
        return;
    };
    match what {
        "status" => _ = Status::from_slug(value).map(|status| toggle(&mut filters.status, status)),
        "priority" => {
            _ = Priority::from_slug(value).map(|priority| toggle(&mut filters.priority, priority));
        }
        "assignee" => {
            toggle(
                &mut filters.assignee,
                (!value.is_empty()).then(|| value.to_owned()),
            );
        }
        _ => toggle(&mut filters.label, value.to_owned()),
    }
}
