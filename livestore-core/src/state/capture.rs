//! Recording which rows change, by SQLite's preupdate hook.

use std::collections::HashMap;

use rusqlite::hooks::PreUpdateCase;

use super::changeset::{Change, Changeset, RowChange};
use crate::query::{ColumnSet, Footprint, TableId, Value, ValueError, ValueRef};

/// The record of the row changes of one event at a time.
#[derive(Debug, Default)]
pub(super) struct Capture {
    tables: HashMap<Box<str>, TableId>,
    changes: Option<Vec<RowChange>>,
    failed: Option<ValueError>,
}

impl Capture {
    pub(super) fn add_table(&mut self, id: TableId, name: &str) {
        self.tables.insert(name.into(), id);
    }

    /// Starts a record.
    pub(super) fn start(&mut self) {
        self.changes = Some(Vec::new());
        self.failed = None;
    }

    /// Ends the record.
    pub(super) fn finish(&mut self) -> Result<Changeset, ValueError> {
        let changes = self.changes.take().unwrap_or_default();
        match self.failed.take() {
            Some(error) => Err(error),
            None => Ok(Changeset {
                changes,
                ..Changeset::default()
            }),
        }
    }

    /// Drops the record of an event that failed.
    pub(super) fn discard(&mut self) {
        self.changes = None;
        self.failed = None;
    }

    /// Takes one call of the hook.
    pub(super) fn record(&mut self, table: &str, case: &PreUpdateCase) {
        let Some(changes) = &mut self.changes else {
            return;
        };
        let Some(&table) = self.tables.get(table) else {
            return;
        };
        match read_change(case) {
            Ok(Some(row)) => changes.push(RowChange { table, row }),
            Ok(None) => {}
            Err(error) => self.failed = Some(error),
        }
    }
}

/// Copies the rows a change takes away and brings; `None` when an update changes no value.
fn read_change(case: &PreUpdateCase) -> Result<Option<Change>, ValueError> {
    let failed = |error: rusqlite::Error| ValueError::new(error.to_string());
    match case {
        PreUpdateCase::Insert(new) => {
            let new = read_row(new.get_column_count(), |i| {
                new.get_new_column_value(i).map_err(failed)
            })?;
            Ok(Some(Change::Insert { new }))
        }
        PreUpdateCase::Delete(old) => {
            let old = read_row(old.get_column_count(), |i| {
                old.get_old_column_value(i).map_err(failed)
            })?;
            Ok(Some(Change::Delete { old }))
        }
        PreUpdateCase::Update {
            old_value_accessor: old,
            new_value_accessor: new,
        } => {
            let old = read_row(old.get_column_count(), |i| {
                old.get_old_column_value(i).map_err(failed)
            })?;
            let new = read_row(new.get_column_count(), |i| {
                new.get_new_column_value(i).map_err(failed)
            })?;
            Ok((old != new).then_some(Change::Update { old, new }))
        }
        PreUpdateCase::Unknown => Err(ValueError::new(
            "SQLite reported a change of an unknown kind",
        )),
    }
}

fn read_row<'a>(
    columns: i32,
    value: impl Fn(i32) -> Result<rusqlite::types::ValueRef<'a>, ValueError>,
) -> Result<Box<[Value]>, ValueError> {
    (0..columns)
        .map(|i| Ok(ValueRef::try_from(value(i)?)?.to_value()))
        .collect()
}

/// What a commit changed, table by table, for telling which queries it can affect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Touched {
    tables: Vec<(TableId, TableTouch)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct TableTouch {
    /// Rows came or went.
    rows: bool,
    /// Columns that got another value in some row.
    columns: ColumnSet,
}

impl Touched {
    /// Adds what a changeset did; the same for its roll back.
    pub(crate) fn add(&mut self, changeset: &Changeset) {
        for change in &changeset.changes {
            let touch = self.table(change.table);
            match &change.row {
                Change::Insert { .. } | Change::Delete { .. } => touch.rows = true,
                Change::Update { old, new } => {
                    for (i, (old, new)) in old.iter().zip(new.iter()).enumerate() {
                        if old != new {
                            touch.columns.insert(i);
                        }
                    }
                }
            }
        }
    }

    /// Adds what another change did.
    pub(crate) fn merge(&mut self, other: &Touched) {
        for (table, touch) in &other.tables {
            let own = self.table(*table);
            own.rows |= touch.rows;
            own.columns.union(touch.columns);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Returns the tables in which anything changed.
    pub(crate) fn tables(&self) -> impl Iterator<Item = TableId> {
        self.tables.iter().map(|(table, _)| *table)
    }

    /// Whether a query that reads `footprint` can have another result now.
    pub(crate) fn affects(&self, footprint: &Footprint) -> bool {
        self.tables.iter().any(|(table, touch)| {
            footprint.tables.iter().any(|(read, columns)| {
                read == table && (touch.rows || touch.columns.intersects(*columns))
            })
        })
    }

    fn table(&mut self, id: TableId) -> &mut TableTouch {
        let at = match self.tables.iter().position(|(table, _)| *table == id) {
            Some(at) => at,
            None => {
                self.tables.push((id, TableTouch::default()));
                self.tables.len() - 1
            }
        };
        &mut self.tables[at].1
    }
}
