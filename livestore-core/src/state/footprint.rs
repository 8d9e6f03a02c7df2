//! What a query reads, asked of SQLite once for each text.

use std::{collections::BTreeSet, sync::Arc};

use super::{FOOTPRINT_CACHE, State, lock};
use crate::query::{ColumnSet, Footprint, QueryError, joins_by_common_names};

/// What the program of a statement opens.
#[derive(Default)]
struct Opened {
    /// The first pages of tables and of indexes on them.
    roots: BTreeSet<i64>,
    /// Whether it opens virtual tables, of which no name is told.
    virtual_tables: bool,
}

impl State {
    /// Returns what a query reads.
    pub(crate) fn footprint(&mut self, sql: &str) -> Result<Arc<Footprint>, QueryError> {
        if let Some(footprint) = self.footprints.get(sql) {
            return Ok(Arc::clone(footprint));
        }
        let footprint = self.asked(sql).map_err(|source| QueryError::Sqlite {
            sql: sql.to_owned(),
            source,
        })?;
        if self.footprints.len() >= FOOTPRINT_CACHE {
            self.footprints.clear();
        }
        let footprint = Arc::new(footprint);
        self.footprints
            .insert(sql.to_owned(), Arc::clone(&footprint));
        Ok(footprint)
    }

    fn asked(&self, sql: &str) -> rusqlite::Result<Footprint> {
        lock(&self.access).log.take();
        // Not through the cache: SQLite reports reads only while it prepares.
        let prepared = self.connection.prepare(sql);
        let (mut footprint, _) = lock(&self.access).log.take();
        let is_explained = prepared?.is_explain() != 0;
        // The columns that such a join compares are not reported, nor a table of which nothing else is read.
        if !is_explained && joins_by_common_names(sql) {
            self.add_opened(&self.opened(sql)?, &mut footprint)?;
        }
        Ok(footprint)
    }

    /// Looks through the program SQLite has made of a statement.
    fn opened(&self, sql: &str) -> rusqlite::Result<Opened> {
        let mut program = self.connection.prepare(&format!("EXPLAIN {sql}"))?;
        let mut rows = program.raw_query();
        let mut opened = Opened::default();
        while let Some(row) = rows.next()? {
            match row.get_ref("opcode")?.as_str()? {
                "OpenRead" | "ReopenIdx" => drop(opened.roots.insert(row.get("p2")?)),
                "VOpen" => opened.virtual_tables = true,
                _ => {}
            }
        }
        Ok(opened)
    }

    /// Adds all columns of what is opened.
    fn add_opened(&self, opened: &Opened, footprint: &mut Footprint) -> rusqlite::Result<()> {
        let mut roots = self
            .connection
            .prepare_cached("SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0")?;
        let mut rows = roots.query(())?;
        let access = lock(&self.access);
        while let Some(row) = rows.next()? {
            let table = row.get_ref(1)?.as_str()?;
            if opened.roots.contains(&row.get(0)?)
                && let Some(id) = access.log.table(table)
            {
                footprint.add(id, ColumnSet::ALL);
            }
        }
        if opened.virtual_tables {
            access.log.full_text_tables().for_each(|id| {
                footprint.add(id, ColumnSet::ALL);
            });
        }
        Ok(())
    }
}
