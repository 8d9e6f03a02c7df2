//! The event that sets a document.

use std::{fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error as _};
use serde_json::{Map, Value};

use super::{
    ClientDocument, DocumentField, DocumentFields,
    value::{difference, merged},
};
use crate::{
    event::{Event, EventScope},
    query::MaterializerFailure,
};

/// The event that sets a client document, or some of its fields; commit it.
///
/// Its arguments are `{id, value}`. Without an id the document of the session is meant.
pub struct DocumentSet<D> {
    id: Option<String>,
    /// What is set, or why it has no JSON form, which is said when it is encoded.
    value: Result<Value, String>,
    document: PhantomData<fn() -> D>,
}

#[derive(Deserialize)]
struct Args {
    #[serde(default)]
    id: Option<String>,
    value: Value,
}

#[derive(Serialize)]
struct ArgsRef<'a> {
    id: Option<&'a str>,
    value: &'a Value,
}

impl<D: ClientDocument> DocumentSet<D> {
    pub(super) fn all(id: Option<String>, value: &D) -> Self {
        Self::new(id, document_json(value))
    }

    pub(super) fn no_fields(id: Option<String>) -> Self {
        Self::new(id, Ok(Value::Object(Map::new())))
    }

    fn new(id: Option<String>, value: Result<Value, String>) -> Self {
        Self {
            id,
            value,
            document: PhantomData,
        }
    }

    /// Sets a field.
    pub fn set<T: Serialize>(self, field: DocumentField<D, T>, value: impl Into<T>) -> Self
    where
        D: DocumentFields,
    {
        let value = self.value.and_then(|fields| {
            let given = Map::from_iter([(field.name().to_owned(), json(&value.into())?)]);
            Ok(merged(Some(fields), &Value::Object(given)))
        });
        Self { value, ..self }
    }

    /// Sets what differs between two values, and nothing else: `None` if nothing does.
    ///
    /// The id is a key, or none for the document where no key is given.
    pub fn difference(id: Option<String>, before: &D, after: &D) -> Option<Self> {
        let id = id.or_else(|| D::DEFAULT_ID.fixed());
        let (Ok(from), Ok(to)) = (document_json(before), document_json(after)) else {
            return Some(Self::all(id, after));
        };
        if from == to {
            return None;
        }
        let changed = difference(&from, &to).filter(|_| D::PARTIAL);
        Some(Self::new(id, Ok(changed.map_or(to, Value::Object))))
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    pub(super) fn value(&self) -> Result<&Value, MaterializerFailure> {
        self.value.as_ref().map_err(|reason| reason.clone().into())
    }
}

/// A document with all of its fields: one that serde leaves out would keep what is stored.
fn document_json<D: ClientDocument>(document: &D) -> Result<Value, String> {
    let mut value = json(document)?;
    if let Value::Object(fields) = &mut value
        && D::PARTIAL
    {
        for name in D::FIELDS {
            if !fields.contains_key(*name) {
                fields.insert((*name).to_owned(), Value::Null);
            }
        }
    }
    Ok(value)
}

fn json(value: &impl Serialize) -> Result<Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

impl<D: ClientDocument> Event for DocumentSet<D> {
    const NAME: &'static str = D::EVENT;
    const SCOPE: EventScope = EventScope::ClientOnly;
}

impl<D> Serialize for DocumentSet<D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = self.value.as_ref().map_err(S::Error::custom)?;
        let id = self.id.as_deref();
        ArgsRef { id, value }.serialize(serializer)
    }
}

impl<'de, D> Deserialize<'de> for DocumentSet<D> {
    fn deserialize<F: Deserializer<'de>>(deserializer: F) -> Result<Self, F::Error> {
        let Args { id, value } = Args::deserialize(deserializer)?;
        Ok(Self {
            id,
            value: Ok(value),
            document: PhantomData,
        })
    }
}

impl<D> Clone for DocumentSet<D> {
    fn clone(&self) -> Self {
        Self {
            id: self.id.clone(),
            value: self.value.clone(),
            document: PhantomData,
        }
    }
}

impl<D: ClientDocument> fmt::Debug for DocumentSet<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(D::EVENT)
            .field("id", &self.id)
            .field("value", &self.value)
            .finish()
    }
}
