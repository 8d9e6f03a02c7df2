//! The queries that several views share.

use livestore_core::{
    prelude::*,
    query::{Part, QueryError, Select},
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

/// Reads something of many issues, of as many at a time as one statement takes.
///
/// # Errors
/// The first one that reading has.
pub fn of_many<Q, T>(
    ids: &[String],
    query: impl Fn(Vec<String>) -> Q,
    run: impl Fn(&Q) -> Result<Vec<T>, QueryError>,
) -> Result<Vec<T>, QueryError> {
    /// SQLite takes 32,766 values in a statement and no more.
    const AT_ONCE: usize = 10_000;
    let mut all = Vec::new();
    for ids in ids.chunks(AT_ONCE) {
        all.extend(run(&query(ids.to_vec()))?);
    }
    Ok(all)
}

/// The ids of those issues that are there and not deleted.
pub fn living(ids: Vec<String>) -> impl Query<Output = Vec<String>> {
    Issue::query()
        .filter(Issue::ID.is_in(ids).and(Issue::DELETED_AT.is_null()))
        .select(Issue::ID)
}

/// The ids of those issues that have a label.
pub fn labelled(ids: Vec<String>, label_id: &str) -> impl Query<Output = Vec<String>> + use<> {
    let has = IssueLabel::ISSUE_ID
        .is_in(ids)
        .and(IssueLabel::LABEL_ID.eq(label_id));
    IssueLabel::query().filter(has).select(IssueLabel::ISSUE_ID)
}

/// The ids of all labels that these issues have, each as often as it is on one.
pub fn label_ids_of(ids: Vec<String>) -> impl Query<Output = Vec<String>> {
    IssueLabel::query()
        .filter(IssueLabel::ISSUE_ID.is_in(ids))
        .select(IssueLabel::LABEL_ID)
}

/// The number in `LIV-123`, also written `liv-123` or `123`.
pub fn number_in(text: &str) -> Option<i64> {
    let text = text.trim();
    let prefix = text
        .get(..4)
        .filter(|start| start.eq_ignore_ascii_case("liv-"));
    text[prefix.map_or(0, str::len)..].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_named_by_its_number() {
        for text in ["LIV-12", "liv-12", " 12 "] {
            assert_eq!(number_in(text), Some(12), "{text}");
        }
        for text in ["", "LIV-", "LIV-x", "12a", "é123"] {
            assert_eq!(number_in(text), None, "{text}");
        }
    }
}
