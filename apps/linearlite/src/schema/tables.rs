//! The tables that all clients of a store share.

// Several indexes may have a column in common.
#![allow(clippy::duplicated_attributes)]

use livestore_core::prelude::*;

use super::{Priority, Status};

/// An issue. The indexes are the orders in which lists and columns are read, page by page.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(
    name = "issues",
    index(status, deleted_at, priority, created_at, id),
    index(status, deleted_at, created_at, id),
    index(status, deleted_at, updated_at, id),
    index(status, deleted_at, sort_order, id),
    index(assignee_id, deleted_at, status),
    fts(title, description, prefix(1, 2, 3))
)]
pub struct Issue {
    /// Made by `new_id()` where the issue is created; never changes.
    #[column(primary_key)]
    pub id: String,
    /// The number in `LIV-123`: one more than the last issue's **in the order of the log**. Two clients that create
    /// issues while offline first show the same number; when their events meet, the later one's is made anew by the
    /// same rule, and everyone agrees. Nobody ever sees a number twice.
    #[column(unique)]
    pub number: i64,
    /// The place of the event that created it: until the backend has it, the number may change.
    pub created_seq: i64,
    pub title: String,
    pub status: Status,
    pub priority: Priority,
    pub assignee_id: Option<String>,
    /// Where it stands in its column of the board; see `order_key`.
    pub sort_order: String,
    pub creator_id: String,
    #[column(as = EpochMillis)]
    pub created_at: DateTime,
    #[column(as = EpochMillis)]
    pub updated_at: DateTime,
    /// Deleted issues stay, so that deleting can be undone.
    #[column(as = Option<EpochMillis>)]
    pub deleted_at: Option<DateTime>,
    /// Markdown. Last, so that reading the other columns doesn't touch it.
    pub description: String,
}

/// What a list or a board shows of an issue.
#[derive(FromRow, Clone, Debug, PartialEq)]
#[row(table = Issue)]
pub struct IssueSummary {
    pub id: String,
    pub number: i64,
    pub created_seq: i64,
    pub title: String,
    pub status: Status,
    pub priority: Priority,
    pub assignee_id: Option<String>,
    pub sort_order: String,
    #[column(as = EpochMillis)]
    pub created_at: DateTime,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "comments", index(issue_id, created_at))]
pub struct Comment {
    #[column(primary_key)]
    pub id: String,
    pub issue_id: String,
    pub author_id: String,
    /// Markdown.
    pub body: String,
    #[column(as = EpochMillis)]
    pub created_at: DateTime,
    #[column(as = Option<EpochMillis>)]
    pub deleted_at: Option<DateTime>,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "labels")]
pub struct Label {
    #[column(primary_key)]
    pub id: String,
    pub name: String,
    /// A CSS colour.
    pub color: String,
}

/// Which issue has which label.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "issue_labels", index(label_id))]
pub struct IssueLabel {
    #[column(primary_key)]
    pub issue_id: String,
    #[column(primary_key)]
    pub label_id: String,
}

#[derive(Table, Clone, Debug, PartialEq, Eq)]
#[table(name = "users")]
pub struct User {
    #[column(primary_key)]
    pub id: String,
    pub name: String,
}
