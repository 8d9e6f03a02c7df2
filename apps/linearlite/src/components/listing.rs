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
        let view = self.view.get_untracked();
        let of_group = |group: Group| {
            let issues = queries::issues(&view, self.assignee.get_untracked().as_deref(), &group);
            let ids = queries::ordered(issues, &view).select(Issue::ID);
            self.store.query(&ids).unwrap_or_default()
        };
        self.groups
            .get_untracked()
            .into_iter()
            .flat_map(of_group)
            .collect()
    }

    /// Lets the keyboard move in it, as long as the component that calls this is there.
    pub fn take_cursor(
        &self,
        ui: Ui,
        is_board: bool,
        reveal: impl Fn((usize, usize)) + Send + Sync + 'static,
    ) {
        let listing = *self;
        let shown = Shown {
            is_board,
            counts: self.counts,
            id_at: Callback::new(move |place| listing.id_at(place)),
            all: Callback::new(move |()| listing.all()),
            reveal: Callback::new(reveal),
        };
        ui.shown.set(Some(shown));
        ui.cursor.set(None);
        on_cleanup(move || {
            let is_this = |now: &Option<Shown>| now.is_some_and(|now| now.counts == shown.counts);
            if ui.shown.try_with_untracked(is_this) == Some(true) {
                ui.shown.set(None);
                ui.cursor.set(None);
                ui.selected.update(|selected| selected.clear());
            }
        });
    }
}
