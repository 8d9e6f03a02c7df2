//! Adding rows, and what to do when one is there already.

use std::borrow::Borrow;

use super::{Returning, Update, Write};
use crate::query::{
    Column, ColumnType, IntoColumn, Name, Selection, TableRow, Value,
    sql::{SqlText, push_parameter, push_quoted},
};

/// Adds rows to table `T`; columns that are not set take their default.
///
/// ```
/// # use livestore_core::prelude::*;
/// # #[derive(Table)]
/// # struct Visit { #[column(primary_key)] page: String, count: i64, last: Option<String> }
/// // One more visit, or the first.
/// let visit = Visit::insert()
///     .set(Visit::PAGE, "/home")
///     .set(Visit::COUNT, 1)
///     .on_conflict(Visit::PAGE)
///     .update_with(Visit::update().set(Visit::COUNT, Visit::COUNT + Visit::COUNT.excluded()));
/// # let _ = visit;
/// ```
pub struct Insert<T> {
    table: Name,
    columns: Vec<Name>,
    /// The values of the first row, one for every column; of no rows, `None`.
    first: Option<Vec<Value>>,
    /// Those of the others.
    more: Vec<Vec<Value>>,
    conflict: Conflict<T>,
}

enum Conflict<T> {
    Fail,
    /// Whatever is in the way.
    Ignore,
    Replace,
    /// What has the same value in these columns.
    On(Vec<Name>, Action<T>),
}

enum Action<T> {
    Nothing,
    /// All columns that are set but those of the target.
    Update,
    UpdateOnly(Vec<Name>),
    UpdateWith(Box<Update<T>>),
}

/// A column or a tuple of columns of table `T`.
pub trait ColumnList<T> {
    /// Adds their names to the list.
    fn push_names(self, names: &mut Vec<Name>);
}

impl<T, C> ColumnList<T> for Column<T, C> {
    fn push_names(self, names: &mut Vec<Name>) {
        names.push(self.name().into());
    }
}

macro_rules! columns {
    ($($part:ident),+) => {
        impl<T, $($part: ColumnList<T>),+> ColumnList<T> for ($($part,)+) {
            #[allow(non_snake_case)]
            fn push_names(self, names: &mut Vec<Name>) {
                let ($($part,)+) = self;
                $($part.push_names(names);)+
            }
        }
    };
}

columns!(A);
columns!(A, B);
columns!(A, B, C);
columns!(A, B, C, D);

fn names<T>(columns: impl ColumnList<T>) -> Vec<Name> {
    let mut names = Vec::new();
    columns.push_names(&mut names);
    names
}

impl<T: TableRow> Insert<T> {
    pub(in crate::query) fn new() -> Self {
        Self::into_table(T::TABLE.into())
    }

    pub(in crate::query) fn or_update(mut self) -> Self {
        let target = T::PRIMARY_KEY.iter().map(|&name| name.into()).collect();
        self.conflict = Conflict::On(target, Action::Update);
        self
    }

    /// Sets every column from a row.
    pub fn row(mut self, row: &T) -> Self {
        for (column, value) in T::COLUMNS.iter().zip(row.to_values()) {
            self.push((*column).into(), value);
        }
        self
    }

    /// Adds several rows, prepared once; what was set before is taken back.
    pub fn rows<R: Borrow<T>>(mut self, rows: impl IntoIterator<Item = R>) -> Self {
        self.columns = T::COLUMNS.iter().map(|&name| name.into()).collect();
        let mut rows = rows.into_iter().map(|row| row.borrow().to_values());
        self.first = rows.next();
        self.more = rows.collect();
        self
    }

    /// Adds rows and takes these columns of what was stored, defaults and generated keys included.
    ///
    /// What follows from them is said by [`Returning::then`].
    pub fn returning<X, Places>(self, columns: X) -> Returning<X::Item>
    where
        X: Selection<T, Places>,
    {
        Returning::new::<T, X, Places>(self.into_write(), columns)
    }
}

impl<T> Insert<T> {
    pub(in crate::query) fn into_table(table: Name) -> Self {
        Self {
            table,
            columns: Vec::new(),
            first: Some(Vec::new()),
            more: Vec::new(),
            conflict: Conflict::Fail,
        }
    }

    /// Sets a column; of several values for one column the last counts.
    pub fn set<C: ColumnType>(mut self, column: Column<T, C>, value: impl IntoColumn<C>) -> Self {
        self.push(column.name().into(), value.into_value());
        self
    }

    /// Sets a column by its name, for tables known only at run time.
    pub fn set_value(mut self, column: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.push(column.into(), value.into());
        self
    }

    fn push(&mut self, column: Name, value: Value) {
        let at = self.columns.iter().position(|other| *other == column);
        if at.is_none() {
            self.columns.push(column);
        }
        let put = |row: &mut Vec<Value>, value| match at {
            Some(at) => row[at] = value,
            None => row.push(value),
        };
        for row in &mut self.more {
            put(row, value.clone());
        }
        if let Some(row) = &mut self.first {
            put(row, value);
        }
    }

    /// Does nothing when a unique value is there already.
    pub fn or_ignore(mut self) -> Self {
        self.conflict = Conflict::Ignore;
        self
    }

    /// Replaces the rows that have one of its unique values.
    pub fn or_replace(mut self) -> Self {
        self.conflict = Conflict::Replace;
        self
    }

    /// Says what to do when there is a row with the same value in this column, or in all of these.
    ///
    /// They must be the primary key or unique.
    pub fn on_conflict(self, columns: impl ColumnList<T>) -> ConflictTarget<T> {
        ConflictTarget {
            insert: self,
            columns: names(columns),
        }
    }

    /// `None` for no rows.
    pub(super) fn into_write(self) -> Option<Write> {
        let mut out = SqlText {
            binds: self.first?,
            ..SqlText::with_capacity(128)
        };
        out.sql.push_str(match self.conflict {
            Conflict::Ignore => "INSERT OR IGNORE INTO ",
            Conflict::Replace => "INSERT OR REPLACE INTO ",
            Conflict::Fail | Conflict::On(..) => "INSERT INTO ",
        });
        push_quoted(&mut out.sql, &self.table);
        if self.columns.is_empty() {
            out.sql.push_str(" DEFAULT VALUES");
        } else {
            out.sql.push_str(" (");
            out.push_list(&self.columns, |out, column| {
                push_quoted(&mut out.sql, column)
            });
            out.sql.push_str(") VALUES (");
            for i in 0..self.columns.len() {
                out.sql.push_str(if i == 0 { "" } else { ", " });
                push_parameter(&mut out.sql, i + 1);
            }
            out.sql.push(')');
        }
        if let Conflict::On(target, action) = self.conflict {
            write_conflict(&mut out, &self.columns, &target, action);
        }
        // The values of the action's own follow those of the row, which differ from row to row.
        let own = out.binds[self.columns.len()..].to_vec();
        let more = self
            .more
            .into_iter()
            .map(|mut row| {
                row.extend_from_slice(&own);
                row
            })
            .collect();
        Some(Write {
            table: Some(self.table),
            statement: out.into_statement(),
            more,
            then: None,
        })
    }
}

fn write_conflict<T>(out: &mut SqlText, set: &[Name], target: &[Name], action: Action<T>) {
    out.sql.push_str(" ON CONFLICT (");
    out.push_list(target, |out, column| push_quoted(&mut out.sql, column));
    out.sql.push_str(") DO ");
    let taken_over: Vec<&Name> = match &action {
        Action::Update => set.iter().filter(|name| !target.contains(name)).collect(),
        Action::UpdateOnly(names) => names.iter().collect(),
        Action::Nothing | Action::UpdateWith(_) => Vec::new(),
    };
    match action {
        Action::UpdateWith(update) if update.sets_anything() => {
            out.sql.push_str("UPDATE SET ");
            update.write_set_and_where(out);
        }
        _ if taken_over.is_empty() => out.sql.push_str("NOTHING"),
        _ => {
            out.sql.push_str("UPDATE SET ");
            out.push_list(&taken_over, |out, column| {
                push_quoted(&mut out.sql, column);
                out.sql.push_str(" = excluded.");
                push_quoted(&mut out.sql, column);
            });
        }
    }
}

/// An [`Insert`] that has yet to say what to do about a conflict.
pub struct ConflictTarget<T> {
    insert: Insert<T>,
    columns: Vec<Name>,
}

impl<T> ConflictTarget<T> {
    /// Leaves the row that is there.
    pub fn ignore(self) -> Insert<T> {
        self.act(Action::Nothing)
    }

    /// Gives the row that is there all values that were set.
    pub fn update(self) -> Insert<T> {
        self.act(Action::Update)
    }

    /// Gives the row that is there the values that were set for these columns.
    pub fn update_only(self, columns: impl ColumnList<T>) -> Insert<T> {
        let names = names(columns);
        self.act(Action::UpdateOnly(names))
    }

    /// Updates the row that is there, if the update's own filter holds for it.
    /// [`Column::excluded`] is the value that could not be inserted.
    pub fn update_with(self, update: Update<T>) -> Insert<T> {
        self.act(Action::UpdateWith(Box::new(update)))
    }

    fn act(self, action: Action<T>) -> Insert<T> {
        Insert {
            conflict: Conflict::On(self.columns, action),
            ..self.insert
        }
    }
}

impl<T> std::fmt::Debug for Insert<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Insert")
            .field("table", &self.table)
            .field("columns", &self.columns)
            .field("first", &self.first)
            .field("more", &self.more)
            .finish_non_exhaustive()
    }
}

impl<T> std::fmt::Debug for ConflictTarget<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConflictTarget")
            .field("insert", &self.insert)
            .field("columns", &self.columns)
            .finish()
    }
}

impl<T: TableRow> From<Insert<T>> for Write {
    /// Inserting no rows writes nothing.
    fn from(insert: Insert<T>) -> Self {
        insert
            .into_write()
            .unwrap_or_else(|| Write::nothing(T::TABLE.into()))
    }
}
