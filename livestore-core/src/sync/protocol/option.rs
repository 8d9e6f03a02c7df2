//! How the wire writes what may be missing: `{"_tag":"None"}` or `{"_tag":"Some","value":…}`.
//!
//! For `#[serde(with = "option")]`. Neither `null` nor a missing key stand for it.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeStruct};

pub(super) fn serialize<S: Serializer, T: Serialize>(
    option: &Option<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let fields = 1 + usize::from(option.is_some());
    let mut map = serializer.serialize_struct("Option", fields)?;
    match option {
        None => map.serialize_field("_tag", "None")?,
        Some(value) => {
            map.serialize_field("_tag", "Some")?;
            map.serialize_field("value", value)?;
        }
    }
    map.end()
}

#[derive(Deserialize)]
struct Flat<T> {
    #[serde(rename = "_tag")]
    tag: Tag,
    value: Option<T>,
}

#[derive(Deserialize)]
enum Tag {
    None,
    Some,
}

pub(super) fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    match Flat::deserialize(deserializer)? {
        Flat { tag: Tag::None, .. } => Ok(None),
        Flat {
            tag: Tag::Some,
            value: Some(value),
        } => Ok(Some(value)),
        Flat { .. } => Err(D::Error::missing_field("value")),
    }
}
