//! The fields of a new issue, each a draft.

use leptos::prelude::*;

use crate::{
    components::draft::{DraftOf, use_draft},
    schema::{Priority, Status},
    ui::Preset,
};

/// What is chosen or written so far; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Fields {
    pub title: DraftOf,
    pub description: DraftOf,
    pub status: Property,
    pub priority: Property,
    /// A user's id; an empty one is nobody's.
    pub assignee: Property,
    /// The labels' ids, with commas between.
    labels: DraftOf,
}

/// A property: as just chosen, else as the place says where the issue is made, else as in the draft.
#[derive(Clone, Copy)]
pub struct Property {
    chosen: RwSignal<Option<String>>,
    draft: DraftOf,
}

impl Property {
    fn new(place: &str, preset: Option<String>) -> Self {
        Self {
            chosen: RwSignal::new(preset),
            draft: use_draft(place),
        }
    }

    /// The value, as the address bar spells it.
    pub fn get(&self) -> String {
        let chosen = self.chosen.get();
        chosen.or_else(|| self.draft.text()).unwrap_or_default()
    }

    /// Chooses a value.
    pub fn set(&self, value: String) {
        self.chosen.set(Some(value.clone()));
        self.draft.write(value);
    }
}

impl Fields {
    /// Takes up what was left half written.
    pub fn new(preset: Preset) -> Self {
        let status = preset.status.map(|status| status.slug().to_owned());
        let priority = preset.priority.map(|priority| priority.slug().to_owned());
        Self {
            title: use_draft("new issue's title"),
            description: use_draft("new issue's description"),
            status: Property::new("new issue's status", status),
            priority: Property::new("new issue's priority", priority),
            assignee: Property::new("new issue's assignee", preset.assignee),
            labels: use_draft("new issue's labels"),
        }
    }

    pub fn status(&self) -> Status {
        Status::from_slug(&self.status.get()).unwrap_or(Status::Todo)
    }

    pub fn priority(&self) -> Priority {
        Priority::from_slug(&self.priority.get()).unwrap_or_default()
    }

    pub fn assignee_id(&self) -> Option<String> {
        Some(self.assignee.get()).filter(|id| !id.is_empty())
    }

    pub fn label_ids(&self) -> Vec<String> {
        let ids = self.labels.text().unwrap_or_default();
        let ids = ids.split(',').filter(|id| !id.is_empty());
        ids.map(str::to_owned).collect()
    }

    /// Takes a label, or leaves it.
    pub fn toggle_label(&self, id: &str) {
        let mut ids = untrack(|| self.label_ids());
        crate::view::toggle(&mut ids, id.to_owned());
        self.labels.write(ids.join(","));
    }

    /// Takes up all drafts that there are, and says their places.
    pub fn take_up(&self) -> Vec<String> {
        let properties = [self.status, self.priority, self.assignee];
        let texts = [self.title, self.description, self.labels];
        let drafts = properties
            .map(|property| property.draft)
            .into_iter()
            .chain(texts);
        let written = drafts.filter(|draft| untrack(|| draft.text()).is_some());
        written
            .map(|draft| {
                draft.take_up();
                draft.place()
            })
            .collect()
    }
}
