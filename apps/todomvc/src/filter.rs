//! Which todos are shown: its names in the address bar, in the store and on the page.

use livestore_core::{prelude::*, query::Select};

use crate::schema::Todo;

/// Which todos the list shows; in a column and in JSON, a filter is its name.
#[derive(ColumnEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Filter {
    #[default]
    All,
    Active,
    Completed,
}

impl Filter {
    /// Every filter, in the order of the links.
    pub const EVERY: [Self; 3] = [Self::All, Self::Active, Self::Completed];

    /// The text of the link.
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Active => "Active",
            Self::Completed => "Completed",
        }
    }

    /// The address of the filter on this page.
    pub fn href(self) -> &'static str {
        match self {
            Self::All => "#/",
            Self::Active => "#/active",
            Self::Completed => "#/completed",
        }
    }

    /// Reads the hash of an address; an unknown one shows everything.
    pub fn from_hash(hash: &str) -> Self {
        Self::EVERY
            .into_iter()
            .find(|filter| filter.href() == hash)
            .unwrap_or_default()
    }

    /// The todos it lets through, oldest first.
    pub fn todos(self) -> Select<Todo> {
        let todos = Todo::query().order_by(Todo::ID.asc());
        match self {
            Self::All => todos,
            Self::Active => todos.filter(Todo::COMPLETED.eq(false)),
            Self::Completed => todos.filter(Todo::COMPLETED.eq(true)),
        }
    }
}
