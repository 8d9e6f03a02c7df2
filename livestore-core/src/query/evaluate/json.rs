//! JSON texts as SQLite's `json_each` and `json_extract` read them, as far as that is sure.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Truth,
    value::{Known, compare_values},
};
use crate::query::{Value, ValueRef};

/// Whether a JSON array has the element.
pub(super) fn contains(array: ValueRef<'_>, element: &Value) -> Truth {
    let text = match array {
        ValueRef::Null => return Truth::False,
        ValueRef::Text(text) => text,
        _ => return Truth::Unknown,
    };
    let Ok(items) = serde_json::from_str::<Vec<&RawValue>>(text) else {
        return Truth::Unknown;
    };
    let element = Known::from(element);
    let mut truth = Truth::False;
    for item in items {
        truth = truth.or(match scalar(item.get()) {
            Some(item) => match (item.as_ref(), element.as_ref()) {
                (ValueRef::Null, ValueRef::Null) => Truth::True,
                (ValueRef::Null, _) | (_, ValueRef::Null) => Truth::False,
                (item, element) => compare_values(item, element).is_eq().into(),
            },
            None => Truth::Unknown,
        });
    }
    truth
}

/// Returns what stands at a path of keys and places, as in `$.owner.tags[0]`.
pub(super) fn extract<'a>(json: ValueRef<'_>, path: &str) -> Option<Known<'a>> {
    let text = match json {
        ValueRef::Null => return Some(Known::Owned(Value::Null)),
        ValueRef::Text(text) => text,
        _ => return None,
    };
    let whole: &RawValue = serde_json::from_str(text).ok()?;
    let mut at = whole.get();
    let mut rest = path.strip_prefix('$')?;
    while !rest.is_empty() {
        let found = if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (key, after) = after.split_at(end);
            // Quoted keys and keys with escapes are SQLite's business.
            if key.is_empty() || key.contains(['"', '\\']) {
                return None;
            }
            rest = after;
            member(at, key)?
        } else {
            let (place, after) = rest.strip_prefix('[')?.split_once(']')?;
            rest = after;
            element(at, place.parse().ok()?)?
        };
        match found {
            Some(found) => at = found,
            None => return Some(Known::Owned(Value::Null)),
        }
    }
    scalar(at)
}

/// The outer `None` when it can't be told, the inner when there is no such member.
fn member<'a>(object: &'a str, key: &str) -> Option<Option<&'a str>> {
    if !object.starts_with('{') {
        return Some(None);
    }
    let Members(members) = serde_json::from_str(object).ok()?;
    let mut of_that_name = members.into_iter().filter(|(name, _)| name == key);
    let found = of_that_name.next().map(|(_, value)| value.get());
    // Which of two members of one name counts is not the same everywhere.
    of_that_name.next().is_none().then_some(found)
}

/// The members of an object, each as often as it is there.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(All)
    }
}

fn element(array: &str, place: usize) -> Option<Option<&str>> {
    if !array.starts_with('[') {
        return Some(None);
    }
    let items: Vec<&RawValue> = serde_json::from_str(array).ok()?;
    Some(items.get(place).map(|item| item.get()))
}

/// A JSON text's SQL value: of an object or array its text, if that is surely written as SQLite would.
fn scalar<'a>(json: &str) -> Option<Known<'a>> {
    Some(Known::Owned(match json.as_bytes().first()? {
        // What SQLite makes of a NUL in a text is its own business.
        b'"' if json.contains("\\u0000") => return None,
        b'"' => Value::Text(serde_json::from_str(json).ok()?),
        b't' => Value::Integer(1),
        b'f' => Value::Integer(0),
        b'n' => Value::Null,
        b'[' | b'{' if is_compact(json) => Value::Text(json.to_owned()),
        b'[' | b'{' => return None,
        // SQLite reads floating point numbers in a way of its own.
        _ => Value::Integer(json.parse().ok()?),
    }))
}

fn is_compact(json: &str) -> bool {
    !json.contains([' ', '\t', '\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn of_two_members_of_one_name_it_is_not_known_which_counts() {
        let twice = ValueRef::Text(r#"{"a":1,"b":2,"a":3}"#);
        assert!(extract(twice, "$.a").is_none());
        let once = extract(twice, "$.b").map(|known| known.as_ref() == ValueRef::Integer(2));
        assert_eq!(once, Some(true));
    }
}
