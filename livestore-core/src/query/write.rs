//! The writes a materializer answers with.

use std::{error::Error, marker::PhantomData};

use super::{
    Column, ColumnType, IntoColumn, Predicate, RawSql, Statement, TableRow, Value,
    sql::{push_parameter, push_quoted},
};

/// One write to the state, ready to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// The table a builder names; raw SQL is checked when SQLite prepares it.
    pub(crate) table: Option<&'static str>,
    pub(crate) statement: Statement,
}

/// The writes of one event, in the order they are carried out.
pub type Writes = Vec<Write>;

/// The reason a materializer gives for failing.
pub type MaterializerFailure = Box<dyn Error + Send + Sync>;

/// What a materializer may return.
///
/// A write, raw SQL, `()` for none, and any `Vec`, array, `Option` or tuple of these; a `Result` whose error
/// refuses the event.
pub trait IntoWrites {
    /// Adds the writes to the end of the list.
    ///
    /// # Errors
    /// When the materializer failed.
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure>;
}

pub(super) struct SetValue {
    pub(super) column: &'static str,
    pub(super) value: Value,
}

enum OnConflict {
    Fail,
    Ignore,
    Replace,
    Update,
}

/// Adds a row to table `T`; columns that are not set take their default.
pub struct Insert<T> {
    values: Vec<SetValue>,
    on_conflict: OnConflict,
    table: PhantomData<fn() -> T>,
}

impl<T: TableRow> Insert<T> {
    pub(super) fn new() -> Self {
        Self {
            values: Vec::new(),
            on_conflict: OnConflict::Fail,
            table: PhantomData,
        }
    }

    pub(super) fn or_update(self) -> Self {
        Self {
            on_conflict: OnConflict::Update,
            ..self
        }
    }

    /// Sets a column; of several values for one column the last counts.
    pub fn set<C: ColumnType>(mut self, column: Column<T, C>, value: impl IntoColumn<C>) -> Self {
        push_value(&mut self.values, column.assign(value));
        self
    }

    /// Sets every column from a row.
    pub fn row(mut self, row: &T) -> Self {
        for (column, value) in T::COLUMNS.iter().zip(row.to_values()) {
            push_value(&mut self.values, SetValue { column, value });
        }
        self
    }

    /// Does nothing when a unique value is there already.
    pub fn or_ignore(self) -> Self {
        Self {
            on_conflict: OnConflict::Ignore,
            ..self
        }
    }

    /// Replaces the rows that have one of its unique values.
    pub fn or_replace(self) -> Self {
        Self {
            on_conflict: OnConflict::Replace,
            ..self
        }
    }

    fn into_statement(self) -> Statement {
        let mut sql = String::with_capacity(96);
        sql.push_str(match self.on_conflict {
            OnConflict::Ignore => "INSERT OR IGNORE INTO ",
            OnConflict::Replace => "INSERT OR REPLACE INTO ",
            OnConflict::Fail | OnConflict::Update => "INSERT INTO ",
        });
        push_quoted(&mut sql, T::TABLE);
        if self.values.is_empty() {
            sql.push_str(" DEFAULT VALUES");
            return Statement {
                sql,
                ..Default::default()
            };
        }
        sql.push_str(" (");
        push_list(&mut sql, &self.values, |sql, _, set| {
            push_quoted(sql, set.column)
        });
        sql.push_str(") VALUES (");
        push_list(&mut sql, &self.values, |sql, i, _| {
            push_parameter(sql, i + 1)
        });
        sql.push(')');
        if matches!(self.on_conflict, OnConflict::Update) {
            self.push_update(&mut sql);
        }
        Statement {
            sql,
            binds: into_binds(self.values),
            ..Default::default()
        }
    }

    fn push_update(&self, sql: &mut String) {
        for (i, column) in T::PRIMARY_KEY.iter().enumerate() {
            sql.push_str(if i == 0 { " ON CONFLICT (" } else { ", " });
            push_quoted(sql, column);
        }
        let mut separator = ") DO UPDATE SET ";
        for (i, set) in self.values.iter().enumerate() {
            if T::PRIMARY_KEY.contains(&set.column) {
                continue;
            }
            sql.push_str(separator);
            separator = ", ";
            push_quoted(sql, set.column);
            sql.push_str(" = ");
            push_parameter(sql, i + 1);
        }
        if separator != ", " {
            sql.push_str(") DO NOTHING");
        }
    }
}

/// Changes columns of the rows of table `T` that match.
pub struct Update<T> {
    values: Vec<SetValue>,
    filter: Option<Predicate<T>>,
}

impl<T: TableRow> Update<T> {
    pub(super) fn new() -> Self {
        Self {
            values: Vec::new(),
            filter: None,
        }
    }

    /// Sets a column; of several values for one column the last counts.
    pub fn set<C: ColumnType>(mut self, column: Column<T, C>, value: impl IntoColumn<C>) -> Self {
        push_value(&mut self.values, column.assign(value));
        self
    }

    /// Changes only the rows for which the predicate holds; called again, for which all hold.
    pub fn filter(mut self, predicate: Predicate<T>) -> Self {
        self.filter = Some(both(self.filter, predicate));
        self
    }

    /// `None` when nothing is set: SQL has no empty update.
    fn into_statement(self) -> Option<Statement> {
        if self.values.is_empty() {
            return None;
        }
        let mut sql = String::with_capacity(96);
        sql.push_str("UPDATE ");
        push_quoted(&mut sql, T::TABLE);
        sql.push_str(" SET ");
        push_list(&mut sql, &self.values, |sql, i, set| {
            push_quoted(sql, set.column);
            sql.push_str(" = ");
            push_parameter(sql, i + 1);
        });
        let mut statement = Statement {
            sql,
            binds: into_binds(self.values),
            ..Default::default()
        };
        push_where(self.filter.as_ref(), &mut statement);
        Some(statement)
    }
}

/// Removes the rows of table `T` that match.
pub struct Delete<T> {
    filter: Option<Predicate<T>>,
}

impl<T: TableRow> Delete<T> {
    pub(super) fn new() -> Self {
        Self { filter: None }
    }

    /// Removes only the rows for which the predicate holds; called again, for which all hold.
    pub fn filter(self, predicate: Predicate<T>) -> Self {
        Self {
            filter: Some(both(self.filter, predicate)),
        }
    }

    fn into_statement(self) -> Statement {
        let mut statement = Statement {
            sql: String::with_capacity(64),
            ..Default::default()
        };
        statement.sql.push_str("DELETE FROM ");
        push_quoted(&mut statement.sql, T::TABLE);
        push_where(self.filter.as_ref(), &mut statement);
        statement
    }
}

fn push_value(values: &mut Vec<SetValue>, set: SetValue) {
    match values.iter_mut().find(|other| other.column == set.column) {
        Some(other) => other.value = set.value,
        None => values.push(set),
    }
}

fn both<T>(filter: Option<Predicate<T>>, predicate: Predicate<T>) -> Predicate<T> {
    match filter {
        Some(filter) => filter.and(predicate),
        None => predicate,
    }
}

fn push_list(sql: &mut String, values: &[SetValue], push: impl Fn(&mut String, usize, &SetValue)) {
    for (i, set) in values.iter().enumerate() {
        if i > 0 {
            sql.push_str(", ");
        }
        push(sql, i, set);
    }
}

fn push_where<T>(filter: Option<&Predicate<T>>, statement: &mut Statement) {
    if let Some(filter) = filter {
        statement.sql.push_str(" WHERE ");
        filter.write(&mut statement.sql, &mut statement.binds);
    }
}

fn into_binds(values: Vec<SetValue>) -> Vec<Value> {
    values.into_iter().map(|set| set.value).collect()
}

impl<T: TableRow> From<Insert<T>> for Write {
    fn from(insert: Insert<T>) -> Self {
        Self {
            table: Some(T::TABLE),
            statement: insert.into_statement(),
        }
    }
}

impl<T: TableRow> From<Delete<T>> for Write {
    fn from(delete: Delete<T>) -> Self {
        Self {
            table: Some(T::TABLE),
            statement: delete.into_statement(),
        }
    }
}

impl From<RawSql> for Write {
    fn from(raw: RawSql) -> Self {
        Self {
            table: None,
            statement: raw.statement,
        }
    }
}

macro_rules! one_write {
    ($([$($generics:tt)*] $type:ty),+) => {$(
        impl<$($generics)*> IntoWrites for $type {
            fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
                writes.push(self.into());
                Ok(())
            }
        }
    )+};
}

one_write!([T: TableRow] Insert<T>, [T: TableRow] Delete<T>, [] RawSql, [] Write);

impl<T: TableRow> IntoWrites for Update<T> {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        if let Some(statement) = self.into_statement() {
            writes.push(Write {
                table: Some(T::TABLE),
                statement,
            });
        }
        Ok(())
    }
}

impl<W: IntoWrites> IntoWrites for Vec<W> {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.into_iter()
            .try_for_each(|write| write.push_into(writes))
    }
}

impl<W: IntoWrites, const N: usize> IntoWrites for [W; N] {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.into_iter()
            .try_for_each(|write| write.push_into(writes))
    }
}

impl<W: IntoWrites> IntoWrites for Option<W> {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.map_or(Ok(()), |write| write.push_into(writes))
    }
}

impl<W: IntoWrites, E: Into<MaterializerFailure>> IntoWrites for Result<W, E> {
    fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
        self.map_err(Into::into)?.push_into(writes)
    }
}

impl IntoWrites for () {
    fn push_into(self, _: &mut Writes) -> Result<(), MaterializerFailure> {
        Ok(())
    }
}

macro_rules! tuple {
    ($($name:ident),+) => {
        impl<$($name: IntoWrites),+> IntoWrites for ($($name,)+) {
            #[allow(non_snake_case)]
            fn push_into(self, writes: &mut Writes) -> Result<(), MaterializerFailure> {
                let ($($name,)+) = self;
                $($name.push_into(writes)?;)+
                Ok(())
            }
        }
    };
}

tuple!(A, B);
tuple!(A, B, C);
tuple!(A, B, C, D);
tuple!(A, B, C, D, E);
tuple!(A, B, C, D, E, F);

macro_rules! debug_as_statement {
    ($($type:ident),+) => {$(
        impl<T> std::fmt::Debug for $type<T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type)).finish_non_exhaustive()
            }
        }
    )+};
}

debug_as_statement!(Insert, Update, Delete);
