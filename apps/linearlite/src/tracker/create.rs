//! Making issues, comments, labels and people.

use leptos::prelude::*;
use livestore_core::prelude::*;

use super::{Stamp, Tracker, Undo};
use crate::{order_key, schema::*, seed};

/// The colours of labels that people make, in turn.
const LABEL_COLOURS: [&str; 8] = [
    "#eb5757", "#f2a33c", "#e5c04b", "#4cb782", "#26b5ce", "#4ea7fc", "#bb87fc", "#e879b9",
];

/// What a new issue starts with.
#[derive(Clone, Debug, Default)]
pub struct NewIssue {
    pub title: String,
    pub description: String,
    pub status: Status,
    pub priority: Priority,
    pub assignee_id: Option<String>,
    pub label_ids: Vec<String>,
}

impl Tracker {
    /// Creates an issue, on top of its column, and ends its drafts, in one commit; returns the issue's id.
    pub fn create(&self, new: NewIssue, drafts: &[&str]) -> String {
        let Stamp { by, at } = self.stamp();
        let id = new_id();
        let issue = IssueCreated {
            id: id.clone(),
            title: new.title.trim().to_owned(),
            description: new.description,
            status: new.status,
            priority: new.priority,
            assignee_id: new.assignee_id,
            label_ids: new.label_ids,
            sort_order: order_key::newest_first(at),
            by,
            at,
        };
        let ended: Vec<DraftEnded> = drafts.iter().map(|place| ended(place)).collect();
        self.store.commit((issue, ended));
        let (tracker, ids, same) = (*self, vec![id.clone()], vec![id.clone()]);
        let undo = Undo::new(
            "1 issue created".to_owned(),
            move || tracker.put_away(&ids),
            move || tracker.restore(&same),
        );
        self.done(undo, false);
        id
    }

    /// Adds a comment and ends its draft, in one commit.
    pub fn comment(&self, issue_id: &str, body: &str, draft: &str) {
        let Stamp { by, at } = self.stamp();
        let body = body.trim().to_owned();
        if body.is_empty() {
            return;
        }
        let comment = CommentAdded {
            id: new_id(),
            issue_id: issue_id.to_owned(),
            body,
            by,
            at,
        };
        let own = (comment.id.clone(), comment.issue_id.clone());
        self.store.commit((comment, ended(draft)));
        let (tracker, same) = (*self, own.clone());
        let undo = Undo::new(
            "1 comment added".to_owned(),
            move || tracker.show_comment(&own, false),
            move || tracker.show_comment(&same, true),
        );
        self.done(undo, false);
    }

    /// Deletes a comment; it can be restored.
    pub fn delete_comment(&self, comment: &Comment) {
        let (tracker, own) = (*self, (comment.id.clone(), comment.issue_id.clone()));
        tracker.show_comment(&own, false);
        let same = own.clone();
        let undo = Undo::new(
            "1 comment deleted".to_owned(),
            move || tracker.show_comment(&own, true),
            move || tracker.show_comment(&same, false),
        );
        self.done(undo, true);
    }

    /// Restores a comment, or deletes it; it is named by its id and its issue's.
    fn show_comment(&self, (id, issue_id): &(String, String), shown: bool) {
        let Stamp { by, at } = self.stamp();
        let (id, issue_id) = (id.clone(), issue_id.clone());
        if shown {
            self.store.commit(CommentRestored {
                id,
                issue_id,
                by,
                at,
            });
        } else {
            self.store.commit(CommentDeleted {
                id,
                issue_id,
                by,
                at,
            });
        }
    }

    /// Makes a label and returns its id.
    pub fn create_label(&self, name: &str) -> String {
        let count = self
            .store
            .query(&Label::query().count())
            .unwrap_or_default();
        let color = LABEL_COLOURS[count as usize % LABEL_COLOURS.len()];
        let id = new_id();
        self.store.commit(LabelCreated {
            id: id.clone(),
            name: name.trim().to_owned(),
            color: color.to_owned(),
        });
        id
    }

    /// Makes whoever uses this browser for the first time somebody, and a new store's labels.
    pub fn introduce(&self) {
        if untrack(|| self.me()).is_some() {
            return;
        }
        let id = new_id();
        // The end of an id is random.
        let name = format!("Guest {}", id[id.len() - 4..].to_uppercase());
        let has_labels = self.store.query(&Label::query().exists()).unwrap_or(true);
        self.store.commit((
            UserJoined {
                id: id.clone(),
                name,
            },
            IdentityChosen { user_id: id },
            (!has_labels).then(seed::labels),
        ));
    }

    /// Changes the name of who uses this browser.
    pub fn rename_me(&self, name: &str) {
        let name = name.trim().to_owned();
        if let (Some(id), false) = (untrack(|| self.me()), name.is_empty()) {
            self.store.commit(UserRenamed { id, name });
        }
    }
}

fn ended(place: &str) -> DraftEnded {
    DraftEnded {
        place: place.to_owned(),
    }
}
