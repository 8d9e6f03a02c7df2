//! What a column is: its kind, whether it is a key, its default.

use crate::query::{ColumnKind, ColumnType, IntoColumn, Value};

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
    /// Whether SQLite makes its value, and never one that was in use.
    pub autoincrement: bool,
    /// Whether no two rows may have the same value.
    pub unique: bool,
    /// Whether an index speeds up looking it up and sorting by it.
    pub indexed: bool,
    /// What an insert that doesn't set it stores.
    pub default: Option<Value>,
    /// The SQL expression for what an insert that doesn't set it stores.
    pub default_sql: Option<String>,
}

impl ColumnDef {
    /// Describes a column of Rust type `C`.
    pub fn new<C: ColumnType>(name: impl Into<String>) -> Self {
        let column = Self::of_kind(name, C::KIND);
        Self {
            nullable: C::NULLABLE,
            ..column
        }
    }

    /// Describes a column that is not null, for a table known only at run time.
    pub fn of_kind(name: impl Into<String>, kind: ColumnKind) -> Self {
        Self {
            name: name.into(),
            kind,
            nullable: false,
            primary_key: false,
            autoincrement: false,
            unique: false,
            indexed: false,
            default: None,
            default_sql: None,
        }
    }

    /// Allows null.
    pub fn nullable(self) -> Self {
        Self {
            nullable: true,
            ..self
        }
    }

    /// Makes it part of the primary key.
    pub fn primary_key(self) -> Self {
        Self {
            primary_key: true,
            ..self
        }
    }

    /// Lets SQLite make the values, which are never used again.
    ///
    /// It must be the whole primary key and an integer. While events are not synced, a rebase may give
    /// their rows other keys: don't put such a key into an event.
    pub fn autoincrement(self) -> Self {
        Self {
            autoincrement: true,
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
        self.default_value(value.into_value())
    }

    /// Sets what an insert that doesn't set it stores, as SQLite stores it.
    pub fn default_value(self, value: Value) -> Self {
        Self {
            default: Some(value),
            ..self
        }
    }

    /// Sets the SQL expression for what an insert that doesn't set it stores.
    ///
    /// It must give the same on every client and at every replay: no `CURRENT_TIMESTAMP`, no `random()`.
    pub fn default_sql(self, expression: impl Into<String>) -> Self {
        Self {
            default_sql: Some(expression.into()),
            ..self
        }
    }
}
