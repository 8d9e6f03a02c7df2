//! How far a read's filter speaks for it: which changed rows cannot concern it.

use super::SelectSpec;
use crate::query::Condition;

/// What stands in a read's conditions besides comparisons.
#[derive(Default)]
struct Inside<'a> {
    /// The tables that nested reads read.
    tables: Vec<&'a str>,
    /// Whether a full-text index is searched, whose ranks depend on all of its rows.
    searches: bool,
}

impl SelectSpec {
    /// Returns the tables of which only rows count that may satisfy the [filter](Self::filter): another row may
    /// come, go or change, and the result stays.
    ///
    /// Of a left-joined table every row counts, since one that goes leaves a row without a pair behind; so it is
    /// with a table that a nested read reads as well, and with full-text searches.
    pub fn filtered_tables(&self) -> Vec<&str> {
        if self.filter.is_none() || self.search.is_some() {
            return Vec::new();
        }
        let mut inside = Inside::default();
        inside.look_into_conditions_of(self);
        if inside.searches {
            return Vec::new();
        }
        let joined = self.joins.iter().filter(|join| !join.left);
        std::iter::once(&self.source)
            .chain(joined.map(|join| &join.source))
            .map(|source| source.table.as_ref())
            .filter(|table| !inside.tables.contains(table))
            .collect()
    }
}

impl<'a> Inside<'a> {
    fn look_into_conditions_of(&mut self, select: &'a SelectSpec) {
        self.searches |= select.search.is_some();
        for condition in select.filter.iter().chain(select.having.as_deref()) {
            self.look_into(condition);
        }
    }

    fn look_into(&mut self, condition: &'a Condition) {
        match condition {
            Condition::And(all) | Condition::Or(all) => {
                all.iter().for_each(|condition| self.look_into(condition));
            }
            Condition::Not(condition) => self.look_into(condition),
            Condition::Matches(_) => self.searches = true,
            Condition::InSelect(_, select) => {
                self.tables.push(select.source.table.as_ref());
                let joined = select.joins.iter().map(|join| join.source.table.as_ref());
                self.tables.extend(joined);
                self.look_into_conditions_of(select);
            }
            Condition::Compare(..)
            | Condition::Between(..)
            | Condition::In(..)
            | Condition::Like(..)
            | Condition::IsNull(_)
            | Condition::IsNotNull(_)
            | Condition::JsonContains(..) => {}
        }
    }
}
