//! Collecting and checking a schema's parts.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    EventDef, Inner, MaterializeError, MaterializerContext, SYSTEM_PREFIX, Schema, SchemaError,
    Table, TableDef,
};
use crate::{
    event::{EncodedEvent, Event},
    query::{ColumnKind, IntoWrites, Value, Writes},
};

/// Collects tables and materializers; [`build`](Self::build) checks them.
#[derive(Default)]
pub struct SchemaBuilder {
    tables: Vec<TableDef>,
    events: Vec<(&'static str, EventDef)>,
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
        };
        self.events.push((E::NAME, def));
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
        let mut names = HashSet::new();
        for table in &self.tables {
            check_table(table)?;
            if !names.insert(table.name.to_ascii_lowercase()) {
                return Err(SchemaError::DuplicateTable {
                    table: table.name.clone(),
                });
            }
        }
        let mut events = HashMap::with_capacity(self.events.len());
        for (name, def) in self.events {
            check_name(name)?;
            if events.insert(name, def).is_some() {
                return Err(SchemaError::DuplicateEvent {
                    event: name.to_owned(),
                });
            }
        }
        Ok(Schema {
            inner: Arc::new(Inner {
                tables: self.tables,
                events,
            }),
        })
    }
}

fn check_table(table: &TableDef) -> Result<(), SchemaError> {
    check_name(&table.name)?;
    let mut names = HashSet::new();
    for column in &table.columns {
        check_name(&column.name)?;
        let (table, column_name) = (|| table.name.clone(), || column.name.clone());
        if !names.insert(column.name.to_ascii_lowercase()) {
            return Err(SchemaError::DuplicateColumn {
                table: table(),
                column: column_name(),
            });
        }
        if column.primary_key && column.nullable {
            return Err(SchemaError::NullablePrimaryKey {
                table: table(),
                column: column_name(),
            });
        }
        let fits = match (&column.default, column.kind) {
            (None, _) => true,
            (Some(Value::Null), _) => column.nullable,
            (Some(Value::Integer(_)), kind) => kind == ColumnKind::Integer,
            (Some(Value::Real(_)), kind) => kind == ColumnKind::Real,
            (Some(Value::Text(_)), kind) => kind == ColumnKind::Text,
            (Some(Value::Blob(_)), kind) => kind == ColumnKind::Blob,
        };
        if !fits {
            return Err(SchemaError::DefaultMismatch {
                table: table(),
                column: column_name(),
            });
        }
    }
    match table.primary_key().next() {
        Some(_) => Ok(()),
        None => Err(SchemaError::NoPrimaryKey {
            table: table.name.clone(),
        }),
    }
}

fn check_name(name: &str) -> Result<(), SchemaError> {
    let lower = name.to_ascii_lowercase();
    if name.is_empty()
        || name.contains('\0')
        || lower.starts_with(SYSTEM_PREFIX)
        || lower.starts_with("sqlite_")
    {
        return Err(SchemaError::ReservedName {
            name: name.to_owned(),
        });
    }
    Ok(())
}
