//! The schema: what an app declares.
//!
//! Tables (how state is queried), events with their scope, and the materializers that turn an event
//! into writes; client documents, which are made of these. A [`Schema`] is checked when it is built and never changes afterwards. Creating the
//! tables and running the materializers is the business of `state`.

mod builder;
mod check;
mod column;
mod context;
mod document;
mod error;
mod evolution;
mod fingerprint;
mod index;
mod table;
mod tables;

use std::{collections::HashMap, fmt, sync::Arc};

pub use builder::SchemaBuilder;
pub use check::Verdict;
pub use column::ColumnDef;
pub use context::MaterializerContext;
pub use document::{
    ClientDocument, DocumentField, DocumentFields, DocumentId, DocumentQuery, DocumentSet,
    SingleDocument,
};
pub use error::{MaterializeError, SchemaError};
pub use evolution::UnknownEvents;
pub use index::{FullTextDef, IndexDef};
pub use table::{Table, TableDef};

use crate::{
    event::{EncodedEvent, EventScope},
    query::{DynTable, MaterializerFailure, Writes},
};

/// The prefix of the engine's own tables; an app's tables must not use it.
pub(crate) const SYSTEM_PREFIX: &str = "__livestore_";

/// Everything an app declares: tables, events and materializers.
///
/// A clone is a reference count.
///
/// ```
/// use livestore_core::prelude::*;
///
/// #[derive(Event, Clone, Debug, Serialize, Deserialize)]
/// #[event(name = "v1.TodoCreated")]
/// struct TodoCreated { id: String, text: String }
///
/// #[derive(Table, Clone, Debug, PartialEq)]
/// #[table(name = "todos")]
/// struct Todo {
///     #[column(primary_key)] id: String,
///     #[column(default = "")] text: String,
/// }
///
/// let schema = Schema::builder()
///     .table::<Todo>()
///     .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id).set(Todo::TEXT, &e.text))
///     .build()?;
/// # Ok::<(), SchemaError>(())
/// ```
#[derive(Clone)]
pub struct Schema {
    inner: Arc<Inner>,
}

struct Inner {
    tables: Vec<TableDef>,
    events: HashMap<&'static str, EventDef>,
    unknown: UnknownEvents,
    fingerprint: u64,
}

type Materializer = dyn Fn(&EncodedEvent, &MaterializerContext<'_>) -> Result<Writes, MaterializeError>
    + Send
    + Sync;

type Check = dyn Fn(&EncodedEvent, &MaterializerContext<'_>) -> Result<Verdict, MaterializerFailure>
    + Send
    + Sync;

/// A declared event.
pub(crate) struct EventDef {
    pub(crate) name: Arc<str>,
    pub(crate) scope: EventScope,
    pub(crate) materializer: Box<Materializer>,
    pub(crate) check: Option<Box<Check>>,
    upcast: Option<evolution::Upcast>,
    deprecation: Option<evolution::Deprecation>,
}

impl Schema {
    /// Starts a schema.
    pub fn builder() -> SchemaBuilder {
        SchemaBuilder::default()
    }

    /// Returns the declared tables, in the order they were declared.
    pub fn tables(&self) -> &[TableDef] {
        &self.inner.tables
    }

    /// Returns a handle to a declared table, to query and write it by names.
    pub fn table(&self, name: &str) -> Option<DynTable> {
        let table = self.inner.tables.iter().find(|table| table.name == name)?;
        Some(table.handle())
    }

    /// Returns the names of the declared events, sorted.
    pub fn event_names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.inner.events.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// Returns what tells the state of this schema from that of another: tables, columns, events and
    /// the [version](SchemaBuilder::version). A stored state of another fingerprint is built anew.
    pub fn fingerprint(&self) -> u64 {
        self.inner.fingerprint
    }

    /// Returns what becomes of events that are not declared.
    pub(crate) fn unknown_events(&self) -> &UnknownEvents {
        &self.inner.unknown
    }

    pub(crate) fn event(&self, name: &str) -> Option<&EventDef> {
        self.inner.events.get(name)
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema")
            .field("tables", &self.inner.tables)
            .field("events", &self.event_names())
            .finish_non_exhaustive()
    }
}
