//! What SQLite answers to generated SQL, held against the evaluator of conditions on random tables, rows
//! and queries. A failing seed is in the message; `SEEDS` can be set to it alone to repeat a run.

#[path = "random/columns.rs"]
mod columns;
#[path = "random/conditions.rs"]
mod conditions;
#[path = "random/joins.rs"]
mod joins;
#[path = "random/live.rs"]
mod live;
#[path = "random/live_joins.rs"]
mod live_joins;

use livestore_core::{
    prelude::*,
    query::{ColumnKind, Dynamic, Insert},
    schema::{ColumnDef, TableDef},
};

use crate::fixture::{Random, open_with};

/// Fills the tables with the rows the test has made up.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Filled")]
struct Filled {}

const KINDS: [ColumnKind; 5] = [
    ColumnKind::Integer,
    ColumnKind::Real,
    ColumnKind::Text,
    ColumnKind::Blob,
    ColumnKind::Any,
];

/// A table of some columns of any kinds, after a key that counts the rows.
fn table(random: &mut Random) -> TableDef {
    let mut table = TableDef::new("t").column(ColumnDef::new::<i64>("id").primary_key());
    for name in ["a", "b", "value", "order", "e"]
        .into_iter()
        .take(2 + random.below(4) as usize)
    {
        let mut column = ColumnDef::of_kind(name, KINDS[random.below(5) as usize]);
        if random.below(3) > 0 {
            column = column.nullable();
        }
        // Where SQLite looks must make no difference to what it finds.
        if random.below(3) == 0 {
            column = column.indexed();
        }
        table = table.column(column);
    }
    table
}

fn rows(table: &TableDef, random: &mut Random) -> Vec<Vec<Value>> {
    (0..random.below(20) as i64)
        .map(|id| {
            let values = table.columns[1..].iter().map(|column| {
                if column.nullable && random.below(4) == 0 {
                    Value::Null
                } else {
                    value_of(column.kind, random)
                }
            });
            std::iter::once(Value::Integer(id)).chain(values).collect()
        })
        .collect()
}

/// A value of a small number of them, so that many are equal; and those at which rules change.
fn value_of(kind: ColumnKind, random: &mut Random) -> Value {
    const INTEGERS: [i64; 9] = [0, 1, -1, 2, 10, 1 << 53, (1 << 53) + 1, i64::MIN, i64::MAX];
    const REALS: [f64; 10] = [
        0.0,
        1.0,
        -1.0,
        0.5,
        2.0,
        9_007_199_254_740_992.0,
        9_223_372_036_854_775_808.0,
        -1e300,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    const TEXTS: [&str; 22] = [
        "",
        "a",
        "A",
        "ab",
        "aB",
        "b",
        "ba",
        "1",
        "10",
        " 1",
        "1.0",
        "1e1",
        "-",
        "ä",
        "Ä",
        "%",
        "_",
        "a%b",
        "a\0b",
        "\u{ffff}",
        "[1,\"a\",null,true,{\"k\":[1]}]",
        "{\"k\":{\"l\":[7,\"x\"]}}",
    ];
    const BLOBS: [&[u8]; 4] = [b"", b"a", b"ab", b"\xff\0"];
    fn one<T: Copy>(of: &[T], random: &mut Random) -> T {
        of[random.below(of.len() as u64) as usize]
    }
    match kind {
        ColumnKind::Integer => Value::Integer(one(&INTEGERS, random)),
        ColumnKind::Real => Value::Real(one(&REALS, random)),
        ColumnKind::Text => Value::Text(one(&TEXTS, random).into()),
        ColumnKind::Blob => Value::Blob(one(&BLOBS, random).into()),
        _ => {
            let kind = KINDS[random.below(4) as usize];
            value_of(kind, random)
        }
    }
}

/// A store whose one event inserts the rows.
fn store(table: &TableDef, rows: &[Vec<Value>]) -> Store {
    let inserts = {
        let (def, rows) = (table.clone(), rows.to_vec());
        move || -> Vec<Insert<Dynamic>> {
            let handle = def.handle();
            let insert = |row: &Vec<Value>| {
                handle
                    .columns()
                    .zip(row)
                    .fold(handle.insert(), |insert, (column, value)| {
                        insert.set_value(column.to_owned(), value.clone())
                    })
            };
            rows.iter().map(insert).collect()
        }
    };
    let schema = Schema::builder()
        .table_def(table.clone())
        .on(move |_: &Filled, _| inserts())
        .build()
        .unwrap();
    let store = open_with(schema);
    store.commit(Filled {}).unwrap();
    store
}
