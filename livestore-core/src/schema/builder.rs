//! Collecting and checking a schema's parts.

use std::{collections::HashMap, sync::Arc};

use super::{
    Check, EventDef, Inner, MaterializeError, MaterializerContext, Schema, SchemaError, Table,
    TableDef, UnknownEvents, Verdict,
    evolution::{self, Deprecation, Upcast},
    fingerprint,
    tables::{check_name, check_tables},
};
use crate::{
    event::{EncodedArgs, EncodedEvent, Event},
    query::{IntoWrites, MaterializerFailure, Writes},
};

/// Collects tables and materializers; [`build`](Self::build) checks them.
#[derive(Default)]
pub struct SchemaBuilder {
    tables: Vec<TableDef>,
    events: Vec<(&'static str, EventDef)>,
    checks: Vec<(&'static str, Box<Check>)>,
    upcasts: Vec<(&'static str, Upcast)>,
    unknown: UnknownEvents,
    version: u32,
}

impl std::fmt::Debug for SchemaBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SchemaBuilder")
            .field("tables", &self.tables)
            .finish_non_exhaustive()
    }
}

impl SchemaBuilder {
    /// Declares a table.
    pub fn table<T: Table>(mut self) -> Self {
        self.tables.push(T::def());
        self
    }

    /// Declares a table that is described at run time; [`Schema::table`] gives a handle to it.
    pub fn table_def(mut self, table: TableDef) -> Self {
        self.tables.push(table);
        self
    }

    /// Declares an event and its materializer: what the event writes.
    ///
    /// A materializer must give the same writes for the same event and state on every client and at
    /// every replay: no clock, no randomness, no data from outside. It may read the state as it is
    /// before its event through the context.
    pub fn on<E: Event, W: IntoWrites>(
        mut self,
        materializer: impl Fn(&E, &MaterializerContext<'_>) -> W + Send + Sync + 'static,
    ) -> Self {
        let materializer = move |event: &EncodedEvent, context: &MaterializerContext<'_>| {
            let args: E = event
                .args
                .decode()
                .map_err(|source| MaterializeError::Decode {
                    event: E::NAME.to_owned(),
                    seq: event.seq,
                    source,
                })?;
            let mut writes = Writes::new();
            materializer(&args, context)
                .push_into(&mut writes)
                .map_err(|source| MaterializeError::Failed {
                    event: E::NAME.to_owned(),
                    seq: event.seq,
                    source,
                })?;
            Ok(writes)
        };
        let def = EventDef {
            name: E::NAME.into(),
            scope: E::SCOPE,
            materializer: Box::new(materializer),
            check: None,
            upcast: None,
            deprecation: deprecation::<E>(),
        };
        self.events.push((E::NAME, def));
        self
    }

    /// Lets an event of the past stand for one of today: whoever has committed it, and whenever, what the
    /// materializer and the check of today's event see is what the function makes of it.
    ///
    /// The log keeps what was committed. Steps add up: version 1 may become version 2, and that version 3.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// # #[derive(Table, Clone, Debug, PartialEq)]
    /// # #[table(name = "todos")]
    /// # struct Todo { #[column(primary_key)] id: String, title: String }
    /// #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    /// #[event(name = "v1.TodoCreated", deprecated = "commit v2.TodoCreated")]
    /// struct TodoCreatedV1 { id: String, text: String }
    ///
    /// #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    /// #[event(name = "v2.TodoCreated")]
    /// struct TodoCreated { id: String, title: String }
    ///
    /// let schema = Schema::builder()
    ///     .table::<Todo>()
    ///     .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id).set(Todo::TITLE, &e.title))
    ///     .upcast(|old: TodoCreatedV1| TodoCreated { id: old.id, title: old.text })
    ///     .build()?;
    /// # Ok::<(), SchemaError>(())
    /// ```
    pub fn upcast<Old: Event, New: Event>(
        mut self,
        upcast: impl Fn(Old) -> New + Send + Sync + 'static,
    ) -> Self {
        let upcast = move |args: &EncodedArgs| -> Result<EncodedArgs, MaterializerFailure> {
            Ok(EncodedArgs::encode(&upcast(args.decode()?))?)
        };
        // Nobody asks the old event itself.
        let unreachable = |event: &EncodedEvent,
                           _: &MaterializerContext<'_>|
         -> Result<Writes, MaterializeError> {
            Err(MaterializeError::Upcast {
                event: Old::NAME.to_owned(),
                seq: event.seq,
                source: "it stands for another event".into(),
            })
        };
        let def = EventDef {
            name: Old::NAME.into(),
            scope: Old::SCOPE,
            materializer: Box::new(unreachable),
            check: None,
            upcast: Some(Upcast::Event(New::NAME, Box::new(upcast))),
            deprecation: deprecation::<Old>(),
        };
        self.events.push((Old::NAME, def));
        self
    }

    /// Brings arguments of an event into today's form before they are decoded, for what serde's defaults can't
    /// do. The function gets the arguments of every such event, today's too.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// # #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    /// # #[event(name = "v1.TodoRenamed")]
    /// # struct TodoRenamed { id: String, title: String }
    /// # let builder = Schema::builder().on(|_: &TodoRenamed, _| ());
    /// // `title` was `text` once.
    /// let builder = builder.upcast_args::<TodoRenamed>(|mut args| {
    ///     if let Some(fields) = args.as_object_mut()
    ///         && let Some(text) = fields.remove("text")
    ///     {
    ///         fields.entry("title").or_insert(text);
    ///     }
    ///     Ok(args)
    /// });
    /// # builder.build().unwrap();
    /// ```
    pub fn upcast_args<E: Event>(
        mut self,
        upcast: impl Fn(serde_json::Value) -> Result<serde_json::Value, MaterializerFailure>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.upcasts.push((E::NAME, Upcast::Args(Box::new(upcast))));
        self
    }

    /// Says what becomes of events of the log that are not declared here: a warning, without this.
    pub fn unknown_events(mut self, policy: UnknownEvents) -> Self {
        self.unknown = policy;
        self
    }

    /// Attaches a check to an event: what must hold in the state where the event lands.
    ///
    /// It runs when the event is committed and again whenever a rebase moves it, until the backend has
    /// it; from then on the event is a fact. Like a materializer it must say the same for the same
    /// event and state. Returning an error rejects the event. [`Verdict`] has two worked examples.
    pub fn check<E: Event>(
        mut self,
        check: impl Fn(&E, &MaterializerContext<'_>) -> Result<Verdict, MaterializerFailure>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let check = move |event: &EncodedEvent, context: &MaterializerContext<'_>| {
            check(&event.args.decode::<E>()?, context)
        };
        self.checks.push((E::NAME, Box::new(check)));
        self
    }

    /// Numbers the materializers and upcasts: change it when one of them changes what it makes of an event, so that
    /// stored states are built anew. 0 by default.
    pub fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Checks the parts and makes the schema.
    ///
    /// # Errors
    /// A [`SchemaError`] that names the table, column or event that is wrong.
    pub fn build(self) -> Result<Schema, SchemaError> {
        if self.tables.len() > usize::from(u16::MAX) {
            return Err(SchemaError::TooManyTables);
        }
        check_tables(&self.tables)?;
        let mut events = HashMap::with_capacity(self.events.len());
        for (name, def) in self.events {
            check_name(name)?;
            if events.insert(name, def).is_some() {
                return Err(SchemaError::DuplicateEvent {
                    event: name.to_owned(),
                });
            }
        }
        for (name, check) in self.checks {
            let Some(def) = events.get_mut(name) else {
                return Err(SchemaError::CheckWithoutEvent {
                    event: name.to_owned(),
                });
            };
            if def.check.replace(check).is_some() {
                return Err(SchemaError::DuplicateCheck {
                    event: name.to_owned(),
                });
            }
        }
        for (name, upcast) in self.upcasts {
            let Some(def) = events.get_mut(name) else {
                return Err(SchemaError::UpcastWithoutEvent {
                    event: name.to_owned(),
                });
            };
            if def.upcast.replace(upcast).is_some() {
                return Err(SchemaError::DuplicateUpcast {
                    event: name.to_owned(),
                });
            }
        }
        evolution::check(&events)?;
        let fingerprint = fingerprint::of(&self.tables, &events, self.version);
        Ok(Schema {
            inner: Arc::new(Inner {
                tables: self.tables,
                events,
                unknown: self.unknown,
                fingerprint,
            }),
        })
    }
}

fn deprecation<E: Event>() -> Option<Deprecation> {
    let is_deprecated = E::DEPRECATED.is_some() || !E::DEPRECATED_FIELDS.is_empty();
    is_deprecated.then(|| Deprecation::new(E::DEPRECATED, E::DEPRECATED_FIELDS))
}
