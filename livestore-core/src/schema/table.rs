//! What a table is: its columns, keys, indexes and defaults.

use super::{ColumnDef, FullTextDef, IndexDef};
use crate::query::{ColumnKind, ColumnRef, DynTable, RowValues, TableRow, Value, ValueRef};

/// A table that an app declares; derive it.
///
/// On the struct:
///
/// | attribute | |
/// |---|---|
/// | `#[table(name = "todos")]` | its name; without it, the type's in snake case |
/// | `#[table(index(a, b))]`, `#[table(unique(a, b))]` | an index on several columns, which may be unique together |
/// | `#[table(fts(title, body))]` | a [full-text index](crate::query::FullText); `fts(title, tokenize = "trigram", prefix(2, 3))` |
///
/// On a field, which is a column; `Option` makes it nullable:
///
/// | attribute | |
/// |---|---|
/// | `primary_key` | part of the key; several fields make one key of several columns |
/// | `autoincrement` | SQLite makes the key, and never again one that was in use |
/// | `default = …` | what an insert that doesn't set it stores |
/// | `default_sql = "…"` | the same, computed by SQLite; it must not depend on the time or chance |
/// | `index`, `unique` | an index on it |
/// | `json` | stored as JSON text |
/// | `as = Type` | stored as that type stores it: [`StoredAs`](crate::query::StoredAs) |
/// | `name = "…"` | its name in SQL |
///
/// ```
/// # use livestore_core::prelude::*;
/// #[derive(ColumnEnum, Clone, Copy, Debug, PartialEq)]
/// enum Status { Open, Done }
///
/// #[derive(Table, Clone, Debug, PartialEq)]
/// #[table(name = "issues", index(status, priority), fts(title))]
/// struct Issue {
///     #[column(primary_key)] id: String,
///     title: String,
///     #[column(default = Status::Open)] status: Status,
///     #[column(default = 0)] priority: i64,
///     #[column(json)] labels: Vec<String>,
///     due: Option<DateTime>,
///     #[column(as = EpochMillis)] created: DateTime,
/// }
/// ```
pub trait Table: TableRow {
    /// Describes the table.
    fn def() -> TableDef;
}

/// The description of a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TableDef {
    /// The table's name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<ColumnDef>,
    /// Its indexes on several columns; those on one are said by the column.
    pub indexes: Vec<IndexDef>,
    /// Its full-text index.
    pub full_text: Option<FullTextDef>,
}

impl TableDef {
    /// Describes a table without columns.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            columns: Vec::new(),
            indexes: Vec::new(),
            full_text: None,
        }
    }

    /// Adds a column.
    pub fn column(mut self, column: ColumnDef) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds an index on several columns.
    pub fn index(mut self, index: IndexDef) -> Self {
        self.indexes.push(index);
        self
    }

    /// Adds a full-text index.
    pub fn full_text(mut self, index: FullTextDef) -> Self {
        self.full_text = Some(index);
        self
    }

    /// Returns a handle to query and write the table by names.
    pub fn handle(&self) -> DynTable {
        let columns = self.columns.iter().map(|column| column.name.clone());
        DynTable::new(&self.name, columns)
    }

    /// Takes the values of a row, in the order of the columns, for
    /// [evaluating](crate::query::Condition::evaluate) a condition on them.
    pub fn row<'a>(&'a self, values: &'a [Value]) -> impl RowValues + 'a {
        TableValues {
            table: self,
            values,
        }
    }

    /// Returns the name of the full-text index.
    pub(crate) fn full_text_name(&self) -> String {
        format!("{}_fts", self.name)
    }

    /// Returns a name of SQLite's own key of the rows that is not one of the columns.
    pub(crate) fn rowid_name(&self) -> Option<&'static str> {
        let is_column = |name: &str| {
            self.columns
                .iter()
                .any(|column| column.name.eq_ignore_ascii_case(name))
        };
        ["_rowid_", "rowid", "oid"]
            .into_iter()
            .find(|name| !is_column(name))
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

struct TableValues<'a> {
    table: &'a TableDef,
    values: &'a [Value],
}

impl RowValues for TableValues<'_> {
    fn get(&self, column: &ColumnRef) -> Option<(ValueRef<'_>, ColumnKind)> {
        if column.table != self.table.name {
            return None;
        }
        let place = self
            .table
            .columns
            .iter()
            .position(|def| column.column == def.name)?;
        let kind = self.table.columns[place].kind;
        let value = match (self.values.get(place)?, kind) {
            // SQLite keeps whole numbers of such a column as integers on disk, and shows them so to hooks.
            (Value::Integer(whole), ColumnKind::Real) => ValueRef::Real(*whole as f64),
            (value, _) => value.as_ref(),
        };
        Some((value, kind))
    }
}
