//! What is stored, read as what the program knows: other versions of the app may have stored it.

use serde_json::{Map, Value};

use super::ClientDocument;

/// The stored fields with those that were given in their places.
pub(super) fn merged(stored: Option<Value>, given: &Value) -> Value {
    let mut fields = object(stored);
    if let Value::Object(given) = given {
        for (name, value) in given {
            fields.insert(name.clone(), value.clone());
        }
    }
    Value::Object(fields)
}

/// The fields that differ. Of values that are no objects, or where a field is gone, there are none to name.
pub(super) fn difference(before: &Value, after: &Value) -> Option<Map<String, Value>> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return None;
    };
    if before.keys().any(|name| !after.contains_key(name)) {
        return None;
    }
    let changed = after
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(value));
    Some(
        changed
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

/// Reads what is stored: as it is if it decodes, else the default with all fields that still fit, else the
/// default.
pub(super) fn decode<D: ClientDocument>(stored: Value) -> D {
    // A document that is set field by field may be stored in part; serde's own defaults are others.
    if !D::PARTIAL
        && let Ok(value) = serde_json::from_value(stored.clone())
    {
        return value;
    }
    let Value::Object(stored) = stored else {
        return serde_json::from_value(stored).unwrap_or_default();
    };
    let Ok(Value::Object(default)) = serde_json::to_value(D::default()) else {
        return D::default();
    };
    let mut all = default.clone();
    all.extend(stored.clone());
    serde_json::from_value(Value::Object(all)).unwrap_or_else(|_| what_fits(default, stored))
}

/// Overlays the fields one by one, leaving out those that don't decode.
///
/// A null that is no value of its field stands for one that serde left out, and serde knows what that means.
fn what_fits<D: ClientDocument>(mut fields: Map<String, Value>, stored: Map<String, Value>) -> D {
    let mut fitting = D::default();
    for (name, value) in stored {
        let is_null = value.is_null();
        let before = fields.insert(name.clone(), value);
        let mut decoded = read(&fields);
        if decoded.is_none() && is_null {
            fields.remove(&name);
            decoded = read(&fields);
        }
        match (decoded, before) {
            (Some(decoded), _) => fitting = decoded,
            (None, Some(before)) => drop(fields.insert(name, before)),
            (None, None) => drop(fields.remove(&name)),
        }
    }
    fitting
}

fn read<D: ClientDocument>(fields: &Map<String, Value>) -> Option<D> {
    serde_json::from_value(Value::Object(fields.clone())).ok()
}

fn object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}
