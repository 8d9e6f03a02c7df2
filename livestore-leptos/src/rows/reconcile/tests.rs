//! What the comparison with the data comes to, on rows that are plain values.

use super::*;
use proptest::prelude::*;
use std::cell::Cell;

/// Data of a row: its key and what it shows.
type Item = (u32, u8);

#[derive(Clone, Debug, PartialEq)]
struct Row {
    key: u32,
    shows: Item,
}

impl Standing<Item, u32> for Row {
    fn key(&self) -> &u32 {
        &self.key
    }

    fn holds(&self, item: &Item) -> bool {
        self.shows == *item
    }
}

fn rows(items: &[Item]) -> Vec<Row> {
    items
        .iter()
        .map(|&shows| Row {
            key: shows.0,
            shows,
        })
        .collect()
}

/// The rows after an update was carried out; the order of moves is the business of the diff's own tests.
fn apply(mut rows: Vec<Row>, update: Update<Item, u32>) -> Vec<Row> {
    for (position, item) in update.changed {
        assert_ne!(
            rows[position].shows, item,
            "a row that already shows the item was changed"
        );
        rows[position].shows = item;
    }
    let kept: Vec<usize> = update
        .slots
        .iter()
        .filter_map(|slot| match slot {
            Slot::Stay(position) | Slot::Move(position) => Some(*position),
            Slot::Insert(..) => None,
        })
        .collect();
    for position in update.middle.clone() {
        assert_ne!(kept.contains(&position), update.removed.contains(&position));
    }
    let middle: Vec<Row> = update
        .slots
        .into_iter()
        .map(|slot| match slot {
            Slot::Stay(position) | Slot::Move(position) => rows[position].clone(),
            Slot::Insert(key, shows) => Row { key, shows },
        })
        .collect();
    rows.splice(update.middle, middle);
    rows
}

fn without_duplicates(items: &[Item]) -> Vec<Item> {
    let mut shown: Vec<Item> = Vec::new();
    for item in items {
        if shown.iter().all(|other| other.0 != item.0) {
            shown.push(*item);
        }
    }
    shown
}

fn reconciled(from: &[Item], to: &[Item]) -> Update<Item, u32> {
    reconcile(&rows(from), to, |item| item.0)
}

/// Few keys, so that lists overlap and keys occur twice.
fn items() -> impl Strategy<Value = Vec<Item>> {
    prop::collection::vec((0..30u32, 0..2u8), 0..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn the_rows_show_the_data_after_any_update(from in items(), to in items()) {
        let from = without_duplicates(&from);
        let shown = apply(rows(&from), reconciled(&from, &to));
        prop_assert_eq!(shown, rows(&without_duplicates(&to)));
    }

    #[test]
    fn the_rows_show_the_data_after_an_edit_in_place(
        from in items(),
        at in any::<prop::sample::Index>(),
        item in (0..30u32, 0..2u8),
    ) {
        let from = without_duplicates(&from);
        let mut to = from.clone();
        if !to.is_empty() {
            let at = at.index(to.len());
            to[at] = item;
        }
        let shown = apply(rows(&from), reconciled(&from, &to));
        prop_assert_eq!(shown, rows(&without_duplicates(&to)));
    }
}

#[test]
fn one_changed_item_is_one_changed_row_and_one_call_of_the_key_function() {
    let from: Vec<Item> = (0..1_000).map(|key| (key, 0)).collect();
    let mut to = from.clone();
    to[500].1 = 1;
    let calls = Cell::new(0);
    let update = reconcile(&rows(&from), &to, |item: &Item| {
        calls.set(calls.get() + 1);
        item.0
    });
    assert_eq!(update.changed, [(500, (500, 1))]);
    assert_eq!(
        (update.removed.len(), update.slots.len(), calls.get()),
        (0, 0, 1)
    );
}

#[test]
fn an_appended_item_is_one_insertion() {
    let update = reconciled(&[(1, 0), (2, 0)], &[(1, 0), (2, 0), (3, 0)]);
    assert_eq!(update.middle, 2..2);
    assert_eq!(update.slots, [Slot::Insert(3, (3, 0))]);
}

#[test]
fn the_later_of_two_items_with_one_key_is_left_out_wherever_they_stand() {
    for from in [
        vec![],
        vec![(1, 0)],
        vec![(2, 0)],
        vec![(1, 0), (2, 0)],
        vec![(2, 0), (1, 0)],
    ] {
        let to = [(1, 0), (2, 1), (2, 0), (1, 1)];
        let update = reconciled(&from, &to);
        assert_eq!(
            update.duplicate,
            Some(Duplicate {
                shown: 1,
                left_out: 2
            }),
            "from {from:?}"
        );
        assert_eq!(
            apply(rows(&from), update),
            rows(&[(1, 0), (2, 1)]),
            "from {from:?}"
        );
    }
}

#[test]
fn distinct_keys_are_no_duplicates() {
    assert_eq!(
        reconciled(&[(1, 0)], &[(2, 0), (1, 1), (3, 0)]).duplicate,
        None
    );
}
