//! Recording which rows change, by SQLite's preupdate hook.

use std::{collections::HashMap, sync::Arc};

use rusqlite::hooks::PreUpdateCase;

use super::changeset::{Change, Changeset, RowChange};
use crate::query::{ColumnSet, TableId, Value, ValueError, ValueRef};

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
                changes: changes.into(),
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

/// Copies the rows a change takes away and brings; `None` when an update changes nothing.
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
            let rowid = old.get_old_row_id();
            let old = read_row(old.get_column_count(), |i| {
                old.get_old_column_value(i).map_err(failed)
            })?;
            Ok(Some(Change::Delete { old, rowid }))
        }
        PreUpdateCase::Update {
            old_value_accessor: old,
            new_value_accessor: new,
        } => {
            let (rowid, new_rowid) = (old.get_old_row_id(), new.get_new_row_id());
            let old = read_row(old.get_column_count(), |i| {
                old.get_old_column_value(i).map_err(failed)
            })?;
            let new = read_row(new.get_column_count(), |i| {
                new.get_new_column_value(i).map_err(failed)
            })?;
            let changed = old != new || rowid != new_rowid;
            Ok(changed.then_some(Change::Update { old, new, rowid }))
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

/// Changesets kept for looking at their rows; of more, the summary has to do.
const LISTED: usize = 4_096;

/// What a commit changed, for telling which queries it can affect: a summary of each table, and the rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touched {
    tables: Vec<(TableId, TableTouch)>,
    rows: Vec<Arc<[RowChange]>>,
    /// Whether there were more rows than are worth keeping.
    unlisted: bool,
}

/// What was changed in one table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct TableTouch {
    /// Rows came or went.
    rows: bool,
    /// Columns that got another value in some row.
    columns: ColumnSet,
}

impl TableTouch {
    /// Whether whoever reads these columns of all rows can find something else.
    pub(crate) fn meets(self, columns: ColumnSet) -> bool {
        self.rows || self.columns.intersects(columns)
    }
}

impl Touched {
    /// Adds what a changeset did; the same for its roll back.
    pub(crate) fn add(&mut self, changeset: &Changeset) {
        if changeset.changes.is_empty() {
            return;
        }
        for change in changeset.changes.iter() {
            let touch = self.table(change.table);
            match change.columns() {
                None => touch.rows = true,
                Some(columns) => touch.columns.union(columns),
            }
        }
        self.list(std::iter::once(&changeset.changes));
    }

    /// Adds what another change did.
    pub(crate) fn merge(&mut self, other: &Touched) {
        for (table, touch) in &other.tables {
            let own = self.table(*table);
            own.rows |= touch.rows;
            own.columns.union(touch.columns);
        }
        self.unlisted |= other.unlisted;
        self.list(other.rows.iter());
    }

    fn list<'a>(&mut self, changes: impl ExactSizeIterator<Item = &'a Arc<[RowChange]>>) {
        self.unlisted |= self.rows.len() + changes.len() > LISTED;
        if self.unlisted {
            self.rows = Vec::new();
        } else {
            self.rows.extend(changes.cloned());
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Returns the tables in which anything changed.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (TableId, TableTouch)> {
        self.tables.iter().copied()
    }

    /// Returns the changed rows of a table; `None` when there were so many that any may have changed.
    pub(crate) fn rows(&self, table: TableId) -> Option<impl Iterator<Item = &RowChange>> {
        let all = self.rows.iter().flat_map(|changes| changes.iter());
        (!self.unlisted).then(|| all.filter(move |change| change.table == table))
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
