//! The queries that several views share.

use livestore_core::{
    prelude::*,
    query::{Part, Select},
};

use crate::{
    schema::{Comment, Issue, IssueLabel, IssueSummary, Label, User},
    view::{Group, ViewState},
};

/// A page of a list.
pub type Page = Select<Issue, Part<Issue, IssueSummary>>;

/// The issues of a group that a view lets through; `assignee` narrows it to one person's.
pub fn issues(view: &ViewState, assignee: Option<&str>, group: &Group) -> Select<Issue> {
    Issue::query()
        .filter(view.filters.predicate())
        .filter_some(assignee.map(|user| Issue::ASSIGNEE_ID.eq(user)))
        .filter_some(group.predicate())
}

/// The same in the view's order, from one row to another.
pub fn page(issues: Select<Issue>, view: &ViewState, from: usize, count: usize) -> Page {
    ordered(issues, view)
        .offset(from as u64)
        .limit(count as u64)
        .select_as::<IssueSummary>()
}

/// The same in the view's order.
pub fn ordered(issues: Select<Issue>, view: &ViewState) -> Select<Issue> {
    view.sort
        .orders(view.reversed)
        .into_iter()
        .fold(issues, Select::order_by)
}

/// The labels of these issues: an issue's id, a label's name and its colour, by name.
pub fn labels_of(ids: Vec<String>) -> impl Query<Output = Vec<(String, String, String)>> {
    IssueLabel::query()
        .join(IssueLabel::LABEL_ID.on(Label::ID))
        .filter(IssueLabel::ISSUE_ID.is_in(ids))
        .order_by(Label::NAME.asc())
        .select((IssueLabel::ISSUE_ID, Label::NAME, Label::COLOR))
}

/// Everyone, by name.
pub fn people() -> Select<User> {
    User::query().order_by(User::NAME.asc().ignore_case())
}

/// All labels, by name.
pub fn labels() -> Select<Label> {
    Label::query().order_by(Label::NAME.asc().ignore_case())
}

/// The comments on an issue, the oldest first.
pub fn comments(issue_id: String) -> Select<Comment> {
    Comment::query()
        .filter(
            Comment::ISSUE_ID
                .eq(issue_id)
                .and(Comment::DELETED_AT.is_null()),
        )
        .order_by(Comment::CREATED_AT.asc())
        .order_by(Comment::ID.asc())
}
