//! The builder for reads from one table.

use std::marker::PhantomData;

use super::{
    Column, ColumnType, Order, Predicate, Query, QueryError, Row, Rows, Statement, TableRow, Value,
    sql::{push_parameter, push_quoted},
};

/// What a [`Select`] takes of each row.
pub trait Projection<T>: Clone + Send + Sync + 'static {
    /// What one row becomes.
    type Item: 'static;

    /// Writes the column list.
    fn write_columns(&self, sql: &mut String);

    /// Reads one row.
    fn read(&self, row: &Row<'_>) -> Result<Self::Item, QueryError>;
}

/// Whole rows, as the table's own type.
pub struct AllColumns<T>(pub(super) PhantomData<fn() -> T>);

impl<T> Clone for AllColumns<T> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<T> std::fmt::Debug for AllColumns<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AllColumns")
    }
}

impl<T: TableRow> Projection<T> for AllColumns<T> {
    type Item = T;

    fn write_columns(&self, sql: &mut String) {
        for (i, column) in T::COLUMNS.iter().enumerate() {
            if i > 0 {
                sql.push_str(", ");
            }
            push_quoted(sql, column);
        }
    }

    fn read(&self, row: &Row<'_>) -> Result<T, QueryError> {
        T::read_all(row)
    }
}

/// The plain values of one column.
pub struct OneColumn<T, C>(Column<T, C>);

impl<T, C> Clone for OneColumn<T, C> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<T, C> std::fmt::Debug for OneColumn<T, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: TableRow, C: ColumnType> Projection<T> for OneColumn<T, C> {
    type Item = C;

    fn write_columns(&self, sql: &mut String) {
        push_quoted(sql, self.0.name());
    }

    fn read(&self, row: &Row<'_>) -> Result<C, QueryError> {
        row.get(0)
    }
}

/// A read from table `T`; gives a `Vec` in the order asked for.
pub struct Select<T, P = AllColumns<T>> {
    projection: P,
    filter: Option<Predicate<T>>,
    order: Vec<Order<T>>,
    limit: Option<u64>,
    offset: Option<u64>,
}

impl<T, P: Clone> Clone for Select<T, P> {
    fn clone(&self) -> Self {
        Self {
            projection: self.projection.clone(),
            filter: self.filter.clone(),
            order: self.order.clone(),
            limit: self.limit,
            offset: self.offset,
        }
    }
}

impl<T: TableRow, P: Projection<T>> std::fmt::Debug for Select<T, P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_statement(self.limit).fmt(f)
    }
}

impl<T: TableRow, P: Projection<T>> Select<T, P> {
    pub(super) fn new(projection: P) -> Self {
        Self {
            projection,
            filter: None,
            order: Vec::new(),
            limit: None,
            offset: None,
        }
    }

    /// Keeps the rows for which the predicate holds; called again, for which all hold.
    pub fn filter(mut self, predicate: Predicate<T>) -> Self {
        self.filter = Some(match self.filter.take() {
            Some(filter) => filter.and(predicate),
            None => predicate,
        });
        self
    }

    /// Sorts by a column; called again, by further columns among equals.
    pub fn order_by(mut self, order: Order<T>) -> Self {
        self.order.push(order);
        self
    }

    /// Gives at most so many rows.
    pub fn limit(mut self, rows: u64) -> Self {
        self.limit = Some(rows);
        self
    }

    /// Leaves out so many rows first.
    pub fn offset(mut self, rows: u64) -> Self {
        self.offset = Some(rows);
        self
    }

    /// Takes one column of each row, as plain values.
    pub fn select<C: ColumnType>(self, column: Column<T, C>) -> Select<T, OneColumn<T, C>> {
        Select {
            projection: OneColumn(column),
            filter: self.filter,
            order: self.order,
            limit: self.limit,
            offset: self.offset,
        }
    }

    /// Takes the first row, `None` if there is none.
    pub fn first(self) -> First<T, P> {
        First(self)
    }

    /// Counts the rows, up to the limit if one is set.
    pub fn count(self) -> Count<T, P> {
        Count(self)
    }

    /// Asks whether there is any row.
    pub fn exists(self) -> Exists<T, P> {
        Exists(self)
    }

    fn to_statement(&self, limit: Option<u64>) -> Statement {
        let mut statement = Statement {
            sql: String::with_capacity(128),
            ..Default::default()
        };
        statement.sql.push_str("SELECT ");
        self.projection.write_columns(&mut statement.sql);
        self.write_from(&mut statement);
        self.write_order(&mut statement.sql);
        write_window(limit, self.offset, &mut statement);
        statement
    }

    fn write_from(&self, statement: &mut Statement) {
        statement.sql.push_str(" FROM ");
        push_quoted(&mut statement.sql, T::TABLE);
        if let Some(filter) = &self.filter {
            statement.sql.push_str(" WHERE ");
            filter.write(&mut statement.sql, &mut statement.binds);
        }
    }

    fn write_order(&self, sql: &mut String) {
        for (i, order) in self.order.iter().enumerate() {
            sql.push_str(if i == 0 { " ORDER BY " } else { ", " });
            order.write(sql);
        }
    }

    /// `SELECT 1` of the rows meant, for counting and asking whether there are any.
    fn write_ones(&self, limit: Option<u64>, statement: &mut Statement) {
        statement.sql.push_str("SELECT 1");
        self.write_from(statement);
        write_window(limit, self.offset, statement);
    }
}

fn write_window(limit: Option<u64>, offset: Option<u64>, statement: &mut Statement) {
    if limit.is_none() && offset.is_none() {
        return;
    }
    statement.sql.push_str(" LIMIT ");
    // SQLite knows no OFFSET without a LIMIT; a negative one means all.
    push_count(limit.map_or(-1, clamp), statement);
    if let Some(offset) = offset {
        statement.sql.push_str(" OFFSET ");
        push_count(clamp(offset), statement);
    }
}

fn push_count(count: i64, statement: &mut Statement) {
    statement.binds.push(Value::Integer(count));
    push_parameter(&mut statement.sql, statement.binds.len());
}

fn clamp(count: u64) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

impl<T: TableRow, P: Projection<T>> Query for Select<T, P> {
    type Output = Vec<P::Item>;

    fn statement(&self) -> Statement {
        self.to_statement(self.limit)
    }

    fn read(&self, rows: Rows<'_>) -> Result<Self::Output, QueryError> {
        rows.collect(|row| self.projection.read(row))
    }
}

/// The first row of a [`Select`], if any.
#[derive(Clone, Debug)]
pub struct First<T: TableRow, P: Projection<T>>(Select<T, P>);

impl<T: TableRow, P: Projection<T>> Query for First<T, P> {
    type Output = Option<P::Item>;

    fn statement(&self) -> Statement {
        self.0.to_statement(Some(self.0.limit.unwrap_or(1).min(1)))
    }

    fn read(&self, mut rows: Rows<'_>) -> Result<Self::Output, QueryError> {
        match rows.next()? {
            Some(row) => self.0.projection.read(&row).map(Some),
            None => Ok(None),
        }
    }
}

/// The number of rows of a [`Select`].
#[derive(Clone, Debug)]
pub struct Count<T: TableRow, P: Projection<T>>(Select<T, P>);

impl<T: TableRow, P: Projection<T>> Query for Count<T, P> {
    type Output = u64;

    fn statement(&self) -> Statement {
        let select = &self.0;
        let mut statement = Statement {
            sql: String::with_capacity(96),
            ..Default::default()
        };
        if select.limit.is_none() && select.offset.is_none() {
            statement.sql.push_str("SELECT count(*)");
            select.write_from(&mut statement);
        } else {
            statement.sql.push_str("SELECT count(*) FROM (");
            select.write_ones(select.limit, &mut statement);
            statement.sql.push(')');
        }
        statement
    }

    fn read(&self, mut rows: Rows<'_>) -> Result<u64, QueryError> {
        match rows.next()? {
            Some(row) => Ok(row.get::<i64>(0)?.unsigned_abs()),
            None => Ok(0),
        }
    }
}

/// Whether a [`Select`] has any row.
#[derive(Clone, Debug)]
pub struct Exists<T: TableRow, P: Projection<T>>(Select<T, P>);

impl<T: TableRow, P: Projection<T>> Query for Exists<T, P> {
    type Output = bool;

    fn statement(&self) -> Statement {
        let mut statement = Statement {
            sql: String::with_capacity(96),
            ..Default::default()
        };
        statement.sql.push_str("SELECT EXISTS (");
        self.0.write_ones(self.0.limit, &mut statement);
        statement.sql.push(')');
        statement
    }

    fn read(&self, mut rows: Rows<'_>) -> Result<bool, QueryError> {
        match rows.next()? {
            Some(row) => row.get(0),
            None => Ok(false),
        }
    }
}
