//! Enumerations that stand in columns, in events and in the address bar.

use livestore_core::prelude::*;

/// How far an issue is. A column holds its number, so that sorting by it follows the workflow.
#[derive(
    ColumnEnum,
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
)]
#[column(integer)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    #[default]
    Backlog = 0,
    Todo = 1,
    InProgress = 2,
    Done = 3,
    Canceled = 4,
}

/// How urgent an issue is, the least first.
#[derive(
    ColumnEnum,
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
)]
#[column(integer)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    #[default]
    None = 0,
    Low = 1,
    Medium = 2,
    High = 3,
    Urgent = 4,
}

/// Light, dark, or what the system says.
#[derive(ColumnEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    Light,
    Dark,
    #[default]
    System,
}

impl Status {
    /// Every status, in the order of the work.
    pub const EVERY: [Self; 5] = [
        Self::Backlog,
        Self::Todo,
        Self::InProgress,
        Self::Done,
        Self::Canceled,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Backlog => "Backlog",
            Self::Todo => "Todo",
            Self::InProgress => "In Progress",
            Self::Done => "Done",
            Self::Canceled => "Canceled",
        }
    }

    /// What stands in the address bar.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Backlog => "backlog",
            Self::Todo => "todo",
            Self::InProgress => "in_progress",
            Self::Done => "done",
            Self::Canceled => "canceled",
        }
    }

    /// Reads what [`slug`](Self::slug) wrote.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|status| status.slug() == slug)
    }
}

impl Priority {
    /// Every priority, the most urgent first, and last those that nobody has looked at.
    pub const EVERY: [Self; 5] = [
        Self::Urgent,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::None,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::None => "No priority",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Urgent => "Urgent",
        }
    }

    /// What stands in the address bar.
    pub fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Reads what [`slug`](Self::slug) wrote.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::EVERY
            .into_iter()
            .find(|priority| priority.slug() == slug)
    }
}

impl Theme {
    /// Every theme.
    pub const EVERY: [Self; 3] = [Self::Light, Self::Dark, Self::System];

    /// What stands on the page's root element.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::System => "system",
        }
    }
}
