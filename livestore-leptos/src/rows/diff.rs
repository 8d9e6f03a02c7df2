//! The keyed diff: from the keys that stand and the keys that should, which rows leave, stay, move or are new.
//!
//! Only keys here. What the rows hold is compared in [`super::reconcile`], the DOM is changed in [`super::state`].

use rustc_hash::FxHashMap;
use std::hash::Hash;

/// How a list becomes another one.
///
/// To carry it out: take away the rows of `removed`, then go through the runs of steps between two that
/// [stay](Step::Stay) and put their rows, in order, right before the row that stays after the run (or at the end).
/// Rows that stay are never touched, so the order of the runs does not matter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Diff {
    /// The old positions that are not in the new list, in ascending order.
    pub(crate) removed: Vec<usize>,
    /// One step for every position of the new list.
    pub(crate) steps: Vec<Step>,
}

/// Where the row at one position of the new list comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// It stood at this old position and need not move.
    Stay(usize),
    /// It stood at this old position and has to move.
    Move(usize),
    /// It is new.
    Insert,
}

/// Compares two lists of keys, with as few moves as possible. Keys must be distinct within a list; if a new key is
/// not, it is inserted where it comes again.
///
/// The rows that stay are a longest increasing subsequence of the surviving rows' old positions; all the others
/// have to cross one of them. Keyed virtual-DOM diffs have done it this way since ivi
/// (<https://github.com/localvoid/ivi>); Vue 3's `patchKeyedChildren` is the best-known description.
pub(crate) fn diff<K: Eq + Hash>(old: &[&K], new: &[K]) -> Diff {
    let sources = sources(old, new);

    let mut leaves = vec![true; old.len()];
    let survivors: Vec<usize> = sources.iter().copied().flatten().collect();
    for &position in &survivors {
        leaves[position] = false;
    }
    let removed = (0..old.len())
        .filter(|&position| leaves[position])
        .collect();

    let mut standing = longest_increasing(&survivors).into_iter().peekable();
    let mut nth_survivor = 0;
    let steps = sources
        .into_iter()
        .map(|source| {
            let Some(position) = source else {
                return Step::Insert;
            };
            let stays = standing.next_if_eq(&nth_survivor).is_some();
            nth_survivor += 1;
            if stays {
                Step::Stay(position)
            } else {
                Step::Move(position)
            }
        })
        .collect();

    Diff { removed, steps }
}

/// The old position of every new key. Each is given once, so a key that comes again counts as new.
fn sources<K: Eq + Hash>(old: &[&K], new: &[K]) -> Vec<Option<usize>> {
    if old.is_empty() || new.is_empty() {
        return vec![None; new.len()];
    }
    let mut positions: FxHashMap<&K, usize> = old
        .iter()
        .enumerate()
        .map(|(position, &key)| (key, position))
        .collect();
    new.iter().map(|key| positions.remove(key)).collect()
}

/// The indices, in ascending order, of a longest strictly increasing subsequence of distinct `values`.
///
/// Patience sorting with links back, in O(n log n): <https://en.wikipedia.org/wiki/Longest_increasing_subsequence>.
fn longest_increasing(values: &[usize]) -> Vec<usize> {
    // `tails[n]` is the index of the smallest value that ends an increasing subsequence of length n + 1.
    let mut tails: Vec<usize> = Vec::with_capacity(values.len());
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(values.len());
    for (index, value) in values.iter().enumerate() {
        // Most lists are nearly in order, so the longest subsequence is tried before the search.
        let length = match tails.last() {
            Some(&last) if values[last] > *value => {
                tails.partition_point(|&tail| values[tail] < *value)
            }
            _ => tails.len(),
        };
        previous.push(length.checked_sub(1).map(|shorter| tails[shorter]));
        if length == tails.len() {
            tails.push(index);
        } else {
            tails[length] = index;
        }
    }

    let mut subsequence = Vec::with_capacity(tails.len());
    let mut next = tails.last().copied();
    while let Some(index) = next {
        subsequence.push(index);
        next = previous[index];
    }
    subsequence.reverse();
    subsequence
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
