//! Conditions, orders and windows on one table.

use std::cmp::Ordering;

use livestore_core::{
    prelude::*,
    query::{
        Arithmetic, Collation, ColumnRef, Comparison, Condition, Direction, DynTable, Dynamic,
        Function, Nulls, Order, OrderTerm, Pattern, Term, Truth, compare_rows,
    },
    schema::TableDef,
};

use super::{KINDS, rows, store, table, value_of};
use crate::{fixture::Random, testing::test};

const SEEDS: std::ops::Range<u64> = 1..60;
const CONDITIONS: usize = 60;

fn value(random: &mut Random) -> Value {
    match random.below(12) {
        0 => Value::Null,
        1 => Value::Real(f64::NAN),
        _ => {
            let kind = KINDS[random.below(4) as usize];
            value_of(kind, random)
        }
    }
}

fn column(table: &TableDef, random: &mut Random) -> Term {
    let column = &table.columns[random.below(table.columns.len() as u64) as usize];
    Term::Column(ColumnRef {
        table: table.name.clone().into(),
        column: column.name.clone().into(),
    })
}

fn term(table: &TableDef, depth: u64, random: &mut Random) -> Term {
    let inner = |random: &mut Random| term(table, depth.saturating_sub(1), random);
    match random.below(if depth == 0 { 8 } else { 12 }) {
        0..6 => column(table, random),
        6..8 => Term::Value(value(random)),
        8 => {
            const OPERATORS: [Arithmetic; 3] =
                [Arithmetic::Add, Arithmetic::Subtract, Arithmetic::Multiply];
            let operator = OPERATORS[random.below(3) as usize];
            Term::Arithmetic(Box::new((inner(random), operator, inner(random))))
        }
        9 => Term::Call(Function::Coalesce, vec![inner(random), inner(random)]),
        10 => {
            const FUNCTIONS: [Function; 3] = [Function::Lower, Function::Upper, Function::Length];
            Term::Call(FUNCTIONS[random.below(3) as usize], vec![inner(random)])
        }
        _ => {
            const PATHS: [&str; 5] = ["$", "$.k", "$.k.l[1]", "$[1]", "$[4].k"];
            Term::Json(
                Box::new(column(table, random)),
                PATHS[random.below(5) as usize].into(),
            )
        }
    }
}

fn pattern(random: &mut Random) -> Pattern {
    const LIKE: [&str; 12] = [
        "%",
        "_",
        "a%",
        "%b",
        "A_",
        "%a%b%",
        "a\\%b",
        "",
        "1%",
        "a\0",
        "%\u{fffd}%",
        "\\",
    ];
    const GLOB: [&str; 12] = [
        "*", "?", "a*", "*b", "[a-b]*", "[^a]*", "a[]]", "[", "*[%_]*", "[]-a]*", "1*", "ä",
    ];
    match random.below(3) {
        0 => Pattern::Glob(GLOB[random.below(12) as usize].into()),
        escaped => Pattern::Like {
            pattern: LIKE[random.below(12) as usize].into(),
            escape: (escaped == 1).then_some('\\'),
        },
    }
}

pub(super) fn condition(table: &TableDef, depth: u64, random: &mut Random) -> Condition {
    const COMPARISONS: [Comparison; 8] = [
        Comparison::Equal,
        Comparison::NotEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Is,
        Comparison::IsNot,
    ];
    let term = |random: &mut Random| term(table, 1, random);
    let several = |random: &mut Random| {
        (0..random.below(4))
            .map(|_| condition(table, depth - 1, random))
            .collect()
    };
    match random.below(if depth == 0 { 12 } else { 18 }) {
        0..5 => {
            let comparison = COMPARISONS[random.below(8) as usize];
            Condition::Compare(term(random), comparison, term(random))
        }
        5 => Condition::Between(term(random), term(random), term(random)),
        6..8 => {
            let values = (0..random.below(4)).map(|_| value(random)).collect();
            Condition::In(term(random), values)
        }
        8 => Condition::IsNull(term(random)),
        9 => Condition::IsNotNull(term(random)),
        10 => Condition::Like(term(random), pattern(random)),
        11 => {
            const ARRAYS: [&str; 6] = ["[]", "[1,2]", "[\"a\"]", "[null]", "[true,[1]]", "[1.5]"];
            let array = ARRAYS[random.below(6) as usize];
            Condition::JsonContains(Term::Value(Value::Text(array.into())), value(random))
        }
        12..14 => Condition::And(several(random)),
        14..16 => Condition::Or(several(random)),
        _ => Condition::Not(Box::new(condition(table, depth - 1, random))),
    }
}

/// The keys of the rows that SQLite selects, or `None` where it says that a text is no JSON.
pub(super) fn selected(store: &Store, handle: &DynTable, condition: Condition) -> Option<Vec<i64>> {
    let query = handle
        .query()
        .filter(Predicate::<Dynamic>::new(condition))
        .select(handle.column("id").unwrap());
    match store.query(&query) {
        Ok(keys) => Some(keys.into_iter().map(integer).collect()),
        Err(error) if error.to_string().contains("malformed JSON") => None,
        Err(error) => panic!("{error}"),
    }
}

pub(super) fn integer(value: Value) -> i64 {
    match value {
        Value::Integer(key) => key,
        other => panic!("a key is an integer, not {other:?}"),
    }
}

#[test]
fn a_condition_selects_the_rows_for_which_it_is_evaluated_to_hold() {
    let (mut told, mut open) = (0, 0);
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let table = table(&mut random);
        let rows = rows(&table, &mut random);
        let (store, handle) = (store(&table, &rows), table.handle());
        for _ in 0..CONDITIONS {
            let condition = condition(&table, 3, &mut random);
            let opposite = Condition::Not(Box::new(condition.clone()));
            let (Some(yes), Some(no)) = (
                selected(&store, &handle, condition.clone()),
                selected(&store, &handle, opposite),
            ) else {
                continue;
            };
            for row in &rows {
                let id = integer(row[0].clone());
                let sqlite = match (yes.contains(&id), no.contains(&id)) {
                    (true, _) => Truth::True,
                    (false, true) => Truth::False,
                    (false, false) => Truth::Null,
                };
                match condition.evaluate(&table.row(row)) {
                    Truth::Unknown => open += 1,
                    evaluated => {
                        told += 1;
                        assert_eq!(
                            evaluated, sqlite,
                            "seed {seed}: {condition:?}\non {row:?}\nof {table:?}"
                        );
                    }
                }
            }
        }
    }
    // An evaluator that knows nothing would be right too, and useless.
    assert!(told > 3 * open, "{told} answers, {open} times none");
}

/// What the typed builder makes of columns and values of their own types can always be told.
#[test]
fn a_comparison_within_one_type_is_always_told() {
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let table = table(&mut random);
        for row in rows(&table, &mut random) {
            for (place, column) in table.columns.iter().enumerate() {
                let term = || {
                    Term::Column(ColumnRef {
                        table: table.name.clone().into(),
                        column: column.name.clone().into(),
                    })
                };
                let mut value = || value_of(column.kind, &mut random);
                let conditions = [
                    Condition::Compare(term(), Comparison::Less, Term::Value(value())),
                    Condition::Compare(term(), Comparison::Equal, Term::Value(Value::Null)),
                    Condition::Between(term(), Term::Value(value()), Term::Value(value())),
                    Condition::In(term(), vec![value(), Value::Null, value()]),
                    Condition::IsNull(term()),
                ];
                for condition in conditions {
                    let truth = condition.evaluate(&table.row(&row));
                    assert_ne!(truth, Truth::Unknown, "{condition:?} of {:?}", row[place]);
                }
            }
        }
    }
}

/// What the equalities of a condition say: no row with another value can be selected.
#[test]
fn no_row_is_selected_that_an_equality_rules_out() {
    let mut ruled_out = 0;
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let table = table(&mut random);
        let rows = rows(&table, &mut random);
        let (store, handle) = (store(&table, &rows), table.handle());
        for _ in 0..CONDITIONS {
            let condition = condition(&table, 2, &mut random);
            let condition = condition.and(Condition::Compare(
                column(&table, &mut random),
                Comparison::Equal,
                Term::Value(value(&mut random)),
            ));
            let place = |column: &ColumnRef| {
                table
                    .columns
                    .iter()
                    .position(|def| def.name == column.column)
                    .unwrap()
            };
            let kind = |column: &ColumnRef| Some(table.columns[place(column)].kind);
            let equalities = condition.equalities(&kind);
            let Some(keys) = selected(&store, &handle, condition.clone()) else {
                continue;
            };
            for row in &rows {
                let excluded = equalities
                    .iter()
                    .any(|equality| !equality.values.contains(&&row[place(equality.column)]));
                if excluded {
                    ruled_out += 1;
                    let key = integer(row[0].clone());
                    assert!(!keys.contains(&key), "seed {seed}: {condition:?} {row:?}");
                }
            }
        }
    }
    assert!(ruled_out > 1_000, "only {ruled_out}");
}

pub(super) fn order(table: &TableDef, random: &mut Random) -> Vec<OrderTerm> {
    let mut order: Vec<_> = (0..random.below(3))
        .map(|_| OrderTerm {
            term: column(table, random),
            direction: [Direction::Ascending, Direction::Descending][random.below(2) as usize],
            nulls: [None, Some(Nulls::First), Some(Nulls::Last)][random.below(3) as usize],
            collation: [Collation::Binary, Collation::NoCase][random.below(2) as usize],
        })
        .collect();
    order.push(OrderTerm {
        term: Term::Column(ColumnRef {
            table: table.name.clone().into(),
            column: "id".into(),
        }),
        direction: Direction::Descending,
        nulls: None,
        collation: Collation::Binary,
    });
    order
}

/// The rows a query is to give, or `None` when only SQLite can tell.
fn expected(
    table: &TableDef,
    rows: &[Vec<Value>],
    condition: &Condition,
    order: &[OrderTerm],
) -> Option<Vec<Vec<Value>>> {
    let mut taken = Vec::new();
    for row in rows {
        match condition.evaluate(&table.row(row)) {
            Truth::Unknown => return None,
            Truth::True => taken.push(row.clone()),
            Truth::False | Truth::Null => {}
        }
    }
    let mut told = true;
    taken.sort_by(|left, right| {
        let ordering = compare_rows(order, &table.row(left), &table.row(right));
        told &= ordering.is_some();
        ordering.unwrap_or(Ordering::Equal)
    });
    told.then_some(taken)
}

#[test]
fn rows_come_in_the_order_and_the_window_asked_for() {
    let mut told = 0;
    for seed in SEEDS {
        let mut random = Random::new(seed);
        let table = table(&mut random);
        let rows = rows(&table, &mut random);
        let (store, handle) = (store(&table, &rows), table.handle());
        for _ in 0..CONDITIONS / 2 {
            let condition = condition(&table, 1, &mut random);
            let order = order(&table, &mut random);
            let Some(all) = expected(&table, &rows, &condition, &order) else {
                continue;
            };
            if selected(&store, &handle, condition.clone()).is_none() {
                continue;
            }
            told += 1;
            let mut query = handle.query().filter(Predicate::new(condition));
            for term in order {
                query = query.order_by(Order::from_term(term));
            }
            let context = format!("seed {seed}: {query:?}");
            let ask = |what: &str| format!("{what} of {context}");
            assert_eq!(store.query(&query).unwrap(), all, "{context}");
            let (limit, offset) = (random.below(8), random.below(8));
            let window: Vec<_> = all
                .iter()
                .skip(offset as usize)
                .take(limit as usize)
                .cloned()
                .collect();
            let cut = query.clone().limit(limit).offset(offset);
            assert_eq!(store.query(&cut).unwrap(), window, "{}", ask("a window"));
            let count = store.query(&cut.clone().count()).unwrap();
            assert_eq!(count, window.len() as u64, "{}", ask("the count"));
            let exists = store.query(&cut.clone().exists()).unwrap();
            assert_eq!(exists, !window.is_empty(), "{}", ask("a row"));
            let first = store.query(&cut.first()).unwrap();
            assert_eq!(first.as_ref(), window.first(), "{}", ask("the first row"));
            let count = store.query(&query.count()).unwrap();
            assert_eq!(count, all.len() as u64, "{}", ask("the whole count"));
        }
    }
    assert!(told > 1_000, "only {told}");
}
