//! Comparisons of a table's columns with each other, whatever their kinds.

use livestore_core::{
    prelude::*,
    query::{ColumnRef, Comparison, Condition, Term, Truth},
    schema::{ColumnDef, TableDef},
};

use super::{
    KINDS,
    conditions::{integer, selected},
    store, value_of,
};
use crate::{fixture::Random, testing::test};

const COMPARISONS: [Comparison; 4] = [
    Comparison::Equal,
    Comparison::Less,
    Comparison::GreaterOrEqual,
    Comparison::Is,
];

/// Two columns of each kind.
fn table() -> TableDef {
    let key = TableDef::new("t").column(ColumnDef::new::<i64>("id").primary_key());
    KINDS
        .iter()
        .chain(&KINDS)
        .enumerate()
        .fold(key, |table, (place, kind)| {
            table.column(ColumnDef::of_kind(format!("c{place}"), *kind))
        })
}

#[test]
fn any_two_columns_compare_as_sqlite_compares_them() {
    let (mut told, mut open) = (0, 0);
    let mut random = Random::new(7);
    let table = table();
    let rows: Vec<Vec<Value>> = (0..150)
        .map(|id| {
            let values = table.columns[1..].iter();
            let values = values.map(|column| value_of(column.kind, &mut random));
            std::iter::once(Value::Integer(id)).chain(values).collect()
        })
        .collect();
    let (store, handle) = (store(&table, &rows), table.handle());
    let column = |def: &ColumnDef| {
        Term::Column(ColumnRef {
            table: table.name.clone().into(),
            column: def.name.clone().into(),
        })
    };
    for left in &table.columns[1..] {
        for right in &table.columns[1..] {
            for comparison in COMPARISONS {
                let condition = Condition::Compare(column(left), comparison, column(right));
                let keys = selected(&store, &handle, condition.clone()).unwrap();
                for row in &rows {
                    let selects = keys.contains(&integer(row[0].clone()));
                    match condition.evaluate(&table.row(row)) {
                        Truth::Unknown => open += 1,
                        evaluated => {
                            told += 1;
                            let holds = evaluated == Truth::True;
                            let kinds = (left.kind, right.kind);
                            assert_eq!(holds, selects, "{kinds:?}: {condition:?} on {row:?}");
                        }
                    }
                }
            }
        }
    }
    assert!(told > 10 * open, "{told} answers, {open} times none");
}
