//! Compares the rows that stand with the data: what has to change, with all of it cloned out of the data.
//!
//! Nothing is changed here. The data's lock is held during the comparison, so no code of the app runs except the
//! key function; rows are built, moved and removed afterwards, by [`super::state`].

use super::diff::{Diff, Step, diff};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{hash::Hash, ops::Range};

/// A row that stands, as far as comparing goes.
pub(crate) trait Standing<T, K> {
    /// The key it was built for.
    fn key(&self) -> &K;

    /// Whether it already shows this item.
    fn holds(&self, item: &T) -> bool;
}

/// What has to change so that the rows show the data. Positions count the rows as they stood.
#[derive(Debug, PartialEq)]
pub(crate) struct Update<T, K> {
    /// Rows that stay on screen with other data.
    pub(crate) changed: Vec<(usize, T)>,
    /// The rows between the untouched front and the untouched back.
    pub(crate) middle: Range<usize>,
    /// The rows of the middle that leave, in ascending order.
    pub(crate) removed: Vec<usize>,
    /// What the middle becomes.
    pub(crate) slots: Vec<Slot<T, K>>,
    /// The first item that was left out because an earlier one has its key.
    pub(crate) duplicate: Option<Duplicate>,
}

/// The row at one position of the new middle.
#[derive(Debug, PartialEq)]
pub(crate) enum Slot<T, K> {
    /// The row that stood here stays where it is.
    Stay(usize),
    /// The row that stood here has to move.
    Move(usize),
    /// A new row.
    Insert(K, T),
}

/// Two items with the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Duplicate {
    /// The position of the item that is shown.
    pub(crate) shown: usize,
    /// The position of the item that is left out.
    pub(crate) left_out: usize,
}

/// Compares `rows` with `items`.
///
/// A list whose keys are as before costs one comparison per item: no hashing, and `key` is called only for
/// items that changed. Otherwise only the part between the first and the last difference is diffed.
///
/// Items with a key that an earlier item has are left out, as if they were not in the data.
pub(crate) fn reconcile<T, K, R>(rows: &[R], items: &[T], key: impl Fn(&T) -> K) -> Update<T, K>
where
    T: Clone,
    K: Eq + Hash,
    R: Standing<T, K>,
{
    let mut changed = Vec::new();
    let mut same_key = |row: usize, item: &T| {
        if rows[row].holds(item) {
            return true;
        }
        let same = *rows[row].key() == key(item);
        if same {
            changed.push((row, item.clone()));
        }
        same
    };

    let shorter = rows.len().min(items.len());
    let front = (0..shorter)
        .take_while(|&at| same_key(at, &items[at]))
        .count();
    let back = (1..=shorter - front)
        .take_while(|&nth| same_key(rows.len() - nth, &items[items.len() - nth]))
        .count();

    let middle = front..rows.len() - back;
    let new: Vec<&T> = items[front..items.len() - back].iter().collect();
    let keys: Vec<K> = new.iter().map(|item| key(item)).collect();
    let found = diff_of(&rows[middle.clone()], &keys);

    // A key that occurs twice shows as an insertion: its row is already taken by the other occurrence.
    if found.steps.contains(&Step::Insert) {
        let untouched = rows[..front].iter().chain(&rows[middle.end..]).map(R::key);
        if !all_distinct(untouched.chain(&keys)) {
            return reconcile_distinct(rows, items, key);
        }
    }
    assemble(rows, middle, found, new, keys, changed)
}

/// The same for data with duplicate keys: an error of the app, so there are no short cuts here.
fn reconcile_distinct<T, K, R>(rows: &[R], items: &[T], key: impl Fn(&T) -> K) -> Update<T, K>
where
    T: Clone,
    K: Eq + Hash,
    R: Standing<T, K>,
{
    let keys: Vec<K> = items.iter().map(key).collect();
    let mut shown_at = FxHashMap::default();
    let mut shown = Vec::with_capacity(items.len());
    let mut duplicate = None;
    for (position, key) in keys.iter().enumerate() {
        let first = *shown_at.entry(key).or_insert(position);
        shown.push(first == position);
        if first != position {
            duplicate.get_or_insert(Duplicate {
                shown: first,
                left_out: position,
            });
        }
    }

    let items = items
        .iter()
        .zip(&shown)
        .filter_map(|(item, shown)| shown.then_some(item))
        .collect();
    let keys: Vec<K> = keys
        .into_iter()
        .zip(shown)
        .filter_map(|(key, shown)| shown.then_some(key))
        .collect();
    let found = diff_of(rows, &keys);
    Update {
        duplicate,
        ..assemble(rows, 0..rows.len(), found, items, keys, Vec::new())
    }
}

fn diff_of<T, K, R>(rows: &[R], keys: &[K]) -> Diff
where
    K: Eq + Hash,
    R: Standing<T, K>,
{
    diff(&rows.iter().map(R::key).collect::<Vec<_>>(), keys)
}

fn all_distinct<'a, K: Eq + Hash + 'a>(keys: impl Iterator<Item = &'a K>) -> bool {
    let mut seen = FxHashSet::with_capacity_and_hasher(keys.size_hint().0, Default::default());
    for key in keys {
        if !seen.insert(key) {
            return false;
        }
    }
    true
}

/// Turns the diff of `rows[middle]` into an update, adding the data of new and changed rows.
fn assemble<T, K, R>(
    rows: &[R],
    middle: Range<usize>,
    found: Diff,
    items: Vec<&T>,
    keys: Vec<K>,
    mut changed: Vec<(usize, T)>,
) -> Update<T, K>
where
    T: Clone,
    R: Standing<T, K>,
{
    let first = middle.start;
    let mut survives = |position: usize, item: &T| {
        if !rows[first + position].holds(item) {
            changed.push((first + position, item.clone()));
        }
        first + position
    };
    let slots = found
        .steps
        .into_iter()
        .zip(items.into_iter().zip(keys))
        .map(|(step, (item, key))| match step {
            Step::Stay(position) => Slot::Stay(survives(position, item)),
            Step::Move(position) => Slot::Move(survives(position, item)),
            Step::Insert => Slot::Insert(key, item.clone()),
        })
        .collect();
    let removed = found
        .removed
        .into_iter()
        .map(|position| first + position)
        .collect();
    Update {
        changed,
        middle,
        removed,
        slots,
        duplicate: None,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
