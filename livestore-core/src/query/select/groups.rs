//! What one value of all groups can be made of: what the rows of a group have in common.

use super::SelectSpec;
use crate::query::Term;

impl SelectSpec {
    /// Returns what a term's aggregates take although the rows of a group may differ in it.
    pub(super) fn ungrouped(&self, term: &Term) -> Option<String> {
        if self.group_by.is_empty() && self.having.is_none() {
            return None;
        }
        let mut taken = Vec::new();
        term.clone().take_aggregated(&mut taken);
        match taken.iter().find(|term| !self.is_common(term))? {
            Term::Column(column) => Some(column.column.to_string()),
            term => {
                let mut out = self.start();
                term.write(&mut out);
                Some(out.sql)
            }
        }
    }

    fn is_common(&self, term: &Term) -> bool {
        self.group_by.contains(term)
            || match term {
                Term::Value(_) => true,
                Term::Arithmetic(parts) => self.is_common(&parts.0) && self.is_common(&parts.2),
                Term::Json(of, _) => self.is_common(of),
                Term::Call(_, arguments) => arguments.iter().all(|term| self.is_common(term)),
                _ => false,
            }
    }
}
