//! Where the keyboard is in a list or board, and how it moves.
//!
//! A view of 50,000 issues has a page of them on the screen, so the cursor is not the browser's focus but a place: a
//! group, a row of it, and the issue that was there when it came.

use leptos::prelude::*;

use super::Ui;
use crate::schema::Status;

/// A place in a list or board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub group: usize,
    pub row: usize,
    /// The issue there.
    pub id: String,
}

/// The list or board that is shown: what the cursor needs to know of it.
#[derive(Clone, Copy)]
pub struct Shown {
    pub is_board: bool,
    /// How many rows the groups have.
    pub counts: Memo<Vec<usize>>,
    /// The issue at a place.
    pub id_at: Callback<(usize, usize), Option<String>>,
    /// Whether an issue is in the view.
    pub has: Callback<String, bool>,
    /// The row of an issue in a group, if it is there.
    pub row_of: Callback<(usize, String), Option<usize>>,
    /// The ids of all, in order.
    pub all: Callback<(), Vec<String>>,
    /// Scrolls a place into sight.
    pub reveal: Callback<(usize, usize)>,
}

/// A way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    Left,
    Right,
    First,
    Last,
}

impl Ui {
    /// Makes a view the one that is shown, as long as the component that calls this is there. `here` is its address.
    pub fn take_cursor(self, shown: Shown, here: Memo<String>) {
        self.shown.set(Some(shown));
        // The view before this one may still be there, with what was selected in it.
        self.clear_selection();
        self.recall_cursor(&here.read_untracked());
        // With other filters it is another view; the cursor may stay on an issue that is in both.
        Effect::new(move |last: Option<String>| {
            let here = here.get();
            if self.shows(shown) && last.is_some_and(|last| last != here) {
                self.clear_selection();
                if untrack(|| self.at_cursor()).is_none() {
                    self.recall_cursor(&here);
                }
            }
            here
        });
        Effect::new(move |_| {
            let cursor = self.cursor.get();
            if self.shows(shown) {
                self.remember_cursor(here.get_untracked(), cursor);
            }
        });
        on_cleanup(move || {
            if self.shows(shown) {
                self.shown.set(None);
                self.cursor.set(None);
                self.clear_selection();
            }
        });
    }

    /// Whether a view is still the one that is shown.
    pub fn shows(&self, shown: Shown) -> bool {
        let is_it = |now: &Option<Shown>| now.is_some_and(|now| now.counts == shown.counts);
        self.shown.try_with_untracked(is_it) == Some(true)
    }

    /// Moves the cursor a step; the first one only shows where it is.
    pub fn step(&self, step: Step) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        let counts = shown.counts.get_untracked();
        let from = self.cursor.get_untracked().map(|cursor| {
            let row = shown.row_now(&cursor);
            ((cursor.group, row.unwrap_or(cursor.row)), row.is_some())
        });
        let to = match from {
            None if step == Step::Last => last(&counts),
            None => first(&counts),
            Some((at, true)) => next(&counts, at, step, shown.is_board),
            Some((at, false)) => next_of_gone(&counts, at, step, shown.is_board),
        };
        if let Some((group, row)) = to {
            self.put_cursor(group, row);
        }
    }

    /// Puts the cursor on a place and shows that.
    pub fn put_cursor(&self, group: usize, row: usize) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        if let Some(id) = shown.id_at.run((group, row)) {
            self.cursor.set(Some(Cursor { group, row, id }));
            shown.reveal.run((group, row));
        }
    }

    /// Selects the issue at the cursor, goes a step, and selects that one too.
    pub fn extend(&self, step: Step) {
        let select = || {
            if let Some(id) = untrack(|| self.at_cursor()) {
                self.selected.update(|selected| {
                    selected.insert(id);
                });
            }
        };
        select();
        self.step(step);
        select();
    }

    /// Tells people where an issue went that has left the view by being moved.
    pub fn say_if_hidden(&self, id: &str, status: Status) {
        let is_hidden = |shown: Shown| !shown.has.run(id.to_owned());
        if self.shown.get_untracked().is_some_and(is_hidden) {
            let status = status.label();
            self.toasts
                .show(format!("Moved to {status}, which the filters hide"));
        }
    }

    /// Remembers where the cursor is in the view of an address.
    pub fn remember_cursor(&self, view: String, cursor: Option<Cursor>) {
        self.left.update_value(|left| {
            match cursor {
                Some(cursor) => left.insert(view, cursor),
                None => left.remove(&view),
            };
        });
    }

    /// Puts the cursor where it was in the view of an address, if that issue is still in it.
    pub fn recall_cursor(&self, view: &str) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        let cursor = self.left.with_value(|left| left.get(view).cloned());
        self.cursor
            .set(cursor.filter(|cursor| shown.has.run(cursor.id.clone())));
    }
}

impl Shown {
    /// The row of the cursor's issue in its group by now; none if it has left that.
    pub fn row_now(&self, cursor: &Cursor) -> Option<usize> {
        let at = self.id_at.run((cursor.group, cursor.row));
        if at.as_ref() == Some(&cursor.id) {
            return Some(cursor.row);
        }
        self.row_of.run((cursor.group, cursor.id.clone()))
    }
}

fn count(counts: &[usize], group: usize) -> usize {
    counts.get(group).copied().unwrap_or_default()
}

fn first(counts: &[usize]) -> Option<(usize, usize)> {
    let group = counts.iter().position(|count| *count > 0)?;
    Some((group, 0))
}

fn last(counts: &[usize]) -> Option<(usize, usize)> {
    let group = counts.iter().rposition(|count| *count > 0)?;
    Some((group, counts[group] - 1))
}

/// The place a step away: on a board columns are beside each other, in a list groups are below each other.
fn next(
    counts: &[usize],
    at: (usize, usize),
    step: Step,
    is_board: bool,
) -> Option<(usize, usize)> {
    let (group, row) = at;
    let fitting = |group: usize| (group, row.min(counts[group] - 1));
    let before = || {
        counts[..group.min(counts.len())]
            .iter()
            .rposition(|count| *count > 0)
    };
    let after = || {
        let later = counts.get(group + 1..)?;
        Some(group + 1 + later.iter().position(|count| *count > 0)?)
    };
    match step {
        Step::First => first(counts),
        Step::Last => last(counts),
        Step::Left => before().map(fitting),
        Step::Right => after().map(fitting),
        Step::Up if row > 0 => Some((group, row - 1)),
        Step::Down if row + 1 < count(counts, group) => Some((group, row + 1)),
        Step::Up if !is_board => before().map(|group| (group, counts[group] - 1)),
        Step::Down if !is_board => after().map(|group| (group, 0)),
        Step::Up | Step::Down => None,
    }
}

/// The place a step away from where an issue was that went elsewhere: what came in its place is the next one, and
/// wherever the group has become too short or empty, there is a way on.
fn next_of_gone(
    counts: &[usize],
    (group, row): (usize, usize),
    step: Step,
    is_board: bool,
) -> Option<(usize, usize)> {
    let row = row.min(count(counts, group));
    if step == Step::Down && row < count(counts, group) {
        return Some((group, row));
    }
    next(counts, (group, row), step, is_board).or_else(|| first(counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: [usize; 4] = [2, 0, 3, 1];

    #[test]
    fn a_list_goes_on_in_the_next_group_that_has_rows() {
        let step = |at, step| next(&COUNTS, at, step, false);
        assert_eq!(step((0, 0), Step::Down), Some((0, 1)));
        assert_eq!(step((0, 1), Step::Down), Some((2, 0)));
        assert_eq!(step((2, 0), Step::Up), Some((0, 1)));
        assert_eq!(step((3, 0), Step::Down), None);
        assert_eq!(step((0, 0), Step::Up), None);
        assert_eq!(step((0, 0), Step::Last), Some((3, 0)));
    }

    #[test]
    fn a_column_of_the_board_ends_and_its_neighbour_is_beside_it() {
        let step = |at, step| next(&COUNTS, at, step, true);
        assert_eq!(step((0, 1), Step::Down), None);
        assert_eq!(step((0, 1), Step::Right), Some((2, 1)));
        assert_eq!(step((2, 2), Step::Right), Some((3, 0)));
        assert_eq!(step((3, 0), Step::Left), Some((2, 0)));
    }

    #[test]
    fn where_an_issue_went_elsewhere_there_is_a_way_on() {
        let step = |at, step| next_of_gone(&COUNTS, at, step, false);
        assert_eq!(step((2, 1), Step::Down), Some((2, 1)));
        assert_eq!(step((2, 9), Step::Up), Some((2, 2)));
        assert_eq!(step((2, 9), Step::Down), Some((3, 0)));
        assert_eq!(step((1, 9), Step::Up), Some((0, 1)));
        assert_eq!(step((9, 9), Step::Down), Some((0, 0)));
        assert_eq!(next_of_gone(&[0, 2], (0, 9), Step::Up, false), Some((1, 0)));
        assert_eq!(next_of_gone(&[0, 2], (0, 9), Step::Up, true), Some((1, 0)));
    }

    #[test]
    fn nothing_is_next_where_there_is_nothing() {
        assert_eq!(first(&[0, 0]), None);
        assert_eq!(last(&[]), None);
        assert_eq!(next(&[0], (0, 0), Step::Down, false), None);
    }
}
