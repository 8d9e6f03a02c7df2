//! What a table is: its columns, keys and defaults.

use crate::query::{ColumnKind, ColumnType, IntoColumn, TableRow, Value};

/// A table that an app declares; derive it.
///
/// `#[derive(Table)]` takes `#[table(name = "todos")]` on the struct, and on a field
/// `#[column(primary_key)]`, `#[column(default = …)]`, `#[column(index)]`, `#[column(unique)]` and
/// `#[column(name = "…")]`. A field of type `Option<_>` is a nullable column. Several fields marked
/// as primary key make one key of several columns.
pub trait Table: TableRow {
    /// Describes the table.
    fn def() -> TableDef;
}

/// The description of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableDef {
    /// The table's name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnDef>,
}

impl TableDef {
    /// Describes a table without columns.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
        }
    }

    /// Adds a column.
    pub fn column(mut self, column: ColumnDef) -> Self {
        self.columns.push(column);
        self
    }

    /// Returns the places of the primary key's columns.
    pub(crate) fn primary_key(&self) -> impl Iterator<Item = usize> {
        self.columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.primary_key)
            .map(|(i, _)| i)
    }
}

/// The description of a column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ColumnDef {
    /// The column's name.
    pub name: String,
    /// How SQLite stores it.
    pub kind: ColumnKind,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it belongs to the primary key.
    pub primary_key: bool,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// Whether an index speeds up looking it up and sorting by it.
    pub indexed: bool,
    /// What an insert that doesn't set it stores.
    pub default: Option<Value>,
}

impl ColumnDef {
    /// Describes a column of Rust type `C`.
    pub fn new<C: ColumnType>(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            kind: C::KIND,
            nullable: C::NULLABLE,
            primary_key: false,
            unique: false,
            indexed: false,
            default: None,
        }
    }

    /// Makes it part of the primary key.
    pub fn primary_key(self) -> Self {
        Self {
            primary_key: true,
            ..self
        }
    }

    /// Forbids the same value in two rows.
    pub fn unique(self) -> Self {
        Self {
            unique: true,
            ..self
        }
    }

    /// Adds an index.
    pub fn indexed(self) -> Self {
        Self {
            indexed: true,
            ..self
        }
    }

    /// Sets what an insert that doesn't set it stores.
    pub fn default<C: ColumnType>(self, value: impl IntoColumn<C>) -> Self {
        Self {
            default: Some(value.into_value()),
            ..self
        }
    }
}
