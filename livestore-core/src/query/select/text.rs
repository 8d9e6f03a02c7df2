//! A read as SQL. Nothing here knows of Rust types, so it is compiled once.

use super::{ColumnNames, SelectSpec};
use crate::query::{
    Search, Statement, Term, Value,
    sql::{SqlText, push_parameter, push_quoted},
};

impl SelectSpec {
    pub(super) fn start(&self) -> SqlText {
        SqlText {
            qualified: !self.joins.is_empty() || self.search.is_some(),
            search: self.search.as_deref().map(Search::index),
            ..SqlText::with_capacity(128)
        }
    }

    /// The rows.
    pub(in crate::query) fn rows(&self) -> Statement {
        let mut out = self.start();
        self.write_rows(&mut out, self.limit);
        out.into_statement()
    }

    /// The first row.
    pub(super) fn first_row(&self) -> Statement {
        let mut out = self.start();
        self.write_rows(&mut out, Some(self.limit.unwrap_or(1).min(1)));
        out.into_statement()
    }

    /// The number of rows.
    pub(super) fn count(&self) -> Statement {
        let mut out = self.start();
        if self.is_one_row_each() {
            out.sql.push_str("SELECT count(*)");
            self.write_from(&mut out);
            return out.into_statement();
        }
        out.sql.push_str("SELECT count(*) FROM (");
        self.write_for_counting(&mut out);
        out.sql.push(')');
        out.into_statement()
    }

    /// Whether there is a row.
    pub(super) fn exists(&self) -> Statement {
        let mut out = self.start();
        out.sql.push_str("SELECT EXISTS (");
        self.write_for_counting(&mut out);
        out.sql.push(')');
        out.into_statement()
    }

    /// One value for all rows; they are cut to the window first.
    pub(super) fn aggregate(&self, term: &Term) -> Statement {
        let mut out = self.start();
        out.sql.push_str("SELECT ");
        if self.is_one_row_each() {
            term.write(&mut out);
            self.write_from(&mut out);
            return out.into_statement();
        }
        // What the aggregates take, under names of their own.
        let (mut term, mut taken) = (term.clone(), Vec::new());
        term.take_aggregated(&mut taken);
        let qualified = std::mem::replace(&mut out.qualified, false);
        term.write(&mut out);
        out.qualified = qualified;
        out.sql.push_str(" FROM (SELECT ");
        let mut separator = "";
        // Rows are told apart by what they are, not only by what is taken of them.
        if self.distinct {
            self.write_columns(&mut out);
            separator = ", ";
        }
        for (i, term) in taken.iter().enumerate() {
            out.sql.push_str(std::mem::replace(&mut separator, ", "));
            term.write(&mut out);
            out.sql.push_str(" AS ");
            push_quoted(&mut out.sql, &taken_name(i));
        }
        out.sql
            .push_str(if separator.is_empty() { "1" } else { "" });
        self.write_rest(&mut out, self.limit);
        out.sql.push(')');
        out.into_statement()
    }

    /// As part of another statement, where names may not be taken for its own.
    pub(in crate::query) fn write_nested(&self, out: &mut SqlText) {
        let qualified = std::mem::replace(&mut out.qualified, true);
        let search = std::mem::replace(&mut out.search, self.search.as_deref().map(Search::index));
        self.write_rows(out, self.limit);
        out.qualified = qualified;
        out.search = search;
    }

    fn is_one_row_each(&self) -> bool {
        self.limit.is_none()
            && self.offset.is_none()
            && self.group_by.is_empty()
            && self.having.is_none()
            && !self.distinct
    }

    fn write_rows(&self, out: &mut SqlText, limit: Option<u64>) {
        out.sql.push_str("SELECT ");
        self.write_columns(out);
        self.write_rest(out, limit);
    }

    fn write_columns(&self, out: &mut SqlText) {
        if self.distinct {
            out.sql.push_str("DISTINCT ");
        }
        match &self.columns {
            Some(columns) => out.push_list(columns, |out, term| term.write(out)),
            None => self.write_all_columns(out),
        }
    }

    fn write_rest(&self, out: &mut SqlText, limit: Option<u64>) {
        self.write_from(out);
        self.write_groups(out);
        self.write_order(out);
        self.write_window(out, limit);
    }

    /// The rows without what is not needed to count them.
    fn write_for_counting(&self, out: &mut SqlText) {
        if self.distinct {
            return self.write_rows(out, self.limit);
        }
        out.sql.push_str("SELECT 1");
        self.write_from(out);
        self.write_groups(out);
        self.write_window(out, self.limit);
    }

    fn write_all_columns(&self, out: &mut SqlText) {
        if let (ColumnNames::Static(_, list), false) = (&self.source.columns, out.qualified)
            && !list.is_empty()
        {
            out.sql.push_str(list);
            return;
        }
        let joined = self.joins.iter().map(|join| &join.source);
        let mut separator = "";
        for source in std::iter::once(&self.source).chain(joined) {
            let mut push = |column: &str| {
                out.sql.push_str(separator);
                separator = ", ";
                if out.qualified {
                    push_quoted(&mut out.sql, &source.table);
                    out.sql.push('.');
                }
                push_quoted(&mut out.sql, column);
            };
            match &source.columns {
                ColumnNames::Static(columns, _) => columns.iter().for_each(|column| push(column)),
                ColumnNames::Shared(columns) => columns.iter().for_each(|column| push(column)),
            }
        }
    }

    fn write_from(&self, out: &mut SqlText) {
        out.sql.push_str(" FROM ");
        push_quoted(&mut out.sql, &self.source.table);
        if let Some(search) = &self.search {
            search.write_join(out);
        }
        for join in &self.joins {
            out.sql
                .push_str(if join.left { " LEFT JOIN " } else { " JOIN " });
            push_quoted(&mut out.sql, &join.source.table);
            for (i, (left, right)) in join.on.iter().enumerate() {
                out.sql.push_str(if i == 0 { " ON " } else { " AND " });
                left.write(out);
                out.sql.push_str(" = ");
                right.write(out);
            }
        }
        let mut word = " WHERE ";
        if let Some(search) = &self.search {
            out.sql.push_str(word);
            search.write_match(out);
            word = " AND ";
        }
        if let Some(filter) = &self.filter {
            out.sql.push_str(word);
            filter.write(out);
        }
    }

    fn write_groups(&self, out: &mut SqlText) {
        if !self.group_by.is_empty() {
            out.sql.push_str(" GROUP BY ");
            out.push_list(&self.group_by, |out, term| term.write(out));
        }
        if let Some(having) = &self.having {
            out.sql.push_str(" HAVING ");
            having.write(out);
        }
    }

    fn write_order(&self, out: &mut SqlText) {
        match &self.search {
            Some(search) if self.order.is_empty() && self.group_by.is_empty() => {
                search.write_order(out);
            }
            _ => {
                for (i, order) in self.order.iter().enumerate() {
                    out.sql.push_str(if i == 0 { " ORDER BY " } else { ", " });
                    order.write(out);
                }
            }
        }
    }

    fn write_window(&self, out: &mut SqlText, limit: Option<u64>) {
        if limit.is_none() && self.offset.is_none() {
            return;
        }
        out.sql.push_str(" LIMIT ");
        // SQLite knows no OFFSET without a LIMIT; a negative one means all.
        push_count(limit.map_or(-1, clamp), out);
        if let Some(offset) = self.offset {
            out.sql.push_str(" OFFSET ");
            push_count(clamp(offset), out);
        }
    }
}

/// The name of what an aggregate takes of the rows of a window.
fn taken_name(place: usize) -> String {
    format!("taken {place}")
}

impl Term {
    /// Moves what aggregates take to a list and puts names in their places.
    pub(super) fn take_aggregated(&mut self, taken: &mut Vec<Self>) {
        match self {
            Self::Aggregate(_, Some(of)) => {
                let name = Self::column("", taken_name(taken.len()));
                taken.push(std::mem::replace(of, name));
            }
            Self::Arithmetic(parts) => {
                parts.0.take_aggregated(taken);
                parts.2.take_aggregated(taken);
            }
            Self::Json(of, _) => of.take_aggregated(taken),
            Self::Call(_, arguments) => arguments
                .iter_mut()
                .for_each(|argument| argument.take_aggregated(taken)),
            Self::Aggregate(_, None)
            | Self::Column(_)
            | Self::Value(_)
            | Self::Excluded(_)
            | Self::Marked(_) => {}
        }
    }
}

fn push_count(count: i64, out: &mut SqlText) {
    out.binds.push(Value::Integer(count));
    push_parameter(&mut out.sql, out.binds.len());
}

fn clamp(count: u64) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
