//! Reactive owners of rows: one each, disposed with the row, and nothing left behind by rows that are gone.

use leptos::reactive::owner::Owner;

/// Hands out an owner for every row of a list.
///
/// An owner remembers every child it ever had until it is cleaned up itself, so owners made directly under the
/// list's one would pile up as rows come and go. Instead each row's owner is the only child of a slot; cleaning
/// the slot disposes the row's owner and forgets it, and the slot is used again. (The slot itself is no owner to
/// build rows in: contexts provided in an owner survive its clean-up, and the next row must not see them.)
#[derive(Debug)]
pub(crate) struct RowOwners {
    list: Owner,
    free: Vec<RowSlot>,
}

/// The place of one row among the owners of its list.
#[derive(Debug)]
pub(crate) struct RowSlot(Owner);

impl RowOwners {
    /// Rows' owners will be descendants of `list`, so that rows see the contexts around the list.
    pub(crate) fn new(list: Owner) -> Self {
        Self {
            list,
            free: Vec::new(),
        }
    }

    /// A new row's owner, and the slot to give back when the row goes.
    pub(crate) fn take(&mut self) -> (Owner, RowSlot) {
        let slot = self
            .free
            .pop()
            .unwrap_or_else(|| RowSlot(self.list.child()));
        (slot.0.child(), slot)
    }

    /// Disposes the owner of a row whose view is gone: its clean-ups run, its effects stop, its signals end.
    pub(crate) fn dispose(&mut self, slot: RowSlot) {
        slot.0.cleanup();
        self.free.push(slot);
    }
}
