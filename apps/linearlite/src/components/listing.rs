//! What a list and the board have in common: groups of issues, how many each has, and which issue is where.

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use crate::{
    queries::{self, Page},
    schema::Issue,
    ui::{Shown, Ui},
    view::{Group, ViewState},
};

/// Groups of issues; `Copy`, so closures take it freely.
#[derive(Clone, Copy)]
pub struct Listing {
    /// Which issues, in which order.
    pub view: Signal<ViewState>,
    /// Whose issues, if not everyone's.
    pub assignee: Signal<Option<String>>,
    pub groups: Memo<Vec<Group>>,
    /// How many issues each group has.
    pub counts: Memo<Vec<usize>>,
    store: StoreHandle,
}

impl Listing {
    /// Follows the counts of groups: a live query for each.
    pub fn new(
        view: Signal<ViewState>,
        assignee: Signal<Option<String>>,
        groups: Memo<Vec<Group>>,
    ) -> Self {
        let count = move |group: Group| {
            use_query(move || {
                queries::issues(&view.read(), assignee.read().as_deref(), &group).count()
            })
        };
        let following = Memo::new(move |_| groups.get().into_iter().map(count).collect::<Vec<_>>());
        let counts = Memo::new(move |_| {
            let counts = following.get().into_iter();
            counts
                .map(|count| usize::try_from(count.get()).unwrap_or(usize::MAX))
                .collect()
        });
        Self {
            view,
            assignee,
            groups,
            counts,
            store: use_store(),
        }
    }

    /// A page of a group, as a query that follows the view.
    pub fn page(&self, group: &Group, from: usize, count: usize) -> Page {
        let view = self.view.read();
        let issues = queries::issues(&view, self.assignee.read().as_deref(), group);
        queries::page(issues, &view, from, count)
    }

    /// The issue at a place.
    pub fn id_at(&self, (group, row): (usize, usize)) -> Option<String> {
        let view = self.view.get_untracked();
        let group = self
            .groups
            .with_untracked(|groups| groups.get(group).cloned())?;
        let issues = queries::issues(&view, self.assignee.get_untracked().as_deref(), &group);
        let at = queries::ordered(issues, &view)
            .offset(row as u64)
            .select(Issue::ID)
            .first();
        self.store.query(&at).ok().flatten()
    }

    /// The ids of all issues, in order.
    pub fn all(&self) -> Vec<String> {
        self.groups
            .get_untracked()
            .iter()
            .flat_map(|group| self.ids_of(group))
            .collect()
    }

    /// Whether an issue is shown.
    pub fn has(&self, id: &str) -> bool {
        let view = self.view.get_untracked();
        let everything = Group::Everything;
        let issues = queries::issues(&view, self.assignee.get_untracked().as_deref(), &everything);
        let it = issues.filter(Issue::ID.eq(id)).exists();
        self.store.query(&it).unwrap_or(false)
    }

    /// The row of an issue in a group.
    pub fn row_of(&self, group: usize, id: &str) -> Option<usize> {
        let group = self
            .groups
            .with_untracked(|groups| groups.get(group).cloned())?;
        // Reading a group's ids takes as long as it has issues, so look first whether it is worth that.
        if !self.has(id) {
            return None;
        }
        self.ids_of(&group).iter().position(|other| other == id)
    }

    fn ids_of(&self, group: &Group) -> Vec<String> {
        let view = self.view.get_untracked();
        let issues = queries::issues(&view, self.assignee.get_untracked().as_deref(), group);
        let ids = queries::ordered(issues, &view).select(Issue::ID);
        self.store.query(&ids).unwrap_or_default()
    }

    /// Lets the keyboard move in it, as long as the component that calls this is there. `here` is the view's address.
    pub fn take_cursor(
        &self,
        ui: Ui,
        is_board: bool,
        here: Memo<String>,
        reveal: impl Fn((usize, usize)) + Send + Sync + 'static,
    ) {
        let listing = *self;
        let shown = Shown {
            is_board,
            counts: self.counts,
            id_at: Callback::new(move |place| listing.id_at(place)),
            has: Callback::new(move |id: String| listing.has(&id)),
            row_of: Callback::new(move |(group, id): (usize, String)| listing.row_of(group, &id)),
            all: Callback::new(move |()| listing.all()),
            reveal: Callback::new(reveal),
        };
        ui.take_cursor(shown, here);
    }
}
