//! The builders for reads and writes; test names carry the ids of the behaviour report.

use livestore_core::{
    prelude::*,
    query::{Condition, IntoWrites, QueryError, Statement, Write, Writes},
};

use crate::{fixture::open_with, testing::test};

#[derive(ColumnEnum, Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Open,
    InProgress,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "todos")]
struct Todo {
    #[column(primary_key)]
    id: String,
    #[column(default = "")]
    text: String,
    #[column(default = false)]
    completed: bool,
    #[column(default = Status::Open)]
    status: Status,
    due: Option<DateTime>,
    #[column(as = Option<EpochMillis>)]
    remind: Option<DateTime>,
    #[column(json, default = Vec::new())]
    tags: Vec<String>,
    #[column(json)]
    people: Option<Vec<Person>>,
    #[column(default = 0)]
    visits: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Person {
    name: String,
    age: Option<i64>,
}

/// Reserved words everywhere.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "order", unique(group, select))]
struct Order {
    #[column(primary_key)]
    group: i64,
    select: String,
    r#where: Option<i64>,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Written")]
struct Written {}

/// A store whose one event writes what the function says.
fn written<W: IntoWrites + 'static>(writes: impl Fn() -> W + Send + Sync + 'static) -> Store {
    let schema = Schema::builder()
        .table::<Todo>()
        .table::<Order>()
        .on(move |_: &Written, _| writes())
        .build()
        .unwrap();
    let store = open_with(schema);
    store.commit(Written {}).unwrap();
    store
}

fn todo(id: &str) -> Todo {
    Todo {
        id: id.into(),
        text: format!("text {id}"),
        completed: id == "b",
        status: Status::Open,
        due: None,
        remind: None,
        tags: Vec::new(),
        people: None,
        visits: 0,
    }
}

fn filled() -> Store {
    written(|| {
        let noon: DateTime = "2024-02-29T12:00:00Z".parse().unwrap();
        let person = |name: &str, age| Person {
            name: name.into(),
            age,
        };
        Todo::insert().rows([
            Todo {
                due: Some(noon),
                tags: vec!["home".into(), "it's".into()],
                ..todo("a")
            },
            Todo {
                remind: Some(noon),
                status: Status::InProgress,
                people: Some(vec![person("Ann", Some(7)), person("Bo", None)]),
                ..todo("b")
            },
            Todo {
                visits: 3,
                people: Some(Vec::new()),
                ..todo("c")
            },
        ])
    })
}

fn ids(store: &Store, predicate: Predicate<Todo>) -> String {
    let query = Todo::query().filter(predicate).order_by(Todo::ID.asc());
    store.query(&query.select(Todo::ID)).unwrap().concat()
}

fn text(query: &impl Query) -> String {
    query.statement().sql
}

fn statement(write: impl IntoWrites) -> Statement {
    let mut writes = Writes::new();
    write.push_into(&mut writes).unwrap();
    assert_eq!(writes.len(), 1);
    writes[0].statement().clone()
}

#[test]
fn qb_01_all_some_or_one_of_the_columns_are_selected() {
    assert_eq!(
        text(&Order::query()),
        r#"SELECT "group", "select", "where" FROM "order""#
    );
    assert_eq!(
        text(&Order::query().select(Order::GROUP)),
        r#"SELECT "group" FROM "order""#
    );
    assert_eq!(
        text(&Order::query().select((Order::SELECT, Order::GROUP))),
        r#"SELECT "select", "group" FROM "order""#
    );
    let store = filled();
    let some = Todo::query()
        .select((Todo::COMPLETED, Todo::ID, Todo::VISITS + 1))
        .order_by(Todo::ID.desc())
        .limit(2);
    assert_eq!(
        store.query(&some).unwrap(),
        [(false, "c".into(), 4), (true, "b".into(), 1)]
    );
}

#[test]
fn qb_01_a_struct_takes_the_columns_it_names() {
    #[derive(FromRow, Debug, PartialEq)]
    #[row(table = Todo)]
    struct Summary {
        #[column(json)]
        tags: Vec<String>,
        id: String,
        #[column(as = Option<EpochMillis>)]
        remind: Option<DateTime>,
    }
    let query = Todo::query()
        .filter(Todo::ID.eq("a"))
        .select_as::<Summary>();
    assert!(text(&query).starts_with(r#"SELECT "tags", "id", "remind" FROM "#));
    let expected = Summary {
        tags: vec!["home".into(), "it's".into()],
        id: "a".into(),
        remind: None,
    };
    assert_eq!(filled().query(&query.first_required()).unwrap(), expected);
    // The same struct by name, from raw SQL with other columns in another order.
    let raw = sql("SELECT 1 AS x, remind, id, tags FROM todos WHERE id = 'a'").rows::<Summary>();
    assert_eq!(filled().query(&raw).unwrap(), [expected]);
}

#[test]
fn qb_02_one_column_gives_plain_values() {
    let store = filled();
    let visits: Vec<i64> = store
        .query(&Todo::query().select(Todo::VISITS).order_by(Todo::ID.asc()))
        .unwrap();
    assert_eq!(visits, [0, 0, 3]);
    let due: Vec<Option<DateTime>> = store
        .query(&Todo::query().select(Todo::DUE).order_by(Todo::ID.asc()))
        .unwrap();
    assert_eq!(due[0].unwrap().to_string(), "2024-02-29T12:00:00.000Z");
    assert_eq!(due[1], None);
}

#[test]
fn qb_03_the_first_row_is_optional_required_or_has_a_fallback() {
    let store = filled();
    let none = || Todo::query().filter(Todo::ID.eq("x"));
    let first = Todo::query().order_by(Todo::ID.desc()).first();
    assert!(text(&first).ends_with(" LIMIT ?1"));
    assert_eq!(first.statement().binds, [Value::Integer(1)]);
    assert_eq!(store.query(&first).unwrap().unwrap().id, "c");
    assert_eq!(store.query(&none().first()).unwrap(), None);
    let error = store.query(&none().first_required()).unwrap_err();
    assert!(matches!(error, QueryError::NoRow { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("there is no row in the result of `SELECT")
    );
    let fallback = none().select(Todo::TEXT).first_or("nothing".into());
    assert_eq!(store.query(&fallback).unwrap(), "nothing");
    let found = Todo::query().select(Todo::ID).order_by(Todo::ID.asc());
    assert_eq!(store.query(&found.first_or("z".into())).unwrap(), "a");
}

#[test]
fn qb_04_conditions_are_written_with_bound_values() {
    let condition = |predicate: Predicate<Todo>| {
        let statement = Todo::query().filter(predicate).count().statement();
        let (_, condition) = statement.sql.split_once(" WHERE ").unwrap();
        (condition.to_owned(), statement.binds)
    };
    assert_eq!(
        condition(Todo::COMPLETED.eq(true)),
        (r#""completed" = ?1"#.into(), vec![Value::Integer(1)])
    );
    assert_eq!(
        condition(Todo::STATUS.ne(Status::InProgress)),
        (r#""status" <> ?1"#.into(), vec!["in_progress".into()])
    );
    let noon: DateTime = "2024-02-29T13:00+01:00".parse().unwrap();
    assert_eq!(
        condition(Todo::DUE.le(noon)),
        (
            r#""due" <= ?1"#.into(),
            vec!["2024-02-29T12:00:00.000Z".into()]
        )
    );
    assert_eq!(
        condition(Todo::REMIND.gt(noon)),
        (r#""remind" > ?1"#.into(), vec![noon.millis().into()])
    );
    assert_eq!(
        condition(Todo::ID.is_in(["a", "b"])),
        (r#""id" IN (?1, ?2)"#.into(), vec!["a".into(), "b".into()])
    );
    assert_eq!(
        condition(Todo::VISITS.between(1, 2).and(!Todo::TEXT.like("a%"))),
        (
            r#"("visits" BETWEEN ?1 AND ?2 AND NOT ("text" LIKE ?3))"#.into(),
            vec![1.into(), 2.into(), "a%".into()]
        )
    );
    assert_eq!(
        condition(Todo::TEXT.gt(Todo::ID)),
        (r#""text" > "id""#.into(), vec![])
    );
}

#[test]
fn qb_04_an_absent_filter_is_no_filter_and_several_must_all_hold() {
    let filtered = |text: Option<&str>| {
        Todo::query()
            .filter_some(text.map(|text| Todo::TEXT.contains(text)))
            .filter(Todo::COMPLETED.eq(false))
            .order_by(Todo::ID.asc())
            .select(Todo::ID)
    };
    let store = filled();
    assert_eq!(store.query(&filtered(None)).unwrap(), ["a", "c"]);
    assert_eq!(store.query(&filtered(Some("T C"))).unwrap(), ["c"]);
    assert_eq!(ids(&store, Predicate::always()), "abc");
    assert_eq!(ids(&store, Predicate::any([])), "");
    assert_eq!(ids(&store, Predicate::all([])), "abc");
    let any = ["a", "c"].map(|id| Todo::ID.eq(id));
    assert_eq!(ids(&store, Predicate::any(any)), "ac");
}

#[test]
fn qb_04_values_are_looked_for_in_lists_ranges_and_patterns() {
    let store = filled();
    assert_eq!(ids(&store, Todo::ID.is_not_in(["a", "x"])), "bc");
    assert_eq!(ids(&store, Todo::ID.is_not_in(Vec::<String>::new())), "abc");
    assert_eq!(ids(&store, Todo::VISITS.between(1, 3)), "c");
    assert_eq!(ids(&store, Todo::TEXT.ilike("TEXT _")), "abc");
    assert_eq!(ids(&store, Todo::TEXT.glob("text [ab]")), "ab");
    assert_eq!(ids(&store, Todo::TEXT.glob("TEXT *")), "");
    assert_eq!(ids(&store, Todo::TEXT.starts_with("TEXT")), "abc");
    assert_eq!(ids(&store, Todo::TEXT.starts_with("%")), "");
    assert_eq!(ids(&store, Todo::TEXT.ends_with("T B")), "b");
    assert_eq!(ids(&store, Todo::TEXT.contains("_")), "");
    assert_eq!(ids(&store, Todo::TEXT.upper().eq("TEXT A")), "a");
    assert_eq!(ids(&store, Todo::ID.length().eq(1)), "abc");
    assert_eq!(ids(&store, (Todo::VISITS * 2 - 1).gt(4)), "c");
    assert_eq!(ids(&store, Todo::DUE.is_not(None)), "a");
    assert_eq!(ids(&store, Todo::DUE.is(Todo::DUE)), "abc");
}

#[test]
fn qb_05_limit_and_offset_may_come_in_any_order_and_alone() {
    let query = || Order::query().select(Order::GROUP);
    let both = r#"SELECT "group" FROM "order" LIMIT ?1 OFFSET ?2"#;
    assert_eq!(text(&query().limit(2).offset(1)), both);
    assert_eq!(text(&query().offset(1).limit(2)), both);
    let alone = query().offset(1).statement();
    assert_eq!(alone.sql, both);
    assert_eq!(alone.binds, [Value::Integer(-1), Value::Integer(1)]);
    let store = filled();
    let rest = Todo::query()
        .order_by(Todo::ID.asc())
        .select(Todo::ID)
        .offset(2);
    assert_eq!(store.query(&rest).unwrap(), ["c"]);
}

#[test]
fn qb_06_rows_are_counted() {
    assert_eq!(
        text(&Order::query().count()),
        r#"SELECT count(*) FROM "order""#
    );
    let store = filled();
    let open = Todo::query().filter(Todo::COMPLETED.eq(false)).count();
    assert_eq!(store.query(&open).unwrap(), 2);
    let statuses = Todo::query().select(Todo::STATUS).distinct();
    assert_eq!(store.query(&statuses.clone().count()).unwrap(), 2);
    assert!(store.query(&statuses.exists()).unwrap());
}

#[test]
fn qb_07_null_is_asked_for_with_is() {
    let condition = |predicate: Predicate<Todo>| text(&Todo::query().filter(predicate).exists());
    assert!(condition(Todo::DUE.eq(None)).contains(r#" WHERE "due" IS NULL"#));
    assert!(condition(Todo::DUE.ne(None)).contains(r#" WHERE "due" IS NOT NULL"#));
    let store = filled();
    assert_eq!(ids(&store, Todo::DUE.is_null()), "bc");
    assert_eq!(ids(&store, Todo::DUE.is_not_null()), "a");
}

#[test]
fn qb_08_rows_are_sorted_by_several_columns() {
    let query = Todo::query()
        .order_by(Todo::DUE.desc().nulls_first())
        .order_by(Todo::TEXT.asc().ignore_case());
    assert!(text(&query).ends_with(r#" ORDER BY "due" DESC NULLS FIRST, "text" COLLATE NOCASE"#));
    let store = filled();
    let sorted = |query: livestore_core::query::Select<Todo>| {
        store.query(&query.select(Todo::ID)).unwrap().concat()
    };
    assert_eq!(sorted(query), "bca");
    assert_eq!(
        sorted(
            Todo::query()
                .order_by(Todo::DUE.asc().nulls_last())
                .order_by(Todo::ID.desc())
        ),
        "acb"
    );
    assert!(!text(&Todo::query()).contains("ORDER BY"));
}

#[test]
fn qb_09_json_arrays_are_asked_for_an_element() {
    let store = filled();
    assert_eq!(ids(&store, Todo::TAGS.json_contains("home")), "a");
    assert_eq!(ids(&store, Todo::TAGS.json_contains("it's")), "a");
    assert_eq!(ids(&store, Todo::TAGS.json_contains("hom")), "");
    assert_eq!(ids(&store, !Todo::TAGS.json_contains("home")), "bc");
    let ann = Person {
        name: "Ann".into(),
        age: Some(7),
    };
    assert_eq!(ids(&store, Todo::PEOPLE.json_contains(&ann)), "b");
    let nobody = Person {
        age: None,
        ..ann.clone()
    };
    assert_eq!(ids(&store, Todo::PEOPLE.json_contains(nobody)), "");
    // A null column has no element, so that it does not have it holds.
    assert_eq!(ids(&store, !Todo::PEOPLE.json_contains(&ann)), "ac");
    let both = Todo::TAGS
        .json_contains("home")
        .or(Todo::PEOPLE.json_contains(&ann));
    assert_eq!(ids(&store, both), "ab");
}

#[test]
fn what_stands_inside_json_is_compared_and_selected() {
    let store = filled();
    assert_eq!(
        ids(&store, Todo::PEOPLE.json::<String>("$[1].name").eq("Bo")),
        "b"
    );
    assert_eq!(ids(&store, Todo::PEOPLE.json::<i64>("$[0].age").ge(7)), "b");
    assert_eq!(
        ids(&store, Todo::TAGS.json::<String>("$[0]").is_null()),
        "bc"
    );
    let ages = Todo::query()
        .select((Todo::ID, Todo::PEOPLE.json::<i64>("$[0].age")))
        .order_by(Todo::ID.asc());
    assert_eq!(
        store.query(&ages).unwrap(),
        [
            ("a".into(), None),
            ("b".into(), Some(7)),
            ("c".into(), None)
        ]
    );
    let person = Todo::query()
        .filter(Todo::ID.eq("b"))
        .select(Todo::PEOPLE.json::<Json<Person>>("$[1]"))
        .first_required();
    assert_eq!(store.query(&person).unwrap().unwrap().name, "Bo");
}

#[test]
fn qb_10_an_insert_binds_in_the_order_its_columns_were_set() {
    let remind: DateTime = "2024-02-29".parse().unwrap();
    let insert = Todo::insert()
        .set(Todo::TEXT, "t")
        .set(Todo::REMIND, remind)
        .set(Todo::ID, "a")
        .set(Todo::TAGS, vec!["x".to_owned()]);
    assert_eq!(
        statement(insert),
        Statement {
            sql: r#"INSERT INTO "todos" ("text", "remind", "id", "tags") VALUES (?1, ?2, ?3, ?4)"#
                .into(),
            binds: vec![
                "t".into(),
                remind.millis().into(),
                "a".into(),
                r#"["x"]"#.into()
            ],
            named: vec![],
        }
    );
}

#[test]
fn many_rows_are_inserted_by_one_statement_prepared_once() {
    let insert = Todo::insert().rows([todo("a"), todo("b")]);
    assert!(
        statement(insert)
            .sql
            .ends_with("VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
    );
    let store = written(|| {
        (
            Todo::insert().rows((0..100).map(|i| todo(&i.to_string()))),
            Todo::insert().rows(Vec::<Todo>::new()),
            Write::from(Todo::insert().rows(&[] as &[Todo])),
        )
    });
    assert_eq!(store.query(&Todo::query().count()).unwrap(), 100);
}

#[test]
fn qb_11_an_update_sets_values_and_expressions_and_an_empty_one_is_no_write() {
    let update = Todo::update()
        .set(Todo::TEXT, "t")
        .set(Todo::VISITS, Todo::VISITS + 2)
        .set(Todo::DUE, None)
        .filter(Todo::ID.eq("c"));
    assert_eq!(
        statement(update).sql,
        r#"UPDATE "todos" SET "text" = ?1, "visits" = ("visits" + ?2), "due" = ?3 WHERE "id" = ?4"#
    );
    let mut writes = Writes::new();
    Todo::update()
        .filter(Todo::ID.eq("a"))
        .push_into(&mut writes)
        .unwrap();
    assert!(writes.is_empty());
    let store = written(|| {
        (
            Todo::insert().row(&todo("a")),
            Todo::update().set(Todo::VISITS, Todo::VISITS * 2 + 5),
            Todo::update().set(Todo::VISITS, Todo::VISITS * 2 + 5),
            Todo::update().set(Todo::TEXT, Todo::ID),
        )
    });
    let row = store.query(&Todo::query().first_required()).unwrap();
    assert_eq!((row.visits, row.text.as_str()), (15, "a"));
}

#[test]
fn qb_12_a_delete_takes_the_rows_that_match() {
    assert_eq!(statement(Order::delete()).sql, r#"DELETE FROM "order""#);
    let store = written(|| {
        (
            Todo::insert().rows([todo("a"), todo("b"), todo("c")]),
            Todo::delete().filter(Todo::COMPLETED.eq(true)),
        )
    });
    assert_eq!(ids(&store, Predicate::always()), "ac");
}

#[test]
fn qb_13_a_conflict_is_ignored_replaced_or_becomes_an_update() {
    let row = || {
        Order::insert()
            .set(Order::GROUP, 1)
            .set(Order::SELECT, "s")
            .set(Order::WHERE, 2)
    };
    let tail = |insert| {
        let sql = statement(insert).sql;
        sql.split_once("VALUES (?1, ?2, ?3)").unwrap().1.to_owned()
    };
    assert!(
        statement(row().or_replace())
            .sql
            .starts_with(r#"INSERT OR REPLACE INTO "order" "#)
    );
    assert!(
        statement(row().or_ignore())
            .sql
            .starts_with(r#"INSERT OR IGNORE INTO "order" "#)
    );
    assert_eq!(
        tail(row().on_conflict(Order::GROUP).ignore()),
        r#" ON CONFLICT ("group") DO NOTHING"#
    );
    assert_eq!(
        tail(row().on_conflict((Order::GROUP, Order::SELECT)).update()),
        r#" ON CONFLICT ("group", "select") DO UPDATE SET "where" = excluded."where""#
    );
    assert_eq!(
        tail(row().on_conflict(Order::GROUP).update_only(Order::SELECT)),
        r#" ON CONFLICT ("group") DO UPDATE SET "select" = excluded."select""#
    );
    let update = Order::update()
        .set(Order::WHERE, Order::WHERE.excluded())
        .filter(Order::WHERE.lt(Order::WHERE.excluded()));
    assert_eq!(
        tail(row().on_conflict(Order::GROUP).update_with(update)),
        r#" ON CONFLICT ("group") DO UPDATE SET "where" = excluded."where" WHERE "where" < excluded."where""#
    );
}

#[test]
fn qb_13_what_happens_at_a_conflict_is_what_was_said() {
    let order = |group, select: &str, r#where| Order {
        group,
        select: select.into(),
        r#where,
    };
    let rows = |store: &Store| {
        store
            .query(&Order::query().order_by(Order::GROUP.asc()))
            .unwrap()
    };
    let outcome = |second: fn() -> livestore_core::query::Insert<Order>| {
        let store = written(move || {
            let first = Order::insert().rows([order(1, "a", Some(5)), order(2, "b", None)]);
            (first, second())
        });
        rows(&store)
    };
    let b = order(2, "b", None);
    assert_eq!(
        outcome(|| other_insert().on_conflict(Order::GROUP).ignore()),
        [order(1, "a", Some(5)), b.clone()]
    );
    assert_eq!(
        outcome(|| other_insert().on_conflict(Order::GROUP).update()),
        [order(1, "c", Some(5)), b.clone()]
    );
    assert_eq!(
        outcome(|| other_insert().or_replace()),
        [order(1, "c", None), b.clone()]
    );
    let counted = || {
        let update = Order::update().set(Order::WHERE, Order::WHERE + Order::WHERE.excluded());
        Order::insert()
            .rows([1, 1, 3].map(|group| Order {
                group,
                select: group.to_string(),
                r#where: Some(10),
            }))
            .on_conflict(Order::GROUP)
            .update_with(update)
    };
    assert_eq!(
        outcome(counted),
        [order(1, "a", Some(25)), b, order(3, "3", Some(10))]
    );
}

fn other_insert() -> livestore_core::query::Insert<Order> {
    Order::insert().set(Order::GROUP, 1).set(Order::SELECT, "c")
}

#[test]
fn qb_14_reserved_words_are_names_like_any_other() {
    let store = written(|| {
        (
            Order::insert().set(Order::GROUP, 1).set(Order::SELECT, "x"),
            Order::update()
                .set(Order::WHERE, 3)
                .filter(Order::GROUP.eq(1)),
        )
    });
    let query = Order::query()
        .filter(Order::WHERE.gt(1))
        .order_by(Order::SELECT.asc());
    let expected = Order {
        group: 1,
        select: "x".into(),
        r#where: Some(3),
    };
    assert_eq!(store.query(&query).unwrap(), [expected]);
}

#[test]
fn qb_15_what_a_write_returns_decides_what_is_written_next() {
    assert_eq!(
        Write::statement(
            &Order::delete()
                .filter(Order::GROUP.gt(1))
                .returning((Order::GROUP, Order::WHERE))
                .then(|_| ())
                .unwrap()
        )
        .sql,
        r#"DELETE FROM "order" WHERE "group" > ?1 RETURNING "group", "where""#
    );
    let store = written(|| {
        let note = |text: String| Todo::insert().set(Todo::ID, text);
        (
            Todo::insert()
                .rows([todo("a"), todo("b")])
                .returning((Todo::ID, Todo::STATUS))
                .then(move |rows| note(format!("inserted {rows:?}"))),
            Todo::update()
                .set(Todo::VISITS, Todo::VISITS + 1)
                .filter(Todo::ID.eq("b"))
                .returning(Todo::VISITS)
                .then(move |visits| note(format!("updated {visits:?}"))),
            Todo::delete()
                .filter(Todo::ID.is_in(["a", "b"]))
                .returning(Todo::ID)
                .then(move |ids| note(format!("deleted {ids:?}"))),
            // Nothing is set, so there is nothing to follow from it.
            Todo::update()
                .returning(Todo::ID)
                .then(move |_| note("never".into())),
        )
    });
    let ids = store
        .query(&Todo::query().select(Todo::ID).order_by(Todo::ID.asc()))
        .unwrap();
    assert_eq!(
        ids,
        [
            r#"deleted ["a", "b"]"#,
            r#"inserted [("a", Open), ("b", Open)]"#,
            "updated [1]"
        ]
    );
}

#[test]
fn qb_16_several_filters_of_an_update_or_delete_must_all_hold() {
    let store = written(|| {
        (
            Todo::insert().rows([todo("a"), todo("b"), todo("c")]),
            Todo::delete()
                .filter(Todo::COMPLETED.eq(false))
                .filter(Todo::ID.gt("b")),
            Todo::update()
                .filter(Todo::ID.lt("c"))
                .set(Todo::VISITS, 9)
                .filter(Todo::COMPLETED.eq(true)),
        )
    });
    let rows = Todo::query()
        .select((Todo::ID, Todo::VISITS))
        .order_by(Todo::ID.asc());
    assert_eq!(
        store.query(&rows).unwrap(),
        [("a".into(), 0), ("b".into(), 9)]
    );
}

#[test]
fn the_shape_of_a_builder_query_can_be_looked_into() {
    let query = Todo::query()
        .filter(Todo::ID.eq("a"))
        .filter(Todo::VISITS.gt(1))
        .limit(3);
    let shape = query.shape().unwrap().select();
    assert!(shape.is_plain());
    assert_eq!(
        (shape.source.table.as_ref(), shape.limit),
        ("todos", Some(3))
    );
    assert!(matches!(&shape.filter, Some(Condition::And(both)) if both.len() == 2));
    let def = Todo::def();
    let kind = |column: &livestore_core::query::ColumnRef| {
        let found = def.columns.iter().find(|def| column.column == def.name);
        found.map(|def| def.kind)
    };
    let equalities = shape.filter.as_ref().unwrap().equalities(&kind);
    assert_eq!(equalities.len(), 1);
    assert_eq!(equalities[0].column.column, "id");
    assert_eq!(equalities[0].values, [&Value::from("a")]);
    assert!(sql("SELECT 1").rows::<(i64,)>().shape().is_none());
}
