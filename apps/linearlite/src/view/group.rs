//! The groups of a list, which are also the columns of the board.

use livestore_core::prelude::*;

use crate::{
    components::Glyph,
    schema::{Issue, Priority, Status, User},
};

/// What a list is grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    #[default]
    Status,
    Priority,
    Assignee,
    None,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    Status(Status),
    Priority(Priority),
    /// A user's id and name, or nobody.
    Assignee(Option<(String, String)>),
    Everything,
}

impl Grouping {
    /// Every grouping.
    pub const EVERY: [Self; 4] = [Self::Status, Self::Priority, Self::Assignee, Self::None];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Status => "Status",
            Self::Priority => "Priority",
            Self::Assignee => "Assignee",
            Self::None => "No grouping",
        }
    }

    /// What stands in the address bar.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Assignee => "assignee",
            Self::None => "none",
        }
    }

    /// Reads what [`slug`](Self::slug) wrote.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::EVERY
            .into_iter()
            .find(|grouping| grouping.slug() == slug)
    }

    /// The groups from top to bottom: what is being worked on before what is over.
    pub fn groups(self, people: &[User]) -> Vec<Group> {
        match self {
            Self::Status => [
                Status::InProgress,
                Status::Todo,
                Status::Backlog,
                Status::Done,
                Status::Canceled,
            ]
            .map(Group::Status)
            .to_vec(),
            Self::Priority => Priority::EVERY.map(Group::Priority).to_vec(),
            Self::Assignee => people
                .iter()
                .map(|user| Some((user.id.clone(), user.name.clone())))
                .chain([None])
                .map(Group::Assignee)
                .collect(),
            Self::None => vec![Group::Everything],
        }
    }
}

impl Group {
    /// What people read.
    pub fn label(&self) -> String {
        match self {
            Self::Status(status) => status.label().to_owned(),
            Self::Priority(priority) => priority.label().to_owned(),
            Self::Assignee(Some((_, name))) => name.clone(),
            Self::Assignee(None) => "No assignee".to_owned(),
            Self::Everything => "All issues".to_owned(),
        }
    }

    /// The picture beside it.
    pub fn glyph(&self) -> Glyph {
        match self {
            Self::Status(status) => Glyph::Status(*status),
            Self::Priority(priority) => Glyph::Priority(*priority),
            Self::Assignee(Some((_, name))) => Glyph::Avatar(name.clone()),
            Self::Assignee(None) => Glyph::Nobody,
            Self::Everything => Glyph::Icon(crate::components::Icon::List),
        }
    }

    /// The condition on its issues; the group of everything has none.
    pub fn predicate(&self) -> Option<Predicate<Issue>> {
        match self {
            Self::Status(status) => Some(Issue::STATUS.eq(*status)),
            Self::Priority(priority) => Some(Issue::PRIORITY.eq(*priority)),
            Self::Assignee(user) => {
                Some(Issue::ASSIGNEE_ID.eq(user.as_ref().map(|(id, _)| id.clone())))
            }
            Self::Everything => None,
        }
    }
}
