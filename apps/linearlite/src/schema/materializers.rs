//! What the shared events do to the tables.

use livestore_core::{
    prelude::*,
    query::{QueryError, Update},
    schema::SchemaBuilder,
};

use super::{events::*, tables::*};

/// Creating, deleting and restoring issues.
pub(super) fn issues(schema: SchemaBuilder) -> SchemaBuilder {
    schema
        .table::<Issue>()
        .table::<IssueLabel>()
        .on(|e: &IssueCreated, ctx| -> Result<_, QueryError> {
            let last = ctx.query(&Issue::query().max(Issue::NUMBER))?;
            let issue = Issue::insert().row(&Issue {
                id: e.id.clone(),
                number: last.unwrap_or(0) + 1,
                created_seq: ctx.seq().global.cast_signed(),
                title: e.title.clone(),
                status: e.status,
                priority: e.priority,
                assignee_id: e.assignee_id.clone(),
                sort_order: e.sort_order.clone(),
                creator_id: e.by.clone(),
                created_at: e.at,
                updated_at: e.at,
                deleted_at: None,
                description: e.description.clone(),
            });
            let label = |label_id: &String| IssueLabel {
                issue_id: e.id.clone(),
                label_id: label_id.clone(),
            };
            let labels = IssueLabel::insert().rows(e.label_ids.iter().map(label));
            Ok((issue, labels.or_ignore()))
        })
        .on(|e: &IssueDeleted, _| changed(&e.id, e.at).set(Issue::DELETED_AT, e.at))
        .on(|e: &IssueRestored, _| changed(&e.id, e.at).set(Issue::DELETED_AT, None::<EpochMillis>))
}

/// Changing one thing of an issue.
pub(super) fn changes(schema: SchemaBuilder) -> SchemaBuilder {
    schema
        .on(|e: &IssueTitleChanged, _| changed(&e.id, e.at).set(Issue::TITLE, &e.title))
        .on(|e: &IssueDescriptionChanged, _| {
            changed(&e.id, e.at).set(Issue::DESCRIPTION, &e.description)
        })
        .on(|e: &IssueStatusChanged, _| changed(&e.id, e.at).set(Issue::STATUS, e.status))
        .on(|e: &IssuePriorityChanged, _| changed(&e.id, e.at).set(Issue::PRIORITY, e.priority))
        .on(|e: &IssueAssigned, _| {
            changed(&e.id, e.at).set(Issue::ASSIGNEE_ID, e.assignee_id.clone())
        })
        .on(|e: &IssueMoved, _| {
            changed(&e.id, e.at)
                .set(Issue::STATUS, e.status)
                .set(Issue::SORT_ORDER, &e.sort_order)
        })
        .on(|e: &IssueLabelAdded, _| {
            let label = IssueLabel::insert()
                .set(IssueLabel::ISSUE_ID, &e.id)
                .set(IssueLabel::LABEL_ID, &e.label_id)
                .or_ignore();
            (label, changed(&e.id, e.at))
        })
        .on(|e: &IssueLabelRemoved, _| {
            let of_issue = IssueLabel::ISSUE_ID.eq(&e.id);
            let label =
                IssueLabel::delete().filter(of_issue.and(IssueLabel::LABEL_ID.eq(&e.label_id)));
            (label, changed(&e.id, e.at))
        })
}

pub(super) fn comments(schema: SchemaBuilder) -> SchemaBuilder {
    schema
        .table::<Comment>()
        .on(|e: &CommentAdded, _| {
            let comment = Comment::insert().row(&Comment {
                id: e.id.clone(),
                issue_id: e.issue_id.clone(),
                author_id: e.by.clone(),
                body: e.body.clone(),
                created_at: e.at,
                deleted_at: None,
            });
            (comment, changed(&e.issue_id, e.at))
        })
        .on(|e: &CommentDeleted, _| {
            Comment::update()
                .set(Comment::DELETED_AT, e.at)
                .filter(Comment::ID.eq(&e.id))
        })
        .on(|e: &CommentRestored, _| {
            Comment::update()
                .set(Comment::DELETED_AT, None::<EpochMillis>)
                .filter(Comment::ID.eq(&e.id))
        })
}

/// Labels and people. What is made twice, by two clients that fill the same store with samples, is there once.
pub(super) fn team(schema: SchemaBuilder) -> SchemaBuilder {
    schema
        .table::<Label>()
        .table::<User>()
        .on(|e: &LabelCreated, _| {
            Label::insert()
                .set(Label::ID, &e.id)
                .set(Label::NAME, &e.name)
                .set(Label::COLOR, &e.color)
                .or_ignore()
        })
        .on(|e: &UserJoined, _| {
            User::insert()
                .set(User::ID, &e.id)
                .set(User::NAME, &e.name)
                .or_ignore()
        })
        .on(|e: &UserRenamed, _| {
            User::update()
                .set(User::NAME, &e.name)
                .filter(User::ID.eq(&e.id))
        })
}

/// An update of an issue that says when it was.
fn changed(id: &String, at: DateTime) -> Update<Issue> {
    Issue::update()
        .set(Issue::UPDATED_AT, at)
        .filter(Issue::ID.eq(id))
}
