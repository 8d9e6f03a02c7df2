//! Keys that put things in an order: between any two there is room for another one.
//!
//! A key is a fraction written in base 62, without the zero and the dot: texts sort as the fractions do. Moving one
//! thing changes one key, so two people who move different things at the same time don't disturb each other.

use livestore_core::prelude::DateTime;

/// Sorted as texts are.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Enough for milliseconds until the year 8888.
const TIME_DIGITS: u32 = 8;

/// The key of something new: before everything that is older.
pub fn newest_first(at: DateTime) -> String {
    let end = 62_i64.pow(TIME_DIGITS) - 1;
    let mut rest = end - at.millis().clamp(0, end);
    let mut key = [0; TIME_DIGITS as usize];
    for digit in key.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    let mut key: String = key.into_iter().map(char::from).collect();
    // A fraction that ended in zero would leave no room before it.
    key.push('V');
    key
}

/// A key between two others; `None` is the start or the end. Where there is no room, because both are equal (two
/// people put something in the same place) or not keys, it comes right after the first.
pub fn between(after: Option<&str>, before: Option<&str>) -> String {
    let low = after.unwrap_or_default();
    match before {
        Some(high) if low < high => midpoint(low.as_bytes(), Some(high.as_bytes())),
        _ => midpoint(low.as_bytes(), None),
    }
}

fn midpoint(low: &[u8], high: Option<&[u8]>) -> String {
    let mut key = String::new();
    // Below 1 until a digit smaller than the bound's has been written.
    let mut bound = high;
    for place in 0.. {
        let from = low.get(place).map_or(0, |&digit| value(digit));
        let to = match bound {
            Some(high) => high.get(place).map_or(0, |&digit| value(digit)),
            None => DIGITS.len(),
        };
        if to > from + 1 {
            key.push(char::from(DIGITS[usize::midpoint(from, to)]));
            break;
        }
        key.push(char::from(DIGITS[from]));
        if from < to {
            bound = None;
        }
    }
    key
}

fn value(digit: u8) -> usize {
    DIGITS.binary_search(&digit).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> DateTime {
        DateTime::from_millis(millis)
    }

    #[test]
    fn a_key_is_between_its_neighbours() {
        let keys = ["1", "5", "501", "A", "V", "VV", "z", "zz"];
        for pair in keys.windows(2) {
            let key = between(Some(pair[0]), Some(pair[1]));
            assert!(pair[0] < &*key && &*key < pair[1], "{pair:?}: {key}");
        }
        assert!(&*between(None, Some("1")) < "1");
        assert!(&*between(Some("zz"), None) > "zz");
        assert_eq!(between(None, None), "V");
    }

    #[test]
    fn there_is_always_room_on_either_side() {
        let (mut low, mut high) = (between(None, None), "z".to_owned());
        for round in 0..500 {
            let key = between(Some(&low), Some(&high));
            assert!(low < key && key < high, "{low} {key} {high}");
            assert!(!key.ends_with('0'), "{key}");
            if round % 3 == 0 {
                low = key
            } else {
                high = key
            }
        }
        let mut first = newest_first(at(1_700_000_000_000));
        for _ in 0..100 {
            let key = between(None, Some(&first));
            assert!(key < first && !key.ends_with('0'), "{key} {first}");
            first = key;
        }
    }

    #[test]
    fn what_is_newer_comes_first() {
        let (old, new) = (
            newest_first(at(1_700_000_000_000)),
            newest_first(at(1_700_000_000_001)),
        );
        assert!(new < old, "{new} {old}");
        assert_eq!(old.len(), new.len());
    }

    #[test]
    fn equal_neighbours_put_it_after_both() {
        assert!(&*between(Some("V"), Some("V")) > "V");
    }
}
