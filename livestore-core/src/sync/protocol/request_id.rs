//! The number of a request, echoed as it came.

use std::{fmt, hash::Hash, hash::Hasher, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::value::RawValue;

/// What tells a request from the others of its connection; only the client gives it a meaning.
///
/// It is kept as the JSON it came as: LiveStore 0.4 sends decimal numbers as strings, a later version
/// sends plain numbers, and each wants its own back.
#[derive(Clone)]
pub struct RequestId(Arc<RawValue>);

impl RequestId {
    /// Returns the id that counts to this number, as LiveStore 0.4 writes it.
    pub fn new(number: u64) -> Self {
        let text = format!("\"{number}\"");
        let raw = RawValue::from_string(text).expect("digits in quotes are a JSON string");
        Self(raw.into())
    }

    /// Whether it is a plain number: then whoever sent it reads a [`Cause`](super::Cause) as a list.
    pub fn is_number(&self) -> bool {
        !self.0.get().starts_with('"')
    }

    /// Returns the number it counts to, if it is one.
    pub fn number(&self) -> Option<u64> {
        self.0.get().trim_matches('"').parse().ok()
    }

    /// Returns it as JSON text.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }
}

impl PartialEq for RequestId {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl Eq for RequestId {}

impl Hash for RequestId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_json().hash(state);
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json())
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json().trim_matches('"'))
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RequestId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().bytes().next() {
            Some(b'"' | b'-' | b'0'..=b'9') => Ok(Self(raw.into())),
            _ => Err(D::Error::custom("a request id is a string or a number")),
        }
    }
}
