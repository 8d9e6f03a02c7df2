//! What an event changed, row by row, and how to take it back.

use std::sync::Arc;

use rusqlite::{Connection, params_from_iter};

use super::sequence::Counters;
use crate::{
    query::{ColumnSet, TableId, Value, quote},
    schema::TableDef,
};

/// The row changes of one event, in order; none is a record too.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Changeset {
    pub(super) changes: Arc<[RowChange]>,
    /// The counters of made keys as they were before.
    pub(super) sequences: Counters,
}

/// One row of one table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowChange {
    pub(super) table: TableId,
    pub(super) row: Change,
}

impl RowChange {
    /// Returns the row as it was, if it was there.
    pub(crate) fn before(&self) -> Option<&[Value]> {
        match &self.row {
            Change::Insert { .. } => None,
            Change::Update { old, .. } | Change::Delete { old, .. } => Some(old),
        }
    }

    /// Returns the row as it is, if it is there.
    pub(crate) fn after(&self) -> Option<&[Value]> {
        match &self.row {
            Change::Insert { new } | Change::Update { new, .. } => Some(new),
            Change::Delete { .. } => None,
        }
    }

    /// Returns the columns that got another value; `None` when the row came or went.
    pub(crate) fn columns(&self) -> Option<ColumnSet> {
        let Change::Update { old, new, .. } = &self.row else {
            return None;
        };
        let mut columns = ColumnSet::EMPTY;
        for (i, (old, new)) in old.iter().zip(new.iter()).enumerate() {
            if old != new {
                columns.insert(i);
            }
        }
        Some(columns)
    }
}

/// Whole rows, columns in the table's order; and SQLite's own key of a row that may have to be put back.
///
/// Rows of the same order stand in the order of these keys, which a replay makes again as they were.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    Insert {
        new: Box<[Value]>,
    },
    Update {
        old: Box<[Value]>,
        new: Box<[Value]>,
        rowid: i64,
    },
    Delete {
        old: Box<[Value]>,
        rowid: i64,
    },
}

/// A changeset that does not fit the state: one of both is damaged, and the state must be rebuilt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RollbackError {
    /// The row isn't what the event left behind.
    #[error(
        "a change of table `{table}` cannot be rolled back: its row is not as the event left it"
    )]
    Mismatch {
        /// The table.
        table: String,
    },
    /// SQLite refused the inverse write.
    #[error("the state database failed at a roll back: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// The inverse writes of a table's changes.
///
/// Each names the whole row it expects, so a write that finds another row hits nothing and is noticed.
#[derive(Debug)]
pub(super) struct Inverse {
    table: String,
    insert: String,
    update: String,
    delete: String,
}

impl Inverse {
    pub(super) fn new(table: &TableDef) -> Self {
        let columns = table.columns.len();
        let names: Vec<_> = table
            .columns
            .iter()
            .map(|column| quote(&column.name))
            .collect();
        let list = |item: &dyn Fn(usize) -> String, separator: &str| {
            (0..columns).map(item).collect::<Vec<_>>().join(separator)
        };
        let name = quote(&table.name);
        let rowid = table
            .rowid_name()
            .expect("the schema refuses a table without one");
        Self {
            insert: format!(
                "INSERT INTO {name} ({}, {rowid}) VALUES ({}, ?{})",
                names.join(", "),
                list(&|i| format!("?{}", i + 1), ", "),
                columns + 1
            ),
            update: format!(
                "UPDATE {name} SET {}, {rowid} = ?{} WHERE {}",
                list(&|i| format!("{} = ?{}", names[i], i + 1), ", "),
                2 * columns + 1,
                list(
                    &|i| format!("{} IS ?{}", names[i], columns + i + 1),
                    " AND "
                )
            ),
            delete: format!(
                "DELETE FROM {name} WHERE {}",
                list(&|i| format!("{} IS ?{}", names[i], i + 1), " AND ")
            ),
            table: table.name.clone(),
        }
    }

    pub(super) fn apply(&self, state: &Connection, change: &Change) -> Result<(), RollbackError> {
        let hit = match change {
            Change::Insert { new } => state
                .prepare_cached(&self.delete)?
                .execute(params_from_iter(new.iter()))?,
            Change::Update { old, new, rowid } => {
                state
                    .prepare_cached(&self.update)?
                    .execute(params_from_iter(
                        old.iter()
                            .chain(new.iter())
                            .chain([&Value::Integer(*rowid)]),
                    ))?
            }
            Change::Delete { old, rowid } => {
                state
                    .prepare_cached(&self.insert)?
                    .execute(params_from_iter(
                        old.iter().chain([&Value::Integer(*rowid)]),
                    ))?
            }
        };
        if hit == 1 {
            Ok(())
        } else {
            Err(RollbackError::Mismatch {
                table: self.table.clone(),
            })
        }
    }
}
