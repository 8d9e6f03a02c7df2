//! The events that all clients of a store share.
//!
//! Every change says who made it and when: the log is the activity feed. An event changes one thing of one issue, so
//! that two people who change different things of it at the same time both get their way.

use livestore_core::prelude::*;

use super::{Priority, Status};

#[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[event(name = "v1.IssueCreated")]
pub struct IssueCreated {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub description: String,
    pub status: Status,
    pub priority: Priority,
    pub assignee_id: Option<String>,
    #[serde(default)]
    pub label_ids: Vec<String>,
    pub sort_order: String,
    pub by: String,
    pub at: DateTime,
}

/// Declares an event that changes one thing of an issue.
macro_rules! change {
    ($(#[$docs:meta])* $name:ident = $wire:literal { $($field:ident: $type:ty),* }) => {
        $(#[$docs])*
        #[derive(Event, Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[event(name = $wire)]
        pub struct $name {
            pub id: String,
            $(pub $field: $type,)*
            pub by: String,
            pub at: DateTime,
        }
    };
}

change!(IssueTitleChanged = "v1.IssueTitleChanged" { title: String });
change!(IssueDescriptionChanged = "v1.IssueDescriptionChanged" { description: String });
change!(IssueStatusChanged = "v1.IssueStatusChanged" { status: Status });
change!(IssuePriorityChanged = "v1.IssuePriorityChanged" { priority: Priority });
change!(IssueAssigned = "v1.IssueAssigned" { assignee_id: Option<String> });
change!(IssueLabelAdded = "v1.IssueLabelAdded" { label_id: String });
change!(IssueLabelRemoved = "v1.IssueLabelRemoved" { label_id: String });
change!(
    /// Dragged on the board: to another column, or to another place in its own.
    IssueMoved = "v1.IssueMoved" { status: Status, sort_order: String }
);
change!(IssueDeleted = "v1.IssueDeleted" {});
change!(IssueRestored = "v1.IssueRestored" {});
change!(
    /// `id` is the comment's.
    CommentAdded = "v1.CommentAdded" { issue_id: String, body: String }
);
change!(
    /// `id` is the comment's.
    CommentDeleted = "v1.CommentDeleted" { issue_id: String }
);
change!(
    /// `id` is the comment's.
    CommentRestored = "v1.CommentRestored" { issue_id: String }
);

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.LabelCreated")]
pub struct LabelCreated {
    pub id: String,
    pub name: String,
    pub color: String,
}

/// Someone uses the store for the first time.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.UserJoined")]
pub struct UserJoined {
    pub id: String,
    pub name: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.UserRenamed")]
pub struct UserRenamed {
    pub id: String,
    pub name: String,
}
