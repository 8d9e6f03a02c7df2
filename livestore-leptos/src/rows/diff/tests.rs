//! The diff against a list that only knows "take away" and "put before", and its number of moves against the
//! textbook's longest increasing subsequence.

use super::*;
use proptest::prelude::*;

fn diff_of(old: &[u32], new: &[u32]) -> Diff {
    diff(&old.iter().collect::<Vec<_>>(), new)
}

/// Carries out a diff the way it is documented, on a list that only knows "take away" and "put before".
fn apply(old: &[u32], new: &[u32], diff: &Diff) -> Vec<u32> {
    let mut list = old.to_vec();
    for &position in &diff.removed {
        list.retain(|key| *key != old[position]);
    }
    for (position, step) in diff.steps.iter().enumerate() {
        match step {
            Step::Stay(source) => {
                assert_eq!(old[*source], new[position]);
                continue;
            }
            Step::Move(source) => {
                assert_eq!(old[*source], new[position]);
                list.retain(|key| *key != new[position]);
            }
            Step::Insert => assert!(!old.contains(&new[position])),
        }
        let anchor =
            (position..new.len()).find(|&later| matches!(diff.steps[later], Step::Stay(_)));
        let at = anchor.map_or(list.len(), |anchor| {
            list.iter()
                .position(|key| *key == new[anchor])
                .expect("a row that stays is in the list")
        });
        list.insert(at, new[position]);
    }
    list
}

fn moves(diff: &Diff) -> usize {
    diff.steps
        .iter()
        .filter(|step| matches!(step, Step::Move(_)))
        .count()
}

/// The length of a longest increasing subsequence by the quadratic textbook recurrence.
fn longest_increasing_length(values: &[usize]) -> usize {
    let mut lengths = vec![1; values.len()];
    for end in 0..values.len() {
        for start in 0..end {
            if values[start] < values[end] {
                lengths[end] = lengths[end].max(lengths[start] + 1);
            }
        }
    }
    lengths.into_iter().max().unwrap_or(0)
}

fn distinct_keys() -> impl Strategy<Value = Vec<u32>> {
    proptest::sample::subsequence((0..40u32).collect::<Vec<_>>(), 0..40).prop_shuffle()
}

/// A list and what a few edits make of it: closer to an app's changes than two unrelated lists.
fn edited_keys() -> impl Strategy<Value = (Vec<u32>, Vec<u32>)> {
    let edit = (
        0..4u8,
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
    );
    (distinct_keys(), prop::collection::vec(edit, 0..6)).prop_map(|(old, edits)| {
        let mut new = old.clone();
        for (number, (kind, from, to)) in edits.into_iter().enumerate() {
            match kind {
                0 => new.insert(to.index(new.len() + 1), 1_000 + number as u32),
                1 if !new.is_empty() => drop(new.remove(from.index(new.len()))),
                2 if !new.is_empty() => {
                    let key = new.remove(from.index(new.len()));
                    new.insert(to.index(new.len() + 1), key);
                }
                3 => new.reverse(),
                _ => {}
            }
        }
        (old, new)
    })
}

fn check(old: &[u32], new: &[u32]) -> Result<(), TestCaseError> {
    let diff = diff_of(old, new);
    prop_assert_eq!(apply(old, new, &diff), new);

    let survivors: Vec<usize> = new
        .iter()
        .filter_map(|key| old.iter().position(|other| other == key))
        .collect();
    prop_assert_eq!(
        moves(&diff),
        survivors.len() - longest_increasing_length(&survivors)
    );
    prop_assert_eq!(diff.removed.len(), old.len() - survivors.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn applying_a_diff_gives_the_new_list_with_as_few_moves_as_possible(
        old in distinct_keys(),
        new in distinct_keys(),
    ) {
        check(&old, &new)?;
    }

    #[test]
    fn applying_a_diff_after_a_few_edits_gives_the_new_list(lists in edited_keys()) {
        check(&lists.0, &lists.1)?;
    }
}

#[test]
fn every_permutation_of_seven_rows_is_reached_with_as_few_moves_as_possible() {
    fn permutations(rest: &mut Vec<u32>, list: &mut Vec<u32>, visit: &mut impl FnMut(&[u32])) {
        if rest.is_empty() {
            visit(list);
        }
        for index in 0..rest.len() {
            let key = rest.remove(index);
            list.push(key);
            permutations(rest, list, visit);
            list.pop();
            rest.insert(index, key);
        }
    }
    let old: Vec<u32> = (0..7).collect();
    let mut visited = 0;
    permutations(&mut old.clone(), &mut Vec::new(), &mut |new| {
        check(&old, new).unwrap();
        visited += 1;
    });
    assert_eq!(visited, 5_040);
}

#[test]
fn a_filter_and_a_re_sort_in_one_step_give_the_order_of_the_data() {
    let (old, new) = ([9, 5, 11, 7, 0], [4, 1, 11, 5, 0, 9, 3]);
    assert_eq!(apply(&old, &new, &diff_of(&old, &new)), new);
}

#[test]
fn equal_lists_need_nothing() {
    let diff = diff_of(&[3, 1, 2], &[3, 1, 2]);
    assert_eq!(
        diff,
        Diff {
            removed: vec![],
            steps: vec![Step::Stay(0), Step::Stay(1), Step::Stay(2)]
        }
    );
}

#[test]
fn a_repeated_key_is_an_insertion() {
    let diff = diff_of(&[1, 2], &[2, 2]);
    assert_eq!(
        diff,
        Diff {
            removed: vec![0],
            steps: vec![Step::Stay(1), Step::Insert]
        }
    );
}

#[test]
fn one_row_moved_across_the_list_is_one_move() {
    let old: Vec<u32> = (0..1_000).collect();
    let mut new = old.clone();
    let key = new.remove(2);
    new.insert(900, key);
    assert_eq!(moves(&diff_of(&old, &new)), 1);
}

#[test]
fn reversing_moves_all_but_one() {
    let old: Vec<u32> = (0..1_000).collect();
    let new: Vec<u32> = old.iter().rev().copied().collect();
    assert_eq!(moves(&diff_of(&old, &new)), 999);
}
