//! What a live query reads of each table, and which of its rows.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::{
    query::{ColumnRef, ColumnSet, Condition, Equality, Footprint, Shape, TableId, ValueRef},
    schema::{Schema, TableDef},
};

/// What a query reads of one table.
#[derive(Debug)]
pub(crate) struct TableRead {
    pub(super) table: TableId,
    pub(super) columns: ColumnSet,
    pub(super) rows: RowsRead,
}

/// Which rows of a table a query reads.
#[derive(Debug)]
pub(super) enum RowsRead {
    /// Any.
    All,
    /// Those that may satisfy the query's filter.
    Filtered,
    /// Of these only such as have one of some values in a column.
    WithValue {
        column: usize,
        /// The [keys](value_key) of the values.
        keys: Vec<u64>,
    },
}

/// Returns a number that equal values of a column share, and different ones hardly ever.
///
/// `None` for what is never looked up.
pub(super) fn value_key(column: usize, value: ValueRef<'_>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    column.hash(&mut hasher);
    match value {
        ValueRef::Integer(number) => number.hash(&mut hasher),
        ValueRef::Text(text) => text.hash(&mut hasher),
        ValueRef::Blob(bytes) => bytes.hash(&mut hasher),
        ValueRef::Null | ValueRef::Real(_) => return None,
    }
    Some(hasher.finish())
}

/// Puts together what SQLite says of a query and what its builder knows.
pub(super) fn of(
    footprint: &Footprint,
    shape: Option<Shape<'_>>,
    schema: &Schema,
) -> Vec<TableRead> {
    let filter = shape.and_then(|shape| shape.select().filter.as_ref());
    let filtered = match (shape, filter) {
        (Some(shape), Some(_)) => shape.select().filtered_tables(),
        _ => Vec::new(),
    };
    let read = |&(table, columns): &(TableId, ColumnSet)| {
        let def = &schema.tables()[usize::from(table.0)];
        let rows = match filter {
            Some(filter) if filtered.contains(&def.name.as_str()) => rows_of(def, filter),
            _ => RowsRead::All,
        };
        TableRead {
            table,
            columns,
            rows,
        }
    };
    footprint.tables.iter().map(read).collect()
}

fn rows_of(table: &TableDef, filter: &Condition) -> RowsRead {
    let place = |column: &ColumnRef| {
        let own = column.table == table.name;
        own.then(|| {
            table
                .columns
                .iter()
                .position(|def| column.column == def.name)
        })?
    };
    let equalities = filter.equalities(&|column| Some(table.columns[place(column)?].kind));
    let worth = |(column, equality): &(usize, Equality<'_>)| {
        let def = &table.columns[*column];
        let telling = def.primary_key as u8 * 4 + def.unique as u8 * 4 + def.indexed as u8;
        (telling, std::cmp::Reverse(equality.values.len()))
    };
    let best = equalities
        .into_iter()
        .filter_map(|equality| Some((place(equality.column)?, equality)))
        .max_by_key(worth);
    match best {
        Some((column, Equality { values, .. })) => RowsRead::WithValue {
            column,
            keys: values
                .iter()
                .filter_map(|value| value_key(column, value.as_ref()))
                .collect(),
        },
        None => RowsRead::Filtered,
    }
}
