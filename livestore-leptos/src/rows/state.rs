//! The rows that stand in the DOM, and how an [`Update`] is carried out on them.

use super::{
    owners::{RowOwners, RowSlot},
    reconcile::{Slot, Standing, Update},
};
use leptos::{
    prelude::{ArcRwSignal, Mountable, Set, WithUntracked},
    tachys::renderer::{
        CastFrom, Rndr,
        types::{Element, Node, Placeholder},
    },
};
use std::{mem, ops::Range};

/// A row that was built. The fields are dropped in this order: what is on screen before what it uses.
pub(crate) struct Row<T, K, S> {
    pub(crate) view: S,
    pub(crate) slot: RowSlot,
    pub(crate) value: ArcRwSignal<T>,
    pub(crate) key: K,
}

impl<T: PartialEq + 'static, K, S> Standing<T, K> for Row<T, K, S> {
    fn key(&self) -> &K {
        &self.key
    }

    fn holds(&self, item: &T) -> bool {
        self.value.with_untracked(|value| value == item)
    }
}

/// The rows of a list in the order of the data, followed in the DOM by a marker that is always there.
pub(crate) struct RowsState<T, K, S> {
    pub(crate) rows: Vec<Row<T, K, S>>,
    owners: RowOwners,
    marker: Placeholder,
    /// Whether the app was told about a duplicate key.
    pub(crate) warned: bool,
}

impl<T, K, S> RowsState<T, K, S>
where
    T: PartialEq + Send + Sync + 'static,
    S: Mountable,
{
    /// Makes the rows show the data an update was computed for. `build` makes new rows, not yet in the DOM.
    pub(crate) fn apply(
        &mut self,
        update: Update<T, K>,
        mut build: impl FnMut(K, T, &mut RowOwners) -> Row<T, K, S>,
    ) {
        let Update {
            changed,
            middle,
            removed,
            slots,
            ..
        } = update;
        for (position, item) in changed {
            self.rows[position].value.set(item);
        }
        if removed.is_empty() && slots.is_empty() {
            return;
        }

        let first = middle.start;
        let mut old = self.remove(middle, &removed);
        let mut survivor = |position: usize| {
            old[position - first]
                .take()
                .expect("a diff names every old row once")
        };
        let mut stays = Vec::with_capacity(slots.len());
        let mut new = Vec::with_capacity(slots.len());
        for slot in slots {
            stays.push(matches!(slot, Slot::Stay(_)));
            new.push(match slot {
                Slot::Stay(position) | Slot::Move(position) => survivor(position),
                Slot::Insert(key, item) => build(key, item, &mut self.owners),
            });
        }
        self.rows.splice(first..first, new);
        self.place(first, &stays);
    }

    /// Takes the rows of the middle out of the list, ends those that leave and returns the others.
    fn remove(&mut self, middle: Range<usize>, removed: &[usize]) -> Vec<Option<Row<T, K, S>>> {
        if removed.len() == self.rows.len() {
            self.clear();
            return Vec::new();
        }
        let first = middle.start;
        let mut old: Vec<_> = self.rows.drain(middle).map(Some).collect();
        for mut row in removed
            .iter()
            .filter_map(|&position| old[position - first].take())
        {
            row.view.unmount();
            self.dispose(row);
        }
        old
    }

    fn clear(&mut self) {
        self.unmount_rows();
        for row in mem::take(&mut self.rows) {
            self.dispose(row);
        }
    }

    fn dispose(&mut self, row: Row<T, K, S>) {
        let Row { view, slot, .. } = row;
        drop(view);
        self.owners.dispose(slot);
    }

    /// Puts the rows from `first` on that do not stay into their places in the DOM.
    ///
    /// From the last run to the first, so that whatever stands behind a run is already right.
    fn place(&mut self, first: usize, stays: &[bool]) {
        // A list that is not in the DOM now gets its rows there when it is mounted.
        let Some(parent) = self.parent() else { return };
        let mut end = stays.len();
        while end > 0 {
            let start = stays[..end]
                .iter()
                .rposition(|stays| *stays)
                .map_or(0, |standing| standing + 1);
            self.place_run(first + start..first + end, &parent);
            end = start.saturating_sub(1);
        }
    }

    fn place_run(&mut self, run: Range<usize>, parent: &Element) {
        if run.is_empty() {
            return;
        }
        let behind =
            first_node(&self.rows[run.end..]).unwrap_or_else(|| self.marker.clone().into());
        for row in &mut self.rows[run] {
            row.view.mount(parent, Some(&behind));
        }
    }
}

impl<T, K, S: Mountable> RowsState<T, K, S> {
    /// Takes over `rows`, and the owners they were made with.
    pub(crate) fn new(owners: RowOwners, marker: Placeholder, rows: Vec<Row<T, K, S>>) -> Self {
        Self {
            rows,
            owners,
            marker,
            warned: false,
        }
    }

    fn parent(&self) -> Option<Element> {
        Rndr::get_parent(&self.marker).and_then(Element::cast_from)
    }

    /// Takes all rows out of the DOM, at one go if their parent holds nothing else.
    fn unmount_rows(&mut self) {
        let Some(first) = first_node(&self.rows) else {
            return;
        };
        let marker: &Node = &self.marker;
        if let Some(parent) = self.parent()
            && parent.first_child().as_ref() == Some(&first)
            && parent.last_child().as_ref() == Some(marker)
        {
            Rndr::clear_children(&parent);
            self.marker.mount(&parent, None);
            return;
        }
        for row in &mut self.rows {
            row.view.unmount();
        }
    }
}

impl<T, K, S: Mountable> Mountable for RowsState<T, K, S> {
    fn unmount(&mut self) {
        self.unmount_rows();
        self.marker.unmount();
    }

    fn mount(&mut self, parent: &Element, marker: Option<&Node>) {
        for row in &mut self.rows {
            row.view.mount(parent, marker);
        }
        self.marker.mount(parent, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.rows
            .iter()
            .any(|row| row.view.insert_before_this(child))
            || self.marker.insert_before_this(child)
    }

    fn elements(&self) -> Vec<Element> {
        self.rows
            .iter()
            .flat_map(|row| row.view.elements())
            .collect()
    }
}

/// The first DOM node of these rows. A row need not have one.
fn first_node<T, K, S: Mountable>(rows: &[Row<T, K, S>]) -> Option<Node> {
    rows.iter().find_map(|row| {
        let mut probe = Probe(None);
        row.view.insert_before_this(&mut probe);
        probe.0
    })
}

/// Finds out where a view begins: "inserted" before it, it keeps the node it was to stand before.
struct Probe(Option<Node>);

impl Mountable for Probe {
    fn unmount(&mut self) {}

    fn mount(&mut self, _parent: &Element, marker: Option<&Node>) {
        self.0 = marker.cloned();
    }

    fn insert_before_this(&self, _child: &mut dyn Mountable) -> bool {
        false
    }

    fn elements(&self) -> Vec<Element> {
        Vec::new()
    }
}
