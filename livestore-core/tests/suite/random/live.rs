//! Live queries, held against fresh runs of the same queries after every commit, roll back and rebase.

use std::sync::{Arc, Mutex};

use livestore_core::{
    prelude::*,
    query::{
        Condition, Delete, DynTable, Dynamic, Insert, IntoWrites, Order, PlainValues, Query,
        Select, Update, Writes,
    },
    schema::{ColumnDef, TableDef},
};

use super::{conditions, table, value_of};
use crate::{fixture::Random, testing::test};

/// Writes something that follows from the number.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Wrote")]
struct Wrote {
    seed: u64,
}

type Check = Box<dyn Fn(&Store, &str)>;
/// One of the three.
type AnyWrite = (
    Option<Delete<Dynamic>>,
    Option<Update<Dynamic>>,
    Option<Insert<Dynamic>>,
);

/// A live query and the same to be run afresh; says what differs, and how often it ran.
pub(super) struct Held {
    pub(super) check: Check,
    runs: Box<dyn Fn() -> u64>,
}

fn schema(table: &TableDef) -> Schema {
    let def = table.clone();
    Schema::builder()
        .table_def(table.clone())
        .on(move |e: &Wrote, _| writes(&def, &mut Random::new(e.seed)))
        .build()
        .unwrap()
}

/// One to three writes of rows with keys below 12.
fn writes(table: &TableDef, random: &mut Random) -> Writes {
    let mut writes = Writes::new();
    for _ in 0..1 + random.below(3) {
        write(table, random).push_into(&mut writes).unwrap();
    }
    writes
}

/// Removes a row, changes one or all, or puts one in the place of what was there.
fn write(table: &TableDef, random: &mut Random) -> AnyWrite {
    let handle = table.handle();
    let id = Value::Integer(random.below(12) as i64);
    let own = || handle.column("id").unwrap().eq(id.clone());
    match random.below(8) {
        0 => (Some(handle.delete().filter(own())), None, None),
        1..5 => {
            let at = 1 + random.below(table.columns.len() as u64 - 1) as usize;
            let column = &table.columns[at];
            let value = value_for(column, random);
            let update = handle.update().set_value(column.name.clone(), value);
            let update = match random.below(10) {
                0 => update,
                _ => update.filter(own()),
            };
            (None, Some(update), None)
        }
        _ => {
            let insert = handle.insert().or_replace().set_value("id", id.clone());
            let insert = table.columns[1..].iter().fold(insert, |insert, column| {
                insert.set_value(column.name.clone(), value_for(column, random))
            });
            (None, None, Some(insert))
        }
    }
}

fn value_for(column: &ColumnDef, random: &mut Random) -> Value {
    match column.nullable && random.below(4) == 0 {
        true => Value::Null,
        false => value_of(column.kind, random),
    }
}

pub(super) fn hold<Q>(store: &Store, query: Q) -> Option<Held>
where
    Q: Query<Output: PartialEq + std::fmt::Debug + Clone + Send + Sync + 'static> + Clone,
{
    // Some texts are no JSON.
    let live = store.live(query.clone()).ok()?;
    let heard = Arc::new(Mutex::new(None));
    let hear = Arc::clone(&heard);
    let subscription = live.subscribe(move |value: &Q::Output| {
        *hear.lock().unwrap() = Some(value.clone());
    });
    let runs = live.clone();
    let check = move |store: &Store, context: &str| {
        let _ = &subscription;
        if let Ok(fresh) = store.query(&query) {
            let heard = heard.lock().unwrap();
            let sql = live.sql();
            assert_eq!(heard.as_ref(), Some(&fresh), "{context}: {sql}");
            assert_eq!(*live.get().unwrap(), fresh, "{context}: {sql}");
        }
    };
    Some(Held {
        check: Box::new(check),
        runs: Box::new(move || runs.runs()),
    })
}

/// A filter, mostly with an equality, as those of apps are.
fn filter(table: &TableDef, handle: &DynTable, random: &mut Random) -> Condition {
    let mut filter = conditions::condition(table, 1, random);
    for column in &table.columns {
        if random.below(3) > 0 {
            continue;
        }
        let term = handle.column(&column.name).unwrap();
        let values = (0..1 + random.below(3)).map(|_| match column.name.as_str() {
            "id" => Value::Integer(random.below(12) as i64),
            _ => value_of(column.kind, random),
        });
        let equal = term.is_in(values.collect::<Vec<_>>()).into_condition();
        filter = match random.below(4) {
            0 => equal,
            1 => filter.or(equal),
            _ => filter.and(equal),
        };
    }
    filter
}

fn hold_some(store: &Store, table: &TableDef, random: &mut Random) -> Vec<Held> {
    let handle = table.handle();
    let mut held = Vec::new();
    for _ in 0..25 {
        let mut query: Select<Dynamic, PlainValues> = handle.query();
        query = query.filter(Predicate::new(filter(table, &handle, random)));
        for term in conditions::order(table, random) {
            query = query.order_by(Order::from_term(term));
        }
        held.extend(match random.below(6) {
            0 => hold(store, query.count()),
            1 => hold(store, query.exists()),
            2 => hold(store, query.first()),
            3 => hold(store, query.limit(random.below(4)).offset(random.below(3))),
            4 => {
                let column = &table.columns[random.below(table.columns.len() as u64) as usize];
                hold(store, query.select(handle.column(&column.name).unwrap()))
            }
            _ => hold(store, query),
        });
    }
    held
}

pub(super) fn runs(held: &[Held]) -> u64 {
    held.iter().map(|held| (held.runs)()).sum()
}

#[test]
fn a_live_query_has_the_result_of_a_fresh_run_after_every_commit() {
    let (mut asked, mut ran) = (0, 0);
    for seed in 1..40 {
        let mut random = Random::new(seed);
        let table = table(&mut random);
        let store = crate::fixture::open_with(schema(&table));
        for seed in 0..5 {
            let _ = store.commit(Wrote { seed });
        }
        let held = hold_some(&store, &table, &mut random);
        let before = runs(&held);
        for step in 0..40 {
            let events: Vec<_> = (0..1 + random.below(2))
                .map(|_| Wrote {
                    seed: random.below(1 << 20),
                })
                .collect();
            if store.commit(events).is_ok() {
                asked += held.len() as u64;
            }
            for held in &held {
                (held.check)(&store, &format!("seed {seed}, step {step}"));
            }
        }
        ran += runs(&held) - before;
    }
    // One that runs everything would be right too.
    assert!(3 * ran < 2 * asked, "{ran} runs for {asked} chances");
}

/// Roll backs: what a client committed offline is put behind what others did meanwhile.
#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_live_query_has_the_result_of_a_fresh_run_after_every_rebase() {
    use futures::executor::block_on;
    use livestore_core::adapter::InProcessBackend;

    use crate::{fixture::eventually, sync::settled};

    for seed in 1..12 {
        let mut random = Random::new(seed);
        let table = table(&mut random);
        let backend = InProcessBackend::new();
        let open = || {
            let builder = Store::builder(schema(&table)).adapter(Memory::new());
            block_on(builder.sync(backend.clone()).open("test")).unwrap()
        };
        let (here, there) = (open(), open());
        let held = hold_some(&here, &table, &mut random);
        for step in 0..6 {
            let agree = || settled(&here, &backend) && settled(&there, &backend);
            eventually(agree);
            here.set_online(false);
            for _ in 0..1 + random.below(4) {
                let seed = random.below(1 << 20);
                let _ = here.commit(Wrote { seed });
                let seed = random.below(1 << 20);
                let _ = there.commit(Wrote { seed });
            }
            eventually(|| settled(&there, &backend));
            here.set_online(true);
            eventually(agree);
            for held in &held {
                (held.check)(&here, &format!("seed {seed}, step {step}"));
            }
        }
    }
}
