//! What happened to an issue, read from the eventlog.
//!
//! No table keeps a history: the events are one. The stream gives those that are there and those that come, from this
//! client and from others.

use leptos::prelude::*;
use livestore_core::{
    event::{EncodedEvent, EventId, SeqNum},
    prelude::*,
    store::EventFilter,
};
use livestore_leptos::prelude::*;

use crate::schema::*;

/// Something that happened to an issue.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// Tells it from everything else that happened.
    pub key: Key,
    pub by: String,
    pub at: DateTime,
    pub what: What,
}

/// Which event it was: a number for those that are final, and for this client's own what stays when they are
/// numbered anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Own(EventId),
    Numbered(u64),
}

/// What somebody did.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    Created,
    Renamed(String),
    Described,
    Status(Status),
    Priority(Priority),
    Assigned(Option<String>),
    Labelled(String),
    Unlabelled(String),
    Deleted,
    Restored,
}

/// Follows what happens to an issue, the oldest first. `created_seq` is where the log tells of it first.
pub fn use_activity(id: String, created_seq: i64) -> Signal<Vec<Happened>> {
    let store = use_store().store();
    let happened = RwSignal::new(Vec::new());
    leptos::reactive::spawn_local_scoped_with_cancellation(async move {
        let before = SeqNum::synced(created_seq.cast_unsigned().saturating_sub(1));
        let filter = EventFilter::new()
            .since(before)
            .names(NAMES)
            .argument("id", id.clone())
            .including_pending()
            .page(1_000);
        let mut events = store.events(filter);
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    if let Some(new) = read(&event.event, &id) {
                        happened.update(|happened| add(happened, new));
                    }
                }
                Err(error) => leptos::logging::warn!("the activity can't be read on: {error}"),
            }
        }
    });
    happened.into()
}

/// The events that the feed tells of; comments have their own place.
const NAMES: [&str; 11] = [
    IssueCreated::NAME,
    IssueTitleChanged::NAME,
    IssueDescriptionChanged::NAME,
    IssueStatusChanged::NAME,
    IssuePriorityChanged::NAME,
    IssueAssigned::NAME,
    IssueLabelAdded::NAME,
    IssueLabelRemoved::NAME,
    IssueMoved::NAME,
    IssueDeleted::NAME,
    IssueRestored::NAME,
];

/// One that is numbered anew takes the place it had.
fn add(happened: &mut Vec<Happened>, new: Happened) {
    match happened.iter_mut().find(|old| old.key == new.key) {
        Some(old) => *old = new,
        None => happened.push(new),
    }
}

/// What an event says of the issue, if anything.
fn read(event: &EncodedEvent, id: &str) -> Option<Happened> {
    macro_rules! read {
        ($event:ident, |$args:ident| $what:expr) => {{
            let $args: $event = event.args.decode().ok()?;
            ($args.id == id).then(|| ($args.by.clone(), $args.at, $what))
        }};
    }
    let (by, at, what) = match &*event.name {
        IssueCreated::NAME => read!(IssueCreated, |e| What::Created),
        IssueTitleChanged::NAME => read!(IssueTitleChanged, |e| What::Renamed(e.title)),
        IssueDescriptionChanged::NAME => read!(IssueDescriptionChanged, |e| What::Described),
        IssueStatusChanged::NAME => read!(IssueStatusChanged, |e| What::Status(e.status)),
        IssueMoved::NAME => read!(IssueMoved, |e| What::Status(e.status)),
        IssuePriorityChanged::NAME => read!(IssuePriorityChanged, |e| What::Priority(e.priority)),
        IssueAssigned::NAME => read!(IssueAssigned, |e| What::Assigned(e.assignee_id)),
        IssueLabelAdded::NAME => read!(IssueLabelAdded, |e| What::Labelled(e.label_id)),
        IssueLabelRemoved::NAME => read!(IssueLabelRemoved, |e| What::Unlabelled(e.label_id)),
        IssueDeleted::NAME => read!(IssueDeleted, |e| What::Deleted),
        IssueRestored::NAME => read!(IssueRestored, |e| What::Restored),
        _ => None,
    }?;
    let key = match event.id {
        EventId::REMOTE => Key::Numbered(event.seq.global),
        own => Key::Own(own),
    };
    Some(Happened { key, by, at, what })
}
