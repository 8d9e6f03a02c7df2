//! The canonical encoding of an event's arguments.
//!
//! Arguments are JSON text without white space, keys in byte order, whole numbers without a
//! fraction. Two encodings of the same value are the same bytes, whichever client wrote them and
//! whichever order a map was filled in, so events can be compared as text.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned};
use serde_json::{Number, Value, value::RawValue};

/// An event's arguments as canonical JSON text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EncodedArgs(Arc<str>);

/// An event whose arguments have no JSON form.
#[derive(Debug, thiserror::Error)]
#[error("event `{event}` could not be encoded: {source}")]
pub struct EncodeEventError {
    /// The event's name.
    pub event: String,
    /// What serde found.
    pub source: serde_json::Error,
}

impl EncodedArgs {
    /// Encodes a value.
    pub fn encode(value: &(impl Serialize + ?Sized)) -> Result<Self, serde_json::Error> {
        let value = serde_json::to_value(value)?;
        let mut out = String::with_capacity(64);
        write_value(&value, &mut out)?;
        Ok(Self(out.into()))
    }

    /// Brings JSON text from elsewhere (a log, the wire) into canonical form.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        Self::encode(&serde_json::from_str::<Value>(json)?)
    }

    /// Decodes the arguments.
    pub fn decode<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// Returns the JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Wraps text that this module has written before.
    pub(crate) fn trusted(json: &str) -> Self {
        Self(json.into())
    }
}

impl fmt::Debug for EncodedArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for EncodedArgs {
    /// Writes the JSON itself into JSON, and its text into formats that are not for people.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return serializer.serialize_str(&self.0);
        }
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EncodedArgs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return String::deserialize(deserializer).map(|text| Self(text.into()));
        }
        let value = Value::deserialize(deserializer)?;
        Self::encode(&value).map_err(serde::de::Error::custom)
    }
}

fn write_value(value: &Value, out: &mut String) -> Result<(), serde_json::Error> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write_number(number, out),
        Value::String(text) => write_text(text, out)?,
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_value(item, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            // serde_json's map keeps insertion order when another crate turns that feature on.
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            out.push('{');
            for (i, (key, item)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_text(key, out)?;
                out.push(':');
                write_value(item, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// Whole floats are written as integers, as JavaScript does: `1.0` and `1` are the same number.
///
/// So are those past 2^53, where not every integer is a float: `1e16` comes back from a JavaScript
/// peer as `10000000000000000`, and must still be the same event. From 2^64 on JSON readers take both
/// forms for a float.
fn write_number(number: &Number, out: &mut String) {
    const I64: std::ops::Range<f64> = -9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0;
    const U64: std::ops::Range<f64> = 0.0..18_446_744_073_709_551_616.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && I64.contains(&float) => {
            out.push_str(&(float as i64).to_string());
        }
        Some(float) if number.is_f64() && float.fract() == 0.0 && U64.contains(&float) => {
            out.push_str(&(float as u64).to_string());
        }
        _ => out.push_str(&number.to_string()),
    }
}

fn write_text(text: &str, out: &mut String) -> Result<(), serde_json::Error> {
    if text.bytes().any(|b| b < 0x20 || b == b'"' || b == b'\\') {
        out.push_str(&serde_json::to_string(text)?);
    } else {
        out.push('"');
        out.push_str(text);
        out.push('"');
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::EncodedArgs;

    fn canonical(json: &str) -> String {
        EncodedArgs::parse(json).unwrap().as_str().to_owned()
    }

    #[test]
    fn keys_are_sorted_at_every_depth_and_white_space_is_dropped() {
        assert_eq!(
            canonical(r#" { "b" : 1, "a": {"d":[ ], "c":null} } "#),
            r#"{"a":{"c":null,"d":[]},"b":1}"#
        );
    }

    #[test]
    fn whole_floats_are_written_as_integers() {
        assert_eq!(
            canonical("[1.0, -0.0, 1.5, 1e3, 9007199254740993]"),
            "[1,0,1.5,1000,9007199254740993]"
        );
    }

    #[test]
    fn a_large_float_is_the_same_after_a_javascript_peer_wrote_it() {
        for (float, javascript) in [
            (1e16, "10000000000000000"),
            (-1e16, "-10000000000000000"),
            (1.2e19, "12000000000000000000"),
            (1e20, "100000000000000000000"),
            (1e21, "1e21"),
        ] {
            let ours = EncodedArgs::encode(&float).unwrap();
            assert_eq!(ours.as_str(), canonical(javascript), "{float}");
        }
    }

    #[test]
    fn text_is_escaped_the_same_way_every_time() {
        assert_eq!(
            canonical(r#""a\u0022\\\n\u00e9\u0001""#),
            r#""a\"\\\né\u0001""#
        );
    }
}
