//! Changing issues: one or many, in one commit.

use std::{collections::HashSet, sync::Arc};

use livestore_core::prelude::*;

use super::{Stamp, Tracker, Undo};
use crate::{order_key, queries, schema::*, text};

impl Tracker {
    /// Gives issues a status.
    pub fn set_status(&self, ids: &[String], status: Status) {
        let event = move |issue: &Issue, status: Status, stamp: Stamp| IssueStatusChanged {
            id: issue.id.clone(),
            status,
            by: stamp.by,
            at: stamp.at,
        };
        self.change(
            ids,
            &format!("moved to {}", status.label()),
            |issue| issue.status != status,
            move |issue, stamp| event(issue, status, stamp),
            move |issue, stamp| event(issue, issue.status, stamp),
        );
    }

    /// Gives issues a priority.
    pub fn set_priority(&self, ids: &[String], priority: Priority) {
        let event = move |issue: &Issue, priority: Priority, stamp: Stamp| IssuePriorityChanged {
            id: issue.id.clone(),
            priority,
            by: stamp.by,
            at: stamp.at,
        };
        self.change(
            ids,
            &format!("set to {}", priority.label().to_lowercase()),
            |issue| issue.priority != priority,
            move |issue, stamp| event(issue, priority, stamp),
            move |issue, stamp| event(issue, issue.priority, stamp),
        );
    }

    /// Assigns issues to somebody, or to nobody.
    pub fn assign(&self, ids: &[String], assignee: Option<String>) {
        let event = |issue: &Issue, assignee_id: Option<String>, stamp: Stamp| IssueAssigned {
            id: issue.id.clone(),
            assignee_id,
            by: stamp.by,
            at: stamp.at,
        };
        let what = if assignee.is_some() {
            "assigned"
        } else {
            "unassigned"
        };
        let is_other = assignee.clone();
        self.change(
            ids,
            what,
            move |issue| issue.assignee_id != is_other,
            move |issue, stamp| event(issue, assignee.clone(), stamp),
            move |issue, stamp| event(issue, issue.assignee_id.clone(), stamp),
        );
    }

    /// Changes an issue's title; an empty one is refused.
    pub fn set_title(&self, id: &str, title: &str) {
        let title = title.trim().to_owned();
        if title.is_empty() {
            return;
        }
        let event = |issue: &Issue, title: String, stamp: Stamp| IssueTitleChanged {
            id: issue.id.clone(),
            title,
            by: stamp.by,
            at: stamp.at,
        };
        let is_other = title.clone();
        self.change(
            &[id.to_owned()],
            "renamed",
            move |issue| issue.title != is_other,
            move |issue, stamp| event(issue, title.clone(), stamp),
            move |issue, stamp| event(issue, issue.title.clone(), stamp),
        );
    }

    /// Changes an issue's description.
    pub fn set_description(&self, id: &str, description: String) {
        let event = |issue: &Issue, description: String, stamp: Stamp| IssueDescriptionChanged {
            id: issue.id.clone(),
            description,
            by: stamp.by,
            at: stamp.at,
        };
        let is_other = description.clone();
        self.change(
            &[id.to_owned()],
            "described",
            move |issue| issue.description != is_other,
            move |issue, stamp| event(issue, description.clone(), stamp),
            move |issue, stamp| event(issue, issue.description.clone(), stamp),
        );
    }

    /// Puts an issue into a column of the board, between two places of it.
    pub fn move_to(&self, id: &str, status: Status, after: Option<&str>, before: Option<&str>) {
        let sort_order = match (after, before) {
            // On top: where something new would be, if that is before what is there.
            (None, before) => {
                let newest = order_key::newest_first(DateTime::now());
                match before {
                    Some(before) if *newest >= *before => order_key::between(None, Some(before)),
                    _ => newest,
                }
            }
            (after, before) => order_key::between(after, before),
        };
        let event = |issue: &Issue, status: Status, sort_order: String, stamp: Stamp| IssueMoved {
            id: issue.id.clone(),
            status,
            sort_order,
            by: stamp.by,
            at: stamp.at,
        };
        let what = format!("moved to {}", status.label());
        self.change(
            &[id.to_owned()],
            &what,
            |_| true,
            move |issue, stamp| event(issue, status, sort_order.clone(), stamp),
            move |issue, stamp| event(issue, issue.status, issue.sort_order.clone(), stamp),
        );
    }

    /// Puts a label on issues, or takes it off.
    pub fn set_label(&self, ids: &[String], label_id: &str, on: bool) {
        let labelled: HashSet<String> = self
            .read_many(ids, |ids| queries::labelled(ids, label_id))
            .into_iter()
            .collect();
        let ids: Vec<String> = ids
            .iter()
            .filter(|id| labelled.contains(*id) != on)
            .cloned()
            .collect();
        if ids.is_empty() {
            return;
        }
        let (tracker, label_id) = (*self, label_id.to_owned());
        tracker.put_label(&ids, &label_id, on);
        let many = ids.len() > 1;
        let what = what(ids.len(), if on { "labelled" } else { "unlabelled" });
        let put = move |on: bool| {
            let (ids, label_id) = (ids.clone(), label_id.clone());
            move || tracker.put_label(&ids, &label_id, on)
        };
        self.done(Undo::new(what, put(!on), put(on)), many);
    }

    fn put_label(&self, ids: &[String], label_id: &str, on: bool) {
        let Stamp { by, at } = self.stamp();
        let parts = |id: &String| (id.clone(), label_id.to_owned(), by.clone());
        if on {
            let add = |id: &String| {
                let (id, label_id, by) = parts(id);
                IssueLabelAdded {
                    id,
                    label_id,
                    by,
                    at,
                }
            };
            self.store.commit(ids.iter().map(add).collect::<Vec<_>>());
        } else {
            let remove = |id: &String| {
                let (id, label_id, by) = parts(id);
                IssueLabelRemoved {
                    id,
                    label_id,
                    by,
                    at,
                }
            };
            self.store
                .commit(ids.iter().map(remove).collect::<Vec<_>>());
        }
    }

    /// Deletes issues that are not deleted; they can be restored.
    pub fn delete(&self, ids: &[String]) {
        let (tracker, ids) = (*self, self.living(ids));
        if ids.is_empty() {
            return;
        }
        tracker.put_away(&ids);
        let (what, deleted) = (what(ids.len(), "deleted"), ids.clone());
        let undo = Undo::new(
            what,
            move || tracker.restore(&ids),
            move || tracker.put_away(&deleted),
        );
        self.done(undo, true);
    }

    /// Deletes issues, for who keeps how to take that back.
    pub(super) fn put_away(&self, ids: &[String]) {
        let Stamp { by, at } = self.stamp();
        let delete = |id: &String| IssueDeleted {
            id: id.clone(),
            by: by.clone(),
            at,
        };
        self.store
            .commit(ids.iter().map(delete).collect::<Vec<_>>());
    }

    /// Brings deleted issues back.
    pub fn restore(&self, ids: &[String]) {
        let Stamp { by, at } = self.stamp();
        let restore = |id: &String| IssueRestored {
            id: id.clone(),
            by: by.clone(),
            at,
        };
        self.store
            .commit(ids.iter().map(restore).collect::<Vec<_>>());
    }

    /// Commits an event for each of the issues that `concerns` says, and keeps how to take that back. What was done
    /// to several at once is announced, as not all of them may be in sight.
    fn change<E: Event>(
        &self,
        ids: &[String],
        done: &str,
        concerns: impl Fn(&Issue) -> bool,
        to: impl Fn(&Issue, Stamp) -> E + Send + Sync + 'static,
        back: impl Fn(&Issue, Stamp) -> E + Send + Sync + 'static,
    ) {
        let before: Vec<Issue> = self.read(ids).into_iter().filter(concerns).collect();
        if before.is_empty() {
            return;
        }
        let (tracker, before) = (*self, Arc::new(before));
        let (what, many) = (what(before.len(), done), before.len() > 1);
        let same = before.clone();
        let again = move || tracker.commit_each(&same, &to);
        again();
        let undo = move || tracker.commit_each(&before, &back);
        self.done(Undo::new(what, undo, again), many);
    }

    fn commit_each<E: Event>(&self, issues: &[Issue], event: &impl Fn(&Issue, Stamp) -> E) {
        let stamp = self.stamp();
        let events: Vec<E> = issues
            .iter()
            .map(|issue| event(issue, stamp.clone()))
            .collect();
        self.store.commit(events);
    }
}

fn what(count: usize, done: &str) -> String {
    format!("{} {done}", text::count(count, "issue", "issues"))
}
