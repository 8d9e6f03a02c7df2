//! The live queries of a store, found by what they read.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    LiveNode,
    reads::{RowsRead, TableRead, value_key},
};
use crate::{
    query::{ColumnSet, TableId},
    schema::{Schema, TableDef},
    state::{RowChange, Touched},
};

/// Changed rows a filter is asked about; of more, one that would say no to all is not worth looking for.
const ROWS_ASKED: usize = 256;

/// A live query's place in the registry; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(u64);

/// All live queries of a store.
#[derive(Default)]
pub(crate) struct Registry {
    nodes: BTreeMap<NodeId, Arc<dyn LiveNode>>,
    tables: HashMap<TableId, Readers>,
    /// Those whose last run failed; they run at every change of their columns, whatever their filter says.
    failed: BTreeSet<NodeId>,
    next: u64,
}

/// The live queries that read one table.
#[derive(Default)]
struct Readers {
    /// Those that any row concerns.
    all: BTreeMap<NodeId, ColumnSet>,
    /// Those whose filter has to be asked about every row.
    filtered: BTreeMap<NodeId, ColumnSet>,
    /// Those that want some value in a column, by its key.
    by_value: HashMap<u64, Vec<(NodeId, ColumnSet)>>,
    /// The columns whose values are looked up, and by how many queries.
    columns: BTreeMap<usize, usize>,
}

/// One changed row, and the columns that got another value; `None` when it came or went.
struct Changed<'a> {
    row: &'a RowChange,
    columns: Option<ColumnSet>,
}

impl Registry {
    pub(crate) fn add(&mut self, node: Arc<dyn LiveNode>) -> NodeId {
        let id = NodeId(self.next);
        self.next += 1;
        for read in node.reads() {
            self.tables.entry(read.table).or_default().add(id, read);
        }
        self.nodes.insert(id, node);
        id
    }

    /// Takes a node out; drop it where its listeners' own clean-up may call the store.
    pub(crate) fn remove(&mut self, id: NodeId) -> Option<Arc<dyn LiveNode>> {
        let node = self.nodes.remove(&id)?;
        self.failed.remove(&id);
        for read in node.reads() {
            if let Some(readers) = self.tables.get_mut(&read.table) {
                readers.remove(id, read);
                if readers.is_empty() {
                    self.tables.remove(&read.table);
                }
            }
        }
        Some(node)
    }

    /// Takes out all nodes.
    pub(crate) fn clear(&mut self) -> Vec<Arc<dyn LiveNode>> {
        self.tables.clear();
        self.failed.clear();
        std::mem::take(&mut self.nodes).into_values().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns how many entries there are besides the nodes themselves: nothing may be left of nodes that are gone.
    pub(crate) fn entries(&self) -> usize {
        let of = |readers: &Readers| {
            let by_value: usize = readers.by_value.values().map(Vec::len).sum();
            readers.all.len() + readers.filtered.len() + by_value + readers.columns.len()
        };
        self.failed.len() + self.tables.values().map(of).sum::<usize>()
    }

    /// Returns all nodes, oldest first.
    pub(crate) fn all(&self) -> Vec<(NodeId, Arc<dyn LiveNode>)> {
        self.collect(self.nodes.keys())
    }

    /// Notes whether a node's last run failed.
    pub(crate) fn set_failed(&mut self, id: NodeId, failed: bool) {
        if failed {
            self.failed.insert(id);
        } else {
            self.failed.remove(&id);
        }
    }

    /// Returns the nodes whose result the changes can concern, oldest first.
    pub(crate) fn affected(
        &self,
        touched: &Touched,
        schema: &Schema,
    ) -> Vec<(NodeId, Arc<dyn LiveNode>)> {
        let mut found = BTreeSet::new();
        for (table, touch) in touched.tables() {
            let Some(readers) = self.tables.get(&table) else {
                continue;
            };
            let all = readers.all.iter();
            found.extend(
                all.filter(|(_, columns)| touch.meets(**columns))
                    .map(|(id, _)| *id),
            );
            let reads_so = |id: &&NodeId| {
                let reads = self.nodes.get(*id).map_or(&[][..], |node| node.reads());
                reads
                    .iter()
                    .any(|read| read.table == table && touch.meets(read.columns))
            };
            found.extend(self.failed.iter().filter(reads_so));
            if readers.filtered.is_empty() && readers.columns.is_empty() {
                continue;
            }
            let def = &schema.tables()[usize::from(table.0)];
            let Some(rows) = touched.rows(table) else {
                let filtered = readers.filtered.iter().map(|(id, columns)| (*id, *columns));
                let by_value = readers.by_value.values().flatten().copied();
                let met = filtered
                    .chain(by_value)
                    .filter(|(_, columns)| touch.meets(*columns));
                found.extend(met.map(|(id, _)| id));
                continue;
            };
            let rows: Vec<_> = rows.map(Changed::from).collect();
            for (id, columns) in &readers.filtered {
                let undecided = rows.len() > ROWS_ASKED && touch.meets(*columns);
                if !found.contains(id)
                    && (undecided
                        || rows
                            .iter()
                            .any(|row| self.concerns(row, *id, *columns, def)))
                {
                    found.insert(*id);
                }
            }
            for row in &rows {
                for (id, columns) in readers.candidates(row) {
                    if !found.contains(id) && self.concerns(row, *id, *columns, def) {
                        found.insert(*id);
                    }
                }
            }
        }
        self.collect(found.iter())
    }

    /// Whether a changed row can make a difference to a query with a filter.
    fn concerns(&self, row: &Changed<'_>, id: NodeId, read: ColumnSet, table: &TableDef) -> bool {
        if row.columns.is_some_and(|columns| !columns.intersects(read)) {
            return false;
        }
        let Some(filter) = self.nodes.get(&id).and_then(|node| node.filter()) else {
            return true;
        };
        row.values()
            .any(|values| filter.evaluate(&table.row(values)).may_hold())
    }

    fn collect<'a>(
        &self,
        ids: impl Iterator<Item = &'a NodeId>,
    ) -> Vec<(NodeId, Arc<dyn LiveNode>)> {
        ids.filter_map(|id| Some((*id, Arc::clone(self.nodes.get(id)?))))
            .collect()
    }
}

impl Readers {
    fn add(&mut self, id: NodeId, read: &TableRead) {
        match &read.rows {
            RowsRead::All => {
                self.all.insert(id, read.columns);
            }
            RowsRead::Filtered => {
                self.filtered.insert(id, read.columns);
            }
            RowsRead::WithValue { column, keys } => {
                *self.columns.entry(*column).or_default() += 1;
                for key in keys {
                    let readers = self.by_value.entry(*key).or_default();
                    readers.push((id, read.columns));
                }
            }
        }
    }

    fn remove(&mut self, id: NodeId, read: &TableRead) {
        match &read.rows {
            RowsRead::All => drop(self.all.remove(&id)),
            RowsRead::Filtered => drop(self.filtered.remove(&id)),
            RowsRead::WithValue { column, keys } => {
                if let Some(count) = self.columns.get_mut(column) {
                    *count -= 1;
                    if *count == 0 {
                        self.columns.remove(column);
                    }
                }
                for key in keys {
                    if let Some(readers) = self.by_value.get_mut(key) {
                        readers.retain(|(other, _)| *other != id);
                        if readers.is_empty() {
                            self.by_value.remove(key);
                        }
                    }
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty() && self.filtered.is_empty() && self.columns.is_empty()
    }

    /// Returns the queries that look for a value the row has or had.
    fn candidates(&self, row: &Changed<'_>) -> impl Iterator<Item = &(NodeId, ColumnSet)> {
        let columns = self.columns.keys();
        let keys = columns.flat_map(move |&column| {
            let values = row.values().filter_map(move |values| values.get(column));
            values.filter_map(move |value| value_key(column, value.as_ref()))
        });
        keys.filter_map(move |key| self.by_value.get(&key))
            .flatten()
    }
}

impl<'a> Changed<'a> {
    /// Returns the row as it was and as it is.
    fn values(&self) -> impl Iterator<Item = &'a [crate::query::Value]> {
        self.row.before().into_iter().chain(self.row.after())
    }
}

impl<'a> From<&'a RowChange> for Changed<'a> {
    fn from(row: &'a RowChange) -> Self {
        let columns = row.columns();
        Self { row, columns }
    }
}
