//! What the app stores: its tables, its events, and how an event changes the tables.
//!
//! Events are facts that happened and are kept for ever; the tables are what the views read and can always be
//! rebuilt from the events. Nothing here knows of views.

mod events;
mod local;
mod materializers;
mod tables;
mod values;

use livestore_core::{prelude::*, schema::SchemaBuilder};

pub use self::{
    events::*,
    local::*,
    tables::*,
    values::{Priority, Status, Theme},
};

/// Declares the tables and, event by event, what each does to them.
pub fn schema() -> Schema {
    let parts: [fn(SchemaBuilder) -> SchemaBuilder; 5] = [
        materializers::issues,
        materializers::changes,
        materializers::comments,
        materializers::team,
        local::declare,
    ];
    parts
        .into_iter()
        .fold(Schema::builder(), |schema, declare| declare(schema))
        .build()
        .expect("the schema is valid")
}

#[cfg(test)]
mod tests;
