//! What an app's schema and code usually need.

pub use serde::{Deserialize, Serialize};

#[cfg(feature = "remote")]
pub use crate::adapter::WsBackend;
pub use crate::{
    adapter::{Memory, WebAdapter},
    event::{EncodedEvent, Event, EventInput, IntoEvents, new_id},
    query::{
        Column, ColumnKind, ColumnType, DateTime, EpochMillis, FromRow, FullText, Json, Predicate,
        Query, SearchText, TableKey, TableRow, Value, ValueError, ValueRef, sql,
    },
    schema::{
        ClientDocument, DocumentFields, MaterializerContext, Schema, SchemaError, SingleDocument,
        Table, UnknownEvents, Verdict,
    },
    store::{BootStatus, LiveQuery, Receipt, Store, StoreStatus, Subscription},
    sync::SyncStatus,
};
pub use livestore_macros::{ClientDocument, ColumnEnum, Event, FromRow, Table};
