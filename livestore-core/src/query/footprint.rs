//! What a query reads: the tables and columns SQLite's authorizer reports when it is prepared.
//!
//! It does not report what `USING` and `NATURAL` compare: those comparisons are made with columns that need no
//! looking up. [`joins_by_common_names`] finds the texts that want a second look.

use std::collections::HashMap;

/// A declared table's place in the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TableId(pub(crate) u16);

/// A set of a table's columns, by their place in the table.
///
/// Columns past the 127th share one bit, so a set of them may be read as a larger one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ColumnSet(u128);

impl ColumnSet {
    pub(crate) const EMPTY: Self = Self(0);
    pub(crate) const ALL: Self = Self(u128::MAX);

    pub(crate) fn insert(&mut self, column: usize) {
        self.0 |= 1 << column.min(127);
    }

    pub(crate) fn union(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(crate) fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The tables and columns a query reads.
///
/// A table with an empty set is read for its rows only, as by `count(*)`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Footprint {
    pub(crate) tables: Vec<(TableId, ColumnSet)>,
}

impl Footprint {
    pub(crate) fn add(&mut self, table: TableId, columns: ColumnSet) {
        match self.tables.iter_mut().find(|(other, _)| *other == table) {
            Some((_, all)) => all.union(columns),
            None => self.tables.push((table, columns)),
        }
    }
}

/// The places of a table's columns, by name.
type Columns = HashMap<Box<str>, usize>;

/// The names of a schema's tables and columns, as the authorizer and the hooks report them.
///
/// Tables and indexes are known in lower case: a table of which no column is read is reported as the query spells it.
#[derive(Debug, Default)]
pub(crate) struct AccessLog {
    tables: HashMap<Box<str>, (TableId, Columns)>,
    /// Full-text indexes: reading one is reading the columns in it.
    indexes: HashMap<Box<str>, (TableId, ColumnSet)>,
    footprint: Footprint,
    /// The last write refused, by the name of what it would have written.
    refused: Option<String>,
}

impl AccessLog {
    pub(crate) fn add_table<'a>(
        &mut self,
        id: TableId,
        name: &str,
        columns: impl Iterator<Item = &'a str>,
    ) {
        let columns = columns
            .enumerate()
            .map(|(i, column)| (column.into(), i))
            .collect();
        self.tables.insert(lower(name), (id, columns));
    }

    pub(crate) fn add_index(&mut self, name: &str, table: &str, indexed: &[String]) {
        let Some((id, columns)) = self.tables.get(&lower(table)) else {
            return;
        };
        let mut set = ColumnSet::EMPTY;
        for column in indexed {
            if let Some(&place) = columns.get(column.as_str()) {
                set.insert(place);
            }
        }
        self.indexes.insert(lower(name), (*id, set));
    }

    pub(crate) fn table(&self, name: &str) -> Option<TableId> {
        self.tables.get(&lower(name)).map(|(id, _)| *id)
    }

    /// Returns the tables that have a full-text index.
    pub(crate) fn full_text_tables(&self) -> impl Iterator<Item = TableId> {
        self.indexes.values().map(|(id, _)| *id)
    }

    /// Notes a read; names that are no declared table's (views, functions, system tables) are skipped.
    pub(crate) fn read(&mut self, table: &str, column: &str) {
        let table = lower(table);
        let Some((id, columns)) = self.tables.get(&table) else {
            if let Some((id, columns)) = self.indexes.get(&table) {
                self.footprint.add(*id, *columns);
            }
            return;
        };
        let mut set = ColumnSet::EMPTY;
        if !column.is_empty() {
            match columns.get(column) {
                Some(&index) => set.insert(index),
                // Without a column that stands for it, the row id comes and goes with the row.
                None if column == "ROWID" => {}
                None => set = ColumnSet::ALL,
            }
        }
        self.footprint.add(*id, set);
    }

    pub(crate) fn refuse(&mut self, name: &str) {
        self.refused = Some(name.to_owned());
    }

    /// Takes what was noted since the last call.
    pub(crate) fn take(&mut self) -> (Footprint, Option<String>) {
        (std::mem::take(&mut self.footprint), self.refused.take())
    }
}

fn lower(name: &str) -> Box<str> {
    name.to_ascii_lowercase().into()
}

/// Whether a text may join tables by the names they have in common; a word in a string or a comment counts too.
pub(crate) fn joins_by_common_names(sql: &str) -> bool {
    let is_part_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    sql.split(|c: char| !is_part_of_name(c))
        .any(|word| word.eq_ignore_ascii_case("using") || word.eq_ignore_ascii_case("natural"))
}
