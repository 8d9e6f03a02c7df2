//! Client documents: state of one client that is set as a whole or field by field, and has a default.
//!
//! A document is a table of two columns, `id` and `value`, one client-only event that sets it, and its
//! materializer. [`value`] reads what is stored as what the program knows now, [`set`] is the event, [`row`]
//! the table.

mod row;
mod set;
mod value;

use std::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};

pub use self::{row::DocumentQuery, set::DocumentSet};
use self::{row::DocumentRow, value::merged};
use super::{MaterializerContext, SchemaBuilder};
use crate::query::{MaterializerFailure, TableKey, TableRow};

/// A value that a client keeps for itself, such as the state of a user interface; derive it.
///
/// It is read as its [`Default`] until it is set, and what was stored by an older version of the app is taken as
/// far as it still fits: a field that is missing or has another type has its default. Setting it is a client-only
/// event: it is persisted and shared with the other sessions (tabs) of the client, and never leaves it.
///
/// On the type, `#[document(…)]`:
///
/// | option | |
/// |---|---|
/// | `name = "uiState"` | the name of its table, and with `Set` behind it that of its event; without it, the type's in snake case |
/// | `id = "…"` | the id of the one document there is; `default` if nothing is said |
/// | `session` | every session has a document of its own |
/// | `keyed` | there is one for every key: [`get_at`](Self::get_at), [`set_at`](Self::set_at), [`update_at`](DocumentFields::update_at) |
/// | `replace` | fields are not set one by one |
///
/// A struct with named fields is set field by field; the derive makes a [`DocumentField`] constant for each. All
/// other types are replaced. A field that serde leaves out (`skip_serializing_if`) is set to null, which reads as what
/// serde makes of a field that is missing. Fields with a form of their own (`flatten`, `with`) want `replace`.
///
/// ```
/// # futures::executor::block_on(async {
/// use livestore_core::prelude::*;
///
/// #[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
/// #[document(name = "uiState", session)]
/// struct UiState { new_todo: String, only_open: bool }
///
/// let schema = Schema::builder().document::<UiState>().build()?;
/// let store = Store::builder(schema).adapter(Memory::new()).open("my-app").await?;
/// assert_eq!(store.query(&store.document::<UiState>())?, UiState::default());
///
/// store.commit(UiState::update().set(UiState::NEW_TODO, "Buy milk"))?;
/// let state = store.query(&store.document::<UiState>())?;
/// assert_eq!(state, UiState { new_todo: "Buy milk".into(), only_open: false });
///
/// store.commit(UiState::set(&UiState::default()))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub trait ClientDocument: Serialize + DeserializeOwned + Default + 'static {
    /// The name of its table.
    const NAME: &'static str;
    /// The name of the event that sets it.
    const EVENT: &'static str;
    /// Whether its fields are set one by one.
    const PARTIAL: bool;
    /// The names its fields have in JSON, where they are set one by one.
    const FIELDS: &'static [&'static str] = &[];
    /// Which document is meant where no key is given.
    const DEFAULT_ID: DocumentId;

    /// Reads the document with this key.
    fn get_at(key: impl Into<String>) -> DocumentQuery<Self> {
        DocumentQuery::new(&key.into())
    }

    /// Sets the document with this key.
    fn set_at(key: impl Into<String>, value: &Self) -> DocumentSet<Self> {
        DocumentSet::all(Some(key.into()), value)
    }
}

/// A document of which there is one, or one for each session.
pub trait SingleDocument: ClientDocument {
    /// Sets the document.
    fn set(value: &Self) -> DocumentSet<Self> {
        DocumentSet::all(Self::DEFAULT_ID.fixed(), value)
    }
}

/// A document that is set field by field: a struct with named fields.
pub trait DocumentFields: ClientDocument {
    /// Sets those fields of the document with this key that are [named next](DocumentSet::set).
    fn update_at(key: impl Into<String>) -> DocumentSet<Self> {
        DocumentSet::no_fields(Some(key.into()))
    }

    /// Sets those fields of the document that are [named next](DocumentSet::set).
    fn update() -> DocumentSet<Self>
    where
        Self: SingleDocument,
    {
        DocumentSet::no_fields(Self::DEFAULT_ID.fixed())
    }
}

/// Which document is meant where no key is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocumentId {
    /// The one with this id.
    Fixed(&'static str),
    /// That of the session: its id is the session's.
    Session,
    /// None: a key has to be given.
    Keyed,
}

impl DocumentId {
    fn fixed(self) -> Option<String> {
        match self {
            Self::Fixed(id) => Some(id.to_owned()),
            Self::Session | Self::Keyed => None,
        }
    }
}

/// A field of document `D` that holds a `T`.
#[derive(Debug)]
pub struct DocumentField<D, T> {
    name: &'static str,
    types: PhantomData<fn() -> (D, T)>,
}

impl<D, T> DocumentField<D, T> {
    /// Makes a field of its name in JSON; the derive does.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            types: PhantomData,
        }
    }

    /// Returns its name in JSON.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<D, T> Clone for DocumentField<D, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D, T> Copy for DocumentField<D, T> {}

impl SchemaBuilder {
    /// Declares a client document: its table, its event and its materializer.
    pub fn document<D: ClientDocument>(self) -> Self {
        self.table::<DocumentRow<D>>().on(materialize::<D>)
    }
}

fn materialize<D: ClientDocument>(
    set: &DocumentSet<D>,
    context: &MaterializerContext<'_>,
) -> Result<crate::query::Insert<DocumentRow<D>>, MaterializerFailure> {
    let id = match (set.id(), D::DEFAULT_ID) {
        (Some(id), _) => id.to_owned(),
        (None, DocumentId::Fixed(id)) => id.to_owned(),
        (None, DocumentId::Session) => context.session_id().to_owned(),
        (None, DocumentId::Keyed) => {
            return Err(format!("the client document `{}` needs an id", D::NAME).into());
        }
    };
    let value = if D::PARTIAL {
        let stored = context.query(&DocumentRow::<D>::find(&id))?;
        merged(stored.map(|row| row.into_json()), set.value()?)
    } else {
        set.value()?.clone()
    };
    Ok(DocumentRow::upsert().row(&DocumentRow::new(id, &value)?))
}
