//! Invariants that an app's checks keep, whichever way the log moves.

use futures::executor::block_on;
use livestore_core::{Error, adapter::InProcessBackend, prelude::*, store::ReceiptError};

use crate::{fixture::eventually, testing::test};

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.NameTaken")]
struct NameTaken {
    id: String,
    name: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.StockTaken")]
struct StockTaken {
    by: String,
    amount: i64,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "names")]
struct Name {
    #[column(primary_key)]
    id: String,
    name: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "taken")]
struct Taken {
    #[column(primary_key)]
    by: String,
    amount: i64,
}

const STOCK: i64 = 5;

/// Names are unique: one that is taken gets a number behind it. The stock is never overdrawn.
fn schema() -> Schema {
    Schema::builder()
        .table::<Name>()
        .table::<Taken>()
        .on(|e: &NameTaken, _| Name::insert().set(Name::ID, &e.id).set(Name::NAME, &e.name))
        .on(|e: &StockTaken, _| {
            Taken::insert()
                .set(Taken::BY, &e.by)
                .set(Taken::AMOUNT, e.amount)
        })
        .check(|e: &NameTaken, ctx| {
            let others = ctx.query(&Name::query().filter(Name::NAME.eq(&e.name)))?;
            if others.is_empty() {
                return Ok(Verdict::Keep);
            }
            let mut with = e.clone();
            with.name.push_str(" 2");
            Ok(Verdict::Replace {
                with: EventInput::new(&with)?,
            })
        })
        .check(|e: &StockTaken, ctx| {
            let taken: i64 = ctx.query(&Taken::query())?.iter().map(|t| t.amount).sum();
            Ok(if taken + e.amount > STOCK {
                Verdict::Reject {
                    reason: "out of stock".into(),
                }
            } else {
                Verdict::Keep
            })
        })
        .build()
        .unwrap()
}

fn client(backend: &InProcessBackend) -> Store {
    let opening = Store::builder(schema())
        .adapter(Memory::new())
        .sync(backend.clone());
    block_on(opening.open("test")).unwrap()
}

fn names(store: &Store) -> Vec<String> {
    let names = store.query(&Name::query().order_by(Name::NAME.asc()));
    names.unwrap().into_iter().map(|name| name.name).collect()
}

fn stock_left(store: &Store) -> i64 {
    let taken = store.query(&Taken::query()).unwrap();
    STOCK - taken.iter().map(|taken| taken.amount).sum::<i64>()
}

fn take(store: &Store, by: &str, amount: i64) -> Result<Receipt, Error> {
    let by = by.into();
    store.commit(StockTaken { by, amount })
}

fn name(id: &str, name: &str) -> NameTaken {
    NameTaken {
        id: id.into(),
        name: name.into(),
    }
}

#[test]
fn a_name_taken_by_two_offline_clients_is_replaced_for_the_later_one() {
    let backend = InProcessBackend::new();
    let (a, b) = (client(&backend), client(&backend));
    a.set_online(false);
    b.set_online(false);
    let first = a.commit(name("1", "Ada")).unwrap();
    let second = b.commit(name("2", "Ada")).unwrap();
    assert_eq!(
        (names(&a), names(&b)),
        (vec!["Ada".into()], vec!["Ada".into()])
    );
    a.set_online(true);
    block_on(first.synced()).unwrap();
    b.set_online(true);
    block_on(second.synced()).unwrap();
    assert!(!first.was_replaced() && second.was_replaced());
    for store in [&a, &b] {
        eventually(|| names(store) == ["Ada", "Ada 2"]);
    }
}

#[test]
fn a_stock_taken_by_two_offline_clients_is_not_overdrawn() {
    let backend = InProcessBackend::new();
    let (a, b) = (client(&backend), client(&backend));
    a.set_online(false);
    b.set_online(false);
    let first = take(&a, "a", 3).unwrap();
    let second = take(&b, "b", 3).unwrap();
    let small = take(&b, "b small", 2).unwrap();
    a.set_online(true);
    block_on(first.synced()).unwrap();
    b.set_online(true);
    let reason = "out of stock".into();
    assert_eq!(
        block_on(second.synced()),
        Err(ReceiptError::Rejected { reason })
    );
    block_on(small.synced()).unwrap();
    for store in [&a, &b] {
        eventually(|| stock_left(store) == 0);
    }
    assert_eq!(backend.events("test").len(), 2);
}

#[test]
fn a_receipt_says_so_when_the_check_replaces_the_event_at_once() {
    let store = client(&InProcessBackend::new());
    let first = store.commit(name("1", "Ada")).unwrap();
    let second = store.commit(name("2", "Ada")).unwrap();
    assert_eq!(names(&store), ["Ada", "Ada 2"]);
    assert_eq!((first.was_replaced(), second.was_replaced()), (false, true));
}

#[test]
fn a_check_that_fails_at_once_refuses_the_commit() {
    let store = client(&InProcessBackend::new());
    take(&store, "a", 5).unwrap();
    let error = take(&store, "b", 1).unwrap_err();
    assert!(
        matches!(&error, Error::Rejected { reason, .. } if reason == "out of stock"),
        "{error}"
    );
    assert_eq!(stock_left(&store), 0);
}

#[test]
fn of_three_sessions_that_take_the_last_one_only_one_gets_it() {
    let memory = Memory::new();
    let open = || {
        block_on(
            Store::builder(schema())
                .adapter(memory.clone())
                .open("test"),
        )
        .unwrap()
    };
    let stores = [open(), open(), open()];
    take(&stores[0], "first", 4).unwrap();
    let got = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (at, store) in stores.iter().enumerate() {
            let got = &got;
            scope.spawn(move || {
                let taken = take(store, &format!("last {at}"), 1);
                if taken.is_ok_and(|receipt| block_on(receipt.persisted()).is_ok()) {
                    got.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                }
            });
        }
    });
    assert_eq!(got.load(std::sync::atomic::Ordering::SeqCst), 1);
    for store in &stores {
        eventually(|| stock_left(store) == 0);
    }
}
