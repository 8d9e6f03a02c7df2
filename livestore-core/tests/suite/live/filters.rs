//! Which live queries of a builder run again: those whose filter the old or the new row can satisfy.

use livestore_core::{prelude::*, query::Query, store::LiveQueryInfo};

use super::{recorder, renamed, tagged};
use crate::{
    fixture::{
        Tag, TagAdded, Todo, TodoCreated, TodoDeleted, TodoRenamed, TodosCleared, completed,
        created, open_with, store,
    },
    testing::test,
};

/// A live query that is listened to, so that it runs whenever it has to.
struct Watched<T> {
    live: LiveQuery<T>,
    _subscription: Subscription,
}

fn watch<Q>(store: &Store, query: Q) -> Watched<Q::Output>
where
    Q: Query<Output: PartialEq + Send + Sync + 'static>,
{
    let live = store.live(query).unwrap();
    let _subscription = live.subscribe(|_| ());
    Watched {
        live,
        _subscription,
    }
}

impl<T: PartialEq + Send + Sync + 'static> Watched<T> {
    /// How often the query ran again.
    #[track_caller]
    fn reruns(&self) -> u64 {
        self.live.runs() - 1
    }
}

fn with_todos(count: usize) -> Store {
    let store = store();
    let events: Vec<TodoCreated> = (0..count)
        .map(|i| created(&format!("t{i}"), &format!("text {}", i % 10)))
        .collect();
    store.commit(events).unwrap();
    store
}

#[test]
fn of_a_thousand_queries_by_key_a_change_runs_the_one_it_concerns() {
    let store = with_todos(1_000);
    let queries: Vec<_> = (0..1_000)
        .map(|i| {
            watch(
                &store,
                Todo::query().filter(Todo::ID.eq(format!("t{i}"))).first(),
            )
        })
        .collect();
    let reruns = || queries.iter().map(Watched::reruns).sum::<u64>();
    store.commit(renamed("t7", "new")).unwrap();
    assert_eq!((reruns(), queries[7].reruns()), (1, 1));
    store.commit((completed("t3"), renamed("t9", "x"))).unwrap();
    assert_eq!(reruns(), 3);
    store.commit(TodoDeleted { id: "t999".into() }).unwrap();
    assert_eq!((reruns(), queries[999].reruns()), (4, 1));
    store.commit(created("t999", "again")).unwrap();
    assert_eq!((reruns(), queries[999].reruns()), (5, 2));
    store.commit(created("nobody's", "")).unwrap();
    assert_eq!(reruns(), 5);
    store.commit(TodosCleared {}).unwrap();
    assert_eq!(reruns(), 1_005, "every row went");
}

#[test]
fn a_row_that_enters_or_leaves_a_filter_concerns_the_query_and_one_that_stays_out_does_not() {
    let store = with_todos(3);
    let open = watch(&store, Todo::query().filter(Todo::COMPLETED.eq(false)));
    let done = watch(
        &store,
        Todo::query().filter(Todo::COMPLETED.eq(true)).count(),
    );
    let early = watch(
        &store,
        Todo::query().filter(Todo::TEXT.lt("text 1")).count(),
    );
    let neither = watch(
        &store,
        Todo::query().filter(!Todo::TEXT.like("text%").or(Todo::ID.ge("t"))),
    );
    let reruns = || {
        [
            open.reruns(),
            done.reruns(),
            early.reruns(),
            neither.reruns(),
        ]
    };
    store.commit(completed("t2")).unwrap();
    assert_eq!(reruns(), [1, 1, 0, 0], "it left one and entered the other");
    store.commit(renamed("t2", "text 3")).unwrap();
    assert_eq!(
        reruns(),
        [1, 1, 0, 0],
        "it is done, which columns of the count don't show"
    );
    store.commit(renamed("t2", "a")).unwrap();
    assert_eq!(reruns(), [1, 1, 1, 0], "it is early now");
    store.commit(created("a", "other")).unwrap();
    assert_eq!(reruns(), [2, 1, 2, 1]);
}

#[test]
fn a_query_with_in_is_found_by_each_of_its_values() {
    let store = with_todos(6);
    let some = watch(&store, Todo::query().filter(Todo::ID.is_in(["t1", "t4"])));
    let none = watch(&store, Todo::query().filter(Todo::ID.is_in::<&str>([])));
    for (id, reruns) in [("t0", 0), ("t1", 1), ("t4", 2), ("t5", 2)] {
        store.commit(renamed(id, "new")).unwrap();
        assert_eq!((some.reruns(), none.reruns()), (reruns, 0), "{id}");
    }
}

#[test]
fn the_value_that_tells_most_is_looked_up() {
    let store = with_todos(4);
    let query = Todo::query().filter(Todo::COMPLETED.eq(false).and(Todo::ID.eq("t1")));
    let one = watch(&store, query);
    store.commit(renamed("t0", "new")).unwrap();
    store.commit(completed("t2")).unwrap();
    assert_eq!(one.reruns(), 0);
    store.commit(completed("t1")).unwrap();
    assert_eq!(one.reruns(), 1);
    store.commit(renamed("t1", "unseen")).unwrap();
    assert_eq!(one.reruns(), 1, "it does not match any more");
}

#[test]
fn a_window_runs_for_rows_of_its_filter_alone() {
    let store = with_todos(20);
    let page = watch(
        &store,
        Todo::query()
            .filter(Todo::TEXT.eq("text 3"))
            .order_by(Todo::ID.asc())
            .limit(1)
            .offset(1),
    );
    store.commit(renamed("t4", "text 5")).unwrap();
    assert_eq!(page.reruns(), 0);
    store.commit(renamed("t4", "text 3")).unwrap();
    assert_eq!(page.reruns(), 1);
    assert_eq!(page.live.get().unwrap()[0].id, "t3");
}

#[test]
fn a_join_runs_for_rows_that_satisfy_what_is_said_of_their_table() {
    let store = with_todos(3);
    store.commit((tagged("t0"), tagged("t1"))).unwrap();
    let inner = watch(
        &store,
        Todo::query()
            .join(Todo::ID.on(Tag::TODO))
            .filter(Todo::COMPLETED.eq(false))
            .filter(Tag::TODO.eq("t1")),
    );
    store.commit(tagged_with("t0", 2.0)).unwrap();
    assert_eq!(inner.reruns(), 0, "a tag of another todo");
    store.commit(tagged_with("t1", 2.0)).unwrap();
    assert_eq!(inner.reruns(), 1);
    store.commit(renamed("t0", "may have any tag")).unwrap();
    assert_eq!(inner.reruns(), 2);
    store.commit(completed("t0")).unwrap();
    store.commit(renamed("t0", "is done")).unwrap();
    assert_eq!(inner.reruns(), 3);
}

/// Of a left-joined table a row that does not satisfy the filter counts: where it goes, none is left.
#[test]
fn a_left_join_runs_for_every_row_of_the_table_that_may_have_none() {
    let store = with_todos(1);
    store.commit(tagged_with("t0", 1.0)).unwrap();
    let without = watch(
        &store,
        Todo::query()
            .left_join(Todo::ID.on(Tag::TODO))
            .filter(Tag::LABEL.is_null())
            .count(),
    );
    assert_eq!(*without.live.get().unwrap(), 0);
    store.commit(TodoDeleted { id: "t0".into() }).unwrap();
    store.commit(created("t0", "")).unwrap();
    assert_eq!(*without.live.get().unwrap(), 1);
    store.commit(tagged("t0")).unwrap();
    assert_eq!(*without.live.get().unwrap(), 0);
}

/// A nested read of the same table sees rows that the outer filter does not.
#[test]
fn a_read_nested_in_one_of_the_same_table_counts_every_row() {
    let store = with_todos(3);
    let texts = Todo::query()
        .filter(Todo::COMPLETED.eq(true))
        .select(Todo::TEXT);
    let query = Todo::query()
        .filter(Todo::ID.eq("t0"))
        .filter(Todo::TEXT.is_in_select(texts))
        .count();
    let live = watch(&store, query);
    store
        .commit((renamed("t2", "text 0"), completed("t2")))
        .unwrap();
    assert_eq!(*live.live.get().unwrap(), 1);
}

#[test]
fn a_commit_of_many_rows_is_not_looked_through_for_one_that_matches_for_ever() {
    let store = store();
    let live = watch(&store, Todo::query().filter(Todo::TEXT.like("x%")).count());
    let events: Vec<TodoCreated> = (0..200).map(|i| created(&i.to_string(), "y")).collect();
    store.commit(events).unwrap();
    assert_eq!(live.reruns(), 0);
    let events: Vec<TodoCreated> = (0..300).map(|i| created(&format!("n{i}"), "y")).collect();
    store.commit(events).unwrap();
    assert_eq!(live.reruns(), 1, "of so many, one may well match");
}

#[test]
fn a_query_that_failed_runs_again_when_what_it_failed_at_goes_whatever_its_filter_says() {
    #[derive(Event, Clone, Debug, Serialize, Deserialize)]
    #[event(name = "v1.Set")]
    struct Set {
        id: i64,
        json: String,
    }
    let docs = || {
        use livestore_core::schema::{ColumnDef, TableDef};
        TableDef::new("docs")
            .column(ColumnDef::new::<i64>("id").primary_key())
            .column(ColumnDef::new::<String>("json"))
    };
    let handle = docs().handle();
    let schema = Schema::builder()
        .table_def(docs())
        .on(move |e: &Set, _| {
            handle
                .insert()
                .or_replace()
                .set_value("id", Value::Integer(e.id))
                .set_value("json", Value::Text(e.json.clone()))
        })
        .build()
        .unwrap();
    let store = open_with(schema.clone());
    let set = |id: i64, json: &str| {
        let json = json.to_owned();
        store.commit(Set { id, json }).unwrap();
    };
    set(1, "[1]");
    let docs = schema.table("docs").unwrap();
    let filter = livestore_core::query::Condition::JsonContains(
        docs.column("json").unwrap().into_term(),
        Value::Integer(1),
    );
    let query = docs.query().filter(Predicate::new(filter)).count();
    let live = watch(&store, query);
    set(2, "no json");
    assert!(live.live.get().is_err());
    set(2, "[2]");
    assert_eq!(*live.live.get().unwrap(), 1);
    set(3, "[1]");
    assert_eq!(*live.live.get().unwrap(), 2);
}

/// RX: memory stays flat; what is counted is what is registered.
#[test]
fn nothing_is_left_of_queries_that_were_switched() {
    let store = with_todos(10);
    let mut current = None;
    for i in 0..5_000 {
        let id = format!("t{}", i % 1_000);
        let filter = match i % 4 {
            0 => Todo::ID.eq(id),
            1 => Todo::ID.is_in([id.clone(), "t1".into()]),
            2 => Todo::TEXT.like("x%"),
            _ => Todo::COMPLETED.eq(i % 8 == 3).and(Todo::TEXT.eq(id)),
        };
        current = Some(watch(&store, Todo::query().filter(filter)));
        if i % 50 == 0 {
            store.commit(renamed("t1", &i.to_string())).unwrap();
        }
        assert_eq!(store.live_query_count(), 1);
        assert!(store.live_query_entries() <= 4);
    }
    drop(current);
    assert_eq!(
        (store.live_query_count(), store.live_query_entries()),
        (0, 0)
    );
}

#[test]
fn tools_see_every_live_query_with_its_name_and_how_often_it_ran() {
    let store = with_todos(2);
    let all = watch(&store, Todo::query().labeled("all"));
    let unheard = store.live(Tag::query().count()).unwrap();
    store.commit(renamed("t0", "x")).unwrap();
    store.commit(tagged("t0")).unwrap();
    let shown = store.live_queries();
    let told = |info: &LiveQueryInfo| (info.label.clone(), info.runs, info.listeners, info.stale);
    assert_eq!(
        shown.iter().map(told).collect::<Vec<_>>(),
        [(Some("all".to_owned()), 2, 1, false), (None, 1, 0, true)]
    );
    assert_eq!(shown[1].sql, unheard.sql());
    assert!(shown[0].all_runs >= shown[0].last_run);
    drop((all, unheard));
    assert!(store.live_queries().is_empty());
}

/// A label changes nothing of what a query gives.
#[test]
fn a_query_with_a_name_is_the_same_query() {
    let store = with_todos(2);
    let (heard, listener) = recorder();
    let query = Todo::query()
        .filter(Todo::ID.eq("t1"))
        .count()
        .labeled("one");
    assert_eq!(store.query(&query).unwrap(), 1);
    let live = store.live(query).unwrap();
    let _subscription = live.subscribe(listener);
    store
        .commit(TodoRenamed {
            id: "t0".into(),
            text: "x".into(),
        })
        .unwrap();
    assert_eq!((live.runs(), &*heard.lock().unwrap()), (1, &vec![1]));
}

fn tagged_with(todo: &str, weight: f64) -> TagAdded {
    TagAdded {
        weight: Some(weight),
        ..tagged(todo)
    }
}
