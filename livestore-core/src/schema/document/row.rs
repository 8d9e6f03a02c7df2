//! The table of a document, and how it is read.

use std::{fmt, marker::PhantomData};

use super::{ClientDocument, value::decode};
use crate::{
    event::EncodedArgs,
    query::{
        AllColumns, ColumnType, First, Query, QueryError, Row, Rows, Shape, Statement, TableKey,
        TableRow, Value,
    },
    schema::{ColumnDef, Table, TableDef},
};

/// A document as it is stored.
pub(super) struct DocumentRow<D> {
    id: String,
    /// Canonical JSON.
    value: String,
    document: PhantomData<fn() -> D>,
}

impl<D> DocumentRow<D> {
    pub(super) fn new(id: String, value: &serde_json::Value) -> Result<Self, serde_json::Error> {
        Ok(Self {
            id,
            value: EncodedArgs::encode(value)?.as_str().to_owned(),
            document: PhantomData,
        })
    }

    /// Returns what is stored; null if a write by raw SQL has left something else than JSON.
    pub(super) fn into_json(self) -> serde_json::Value {
        serde_json::from_str(&self.value).unwrap_or_default()
    }
}

impl<D: ClientDocument> TableRow for DocumentRow<D> {
    const TABLE: &'static str = D::NAME;
    const COLUMNS: &'static [&'static str] = &["id", "value"];
    const COLUMN_LIST: &'static str = r#""id", "value""#;
    const PRIMARY_KEY: &'static [&'static str] = &["id"];

    fn read_all(row: &Row<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            id: row.get(0)?,
            value: row.get(1)?,
            document: PhantomData,
        })
    }

    fn to_values(&self) -> Vec<Value> {
        vec![self.id.to_value(), self.value.to_value()]
    }
}

impl<D: ClientDocument> TableKey for DocumentRow<D> {
    type Key = String;

    fn key_values(key: &String) -> Vec<Value> {
        vec![key.to_value()]
    }

    fn read_key(row: &Row<'_>) -> Result<String, QueryError> {
        row.get(0)
    }
}

impl<D: ClientDocument> Table for DocumentRow<D> {
    fn def() -> TableDef {
        TableDef::new(D::NAME)
            .column(ColumnDef::new::<String>("id").primary_key())
            .column(ColumnDef::new::<String>("value"))
    }
}

impl<D> fmt::Debug for DocumentRow<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocumentRow")
            .field("id", &self.id)
            .field("value", &self.value)
            .finish()
    }
}

/// Reads a client document: its value, or the default. It never writes.
pub struct DocumentQuery<D>(First<AllColumns<DocumentRow<D>>>);

impl<D: ClientDocument> DocumentQuery<D> {
    pub(crate) fn new(id: &str) -> Self {
        Self(DocumentRow::find(&id.to_owned()))
    }
}

impl<D: ClientDocument> Query for DocumentQuery<D> {
    type Output = D;

    fn statement(&self) -> Statement {
        self.0.statement()
    }

    fn read(&self, rows: Rows<'_>) -> Result<D, QueryError> {
        let stored = self.0.read(rows)?;
        Ok(stored.map_or_else(D::default, |row| decode(row.into_json())))
    }

    fn shape(&self) -> Option<Shape<'_>> {
        self.0.shape()
    }
}

impl<D> Clone for DocumentQuery<D> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<D> fmt::Debug for DocumentQuery<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DocumentQuery").field(&self.0).finish()
    }
}
