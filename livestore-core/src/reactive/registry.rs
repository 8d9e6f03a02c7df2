//! The live queries of a store, found by the tables they read.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::LiveNode;
use crate::{query::TableId, state::Touched};

/// A live query's place in the registry; later ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct NodeId(u64);

/// All live queries of a store.
#[derive(Default)]
pub(crate) struct Registry {
    nodes: BTreeMap<NodeId, Arc<dyn LiveNode>>,
    by_table: HashMap<TableId, BTreeSet<NodeId>>,
    next: u64,
}

impl Registry {
    pub(crate) fn add(&mut self, node: Arc<dyn LiveNode>) -> NodeId {
        let id = NodeId(self.next);
        self.next += 1;
        for (table, _) in &node.footprint().tables {
            self.by_table.entry(*table).or_default().insert(id);
        }
        self.nodes.insert(id, node);
        id
    }

    /// Takes a node out; drop it where its listeners' own clean-up may call the store.
    pub(crate) fn remove(&mut self, id: NodeId) -> Option<Arc<dyn LiveNode>> {
        let node = self.nodes.remove(&id)?;
        for (table, _) in &node.footprint().tables {
            if let Some(ids) = self.by_table.get_mut(table) {
                ids.remove(&id);
            }
        }
        Some(node)
    }

    /// Takes out all nodes.
    pub(crate) fn clear(&mut self) -> Vec<Arc<dyn LiveNode>> {
        self.by_table.clear();
        std::mem::take(&mut self.nodes).into_values().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Returns all nodes, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<dyn LiveNode>> {
        self.nodes.values().cloned().collect()
    }

    /// Returns the nodes whose result the changes can concern, oldest first.
    pub(crate) fn affected(&self, touched: &Touched) -> Vec<Arc<dyn LiveNode>> {
        let mut seen = BTreeSet::new();
        for table in touched.tables() {
            seen.extend(self.by_table.get(&table).into_iter().flatten());
        }
        let nodes = seen.iter().filter_map(|id| self.nodes.get(id));
        nodes
            .filter(|node| touched.affects(node.footprint()))
            .cloned()
            .collect()
    }
}
