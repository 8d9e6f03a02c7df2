//! Reading state with the builders and with raw SQL.

use livestore_core::prelude::*;

use crate::{
    fixture::{Tag, TagAdded, Todo, completed, created, store, todo},
    testing::test,
};

fn filled() -> Store {
    let store = store();
    let tag = |todo: &str, label: &str, weight| TagAdded {
        todo: todo.into(),
        label: label.into(),
        weight,
    };
    store
        .commit((
            vec![
                created("a", "Apples"),
                created("b", "bread"),
                created("c", "Cheese 50%"),
                created("d", "dates"),
            ],
            vec![completed("b"), completed("d")],
            vec![
                tag("a", "fruit", Some(2.0)),
                tag("b", "bakery", None),
                tag("d", "fruit", Some(0.5)),
            ],
        ))
        .unwrap();
    store
}

fn ids(store: &Store, predicate: Predicate<Todo>) -> String {
    store
        .query(
            &Todo::query()
                .filter(predicate)
                .order_by(Todo::ID.asc())
                .select(Todo::ID),
        )
        .unwrap()
        .concat()
}

#[test]
fn comparisons_select_the_rows_for_which_they_hold() {
    let store = filled();
    assert_eq!(ids(&store, Todo::ID.eq("b")), "b");
    assert_eq!(ids(&store, Todo::ID.ne("b")), "acd");
    assert_eq!(ids(&store, Todo::ID.lt("b")), "a");
    assert_eq!(ids(&store, Todo::ID.le("b")), "ab");
    assert_eq!(ids(&store, Todo::ID.gt("b")), "cd");
    assert_eq!(ids(&store, Todo::ID.ge("b")), "bcd");
    assert_eq!(ids(&store, Todo::COMPLETED.eq(true)), "bd");
    assert_eq!(ids(&store, Todo::ID.is_in(["a", "d", "x"])), "ad");
    assert_eq!(ids(&store, Todo::ID.is_in(Vec::<String>::new())), "");
    assert_eq!(ids(&store, Todo::TEXT.like("%e%")), "abcd");
    assert_eq!(ids(&store, Todo::TEXT.like("a%")), "a");
}

#[test]
fn conditions_nest() {
    let store = filled();
    let done = || Todo::COMPLETED.eq(true);
    assert_eq!(ids(&store, done().and(Todo::ID.gt("b"))), "d");
    assert_eq!(ids(&store, done().or(Todo::ID.eq("a"))), "abd");
    assert_eq!(ids(&store, !done()), "ac");
    assert_eq!(
        ids(
            &store,
            (!done().or(Todo::ID.eq("a"))).and(Todo::TEXT.like("C%"))
        ),
        "c"
    );
    let filtered_twice = Todo::query()
        .filter(done())
        .filter(Todo::ID.lt("c"))
        .select(Todo::ID);
    assert_eq!(store.query(&filtered_twice).unwrap(), ["b"]);
}

#[test]
fn null_is_compared_as_null() {
    let store = filled();
    let labels = |predicate| {
        store
            .query(
                &Tag::query()
                    .filter(predicate)
                    .order_by(Tag::TODO.asc())
                    .select(Tag::TODO),
            )
            .unwrap()
            .concat()
    };
    assert_eq!(labels(Tag::WEIGHT.eq(None)), "b");
    assert_eq!(labels(Tag::WEIGHT.ne(None)), "ad");
    assert_eq!(labels(Tag::WEIGHT.is_null()), "b");
    assert_eq!(labels(Tag::WEIGHT.is_not_null()), "ad");
    assert_eq!(labels(Tag::WEIGHT.eq(2.0)), "a");
    assert_eq!(labels(Tag::WEIGHT.ne(Some(2.0))), "d");
}

#[test]
fn rows_are_sorted_and_cut_to_a_window() {
    let store = filled();
    let by_state = || {
        Todo::query()
            .order_by(Todo::COMPLETED.desc())
            .order_by(Todo::ID.asc())
            .select(Todo::ID)
    };
    assert_eq!(store.query(&by_state()).unwrap().concat(), "bdac");
    assert_eq!(store.query(&by_state().limit(2)).unwrap().concat(), "bd");
    assert_eq!(
        store
            .query(&by_state().limit(2).offset(1))
            .unwrap()
            .concat(),
        "da"
    );
    assert_eq!(store.query(&by_state().offset(3)).unwrap().concat(), "c");
    assert_eq!(store.query(&by_state().limit(u64::MAX)).unwrap().len(), 4);
    assert_eq!(store.query(&by_state().limit(0)).unwrap().len(), 0);
}

#[test]
fn a_query_can_end_in_the_first_row_a_count_or_a_yes() {
    let store = filled();
    let none = || Todo::query().filter(Todo::ID.eq("x"));
    assert_eq!(
        store
            .query(&Todo::query().order_by(Todo::ID.desc()).first())
            .unwrap(),
        Some(todo("d", "dates", true))
    );
    assert_eq!(store.query(&none().first()).unwrap(), None);
    assert_eq!(store.query(&Todo::query().count()).unwrap(), 4);
    assert_eq!(
        store
            .query(&Todo::query().limit(3).offset(2).count())
            .unwrap(),
        2
    );
    assert_eq!(store.query(&none().count()).unwrap(), 0);
    assert!(store.query(&Todo::query().exists()).unwrap());
    assert!(!store.query(&none().exists()).unwrap());
    assert!(!store.query(&Todo::query().offset(4).exists()).unwrap());
    assert_eq!(store.query(&Todo::query().limit(0).first()).unwrap(), None);
}

#[test]
fn values_are_bound_and_never_pasted_into_the_text() {
    let store = store();
    let nasty = "'; DROP TABLE todos; -- \" ?1 \u{1f600} \0 end";
    store.commit(created(nasty, nasty)).unwrap();
    assert_eq!(
        store
            .query(&Todo::query().filter(Todo::TEXT.eq(nasty)).first())
            .unwrap()
            .unwrap()
            .id,
        nasty
    );
}

#[test]
fn raw_sql_reads_tuples_and_table_rows() {
    let store = filled();
    let join = sql("SELECT t.text, g.weight FROM todos t JOIN tags g ON g.todo = t.id WHERE g.label = ?1 ORDER BY t.id")
        .bind("fruit".to_owned())
        .rows::<(String, Option<f64>)>();
    assert_eq!(
        store.query(&join).unwrap(),
        [("Apples".into(), Some(2.0)), ("dates".into(), Some(0.5))]
    );
    let named = sql("SELECT completed, text, id FROM todos WHERE id = :id")
        .bind_named(":id", "b".to_owned())
        .rows::<Todo>();
    assert_eq!(store.query(&named).unwrap(), [todo("b", "bread", true)]);
    let total = sql("SELECT sum(weight) FROM tags").rows::<(f64,)>();
    assert_eq!(store.query(&total).unwrap(), [(2.5,)]);
}

#[test]
fn raw_sql_that_cannot_be_right_is_an_error_that_says_why() {
    let store = filled();
    let error = |sql: livestore_core::query::RawSql| {
        store.query(&sql.rows::<(i64,)>()).unwrap_err().to_string()
    };
    assert!(error(sql("SELEC 1")).contains("SELEC 1"));
    assert!(error(sql("SELECT id FROM nowhere")).contains("nowhere"));
    assert!(error(sql("SELECT ?1")).contains("1 wanted, 0 given"));
    assert!(error(sql("SELECT 1").bind(1_i64)).contains("0 wanted, 1 given"));
    assert!(error(sql("SELECT :a").bind_named(":b", 1_i64)).contains("there is no `:b`"));
    assert!(error(sql("SELECT id FROM todos")).contains("column `id`"));
    assert!(error(sql("SELECT id FROM todos")).contains("expected integer, found text"));
    let missing = store
        .query(&sql("SELECT id FROM todos").rows::<Todo>())
        .unwrap_err()
        .to_string();
    assert!(missing.contains("no column `text`"), "{missing}");
}

#[test]
fn every_parameter_of_raw_sql_has_the_value_it_was_given() {
    let store = filled();
    let read = |sql: livestore_core::query::RawSql| {
        let rows = sql.rows::<(Option<i64>, Option<i64>, Option<i64>)>();
        store.query(&rows).map(|rows| rows[0])
    };
    let given = Ok((Some(1), Some(2), Some(3)));
    let named_first = sql("SELECT :a, ?, ?").bind_named(":a", 1).bind(2).bind(3);
    let named_last = sql("SELECT ?, ?, $c").bind(1).bind(2).bind_named("$c", 3);
    let numbered = sql("SELECT :a, ?2, @c")
        .bind_named("@c", 3)
        .bind(2)
        .bind_named(":a", 1);
    let numbers_as_names = sql("SELECT ?1, ?2, ?3").bind_named("?2", 2).bind(1).bind(3);
    for query in [named_first, named_last, numbered, numbers_as_names] {
        assert_eq!(
            read(query.clone()).map_err(|error| error.to_string()),
            given,
            "{query:?}"
        );
    }
    let error = |sql| read(sql).unwrap_err().to_string();
    let twice = sql("SELECT :a, :b, 3")
        .bind_named(":a", 1)
        .bind_named(":a", 2);
    assert!(error(twice).contains("`:a` is given twice"));
    let missing = sql("SELECT :a, :b, ?").bind_named(":a", 1).bind(2).bind(3);
    assert!(error(missing).contains("`:b` is not given"));
    let unnamed = sql("SELECT :a, ?, ?").bind_named(":a", 1).bind(2);
    assert!(error(unnamed).contains("3 wanted, 2 given"));
    let more = sql("SELECT :a, 2, 3").bind_named(":a", 1).bind(2);
    assert!(error(more).contains("1 wanted, 2 given"));
}

#[test]
fn a_condition_of_thousands_of_parts_is_a_query() {
    let store = filled();
    let wanted = |id: u32| Todo::ID.eq(format!("{id}"));
    let one_of = || Predicate::any((0..5_000).map(wanted).chain([Todo::ID.eq("c")]));
    let none_of = Predicate::all((0..5_000).map(|id| Todo::ID.ne(format!("{id}"))));
    assert_eq!(ids(&store, one_of()), "c");
    assert_eq!(ids(&store, !one_of()), "abd");
    assert_eq!(ids(&store, none_of.clone()), "abcd");
    assert_eq!(ids(&store, none_of.and(Todo::ID.ne("a"))), "bcd");
}

#[test]
fn more_values_than_sqlite_takes_are_an_error_that_says_how_many_it_takes() {
    let store = filled();
    let of =
        |count: u32| Todo::query().filter(Todo::ID.is_in((0..count).map(|id| format!("{id}"))));
    assert_eq!(store.query(&of(32_766)).unwrap(), []);
    let error = store.query(&of(32_767)).unwrap_err().to_string();
    assert!(
        error.contains("32767") && error.contains("32766"),
        "{error}"
    );
    assert!(error.len() < 1_000, "and not all of the text");
}

#[test]
fn a_query_cannot_write_or_steer_transactions() {
    let store = filled();
    for text in [
        "DELETE FROM todos",
        "INSERT INTO todos (id) VALUES ('x') RETURNING id",
        "BEGIN",
        "SAVEPOINT livestore",
        "ROLLBACK",
        "CREATE TABLE x (id INTEGER PRIMARY KEY)",
        "PRAGMA foreign_keys = OFF",
        "ATTACH ':memory:' AS other",
    ] {
        let error = store
            .query(&sql(text).rows::<(String,)>())
            .unwrap_err()
            .to_string();
        assert!(error.contains("only reads"), "{text}: {error}");
    }
    assert_eq!(store.query(&Todo::query().count()).unwrap(), 4);
    store.commit(created("e", "eggs")).unwrap();
}

#[test]
fn a_row_is_found_by_its_key_and_keys_are_listed_in_the_order_asked_for() {
    let store = store();
    store
        .commit((created("b", "two"), created("a", "one")))
        .unwrap();
    let tag = |label: &str| TagAdded {
        todo: "a".into(),
        label: label.into(),
        weight: None,
    };
    store.commit((tag("x"), tag("y"))).unwrap();
    let keys = Todo::query().order_by(Todo::ID.asc()).keys();
    assert_eq!(store.query(&keys).unwrap(), ["a", "b"]);
    let found = store.query(&Todo::find(&"b".to_owned())).unwrap();
    assert_eq!(found.unwrap().text, "two");
    assert_eq!(store.query(&Todo::find(&"c".to_owned())).unwrap(), None);
    let keys = Tag::query().order_by(Tag::LABEL.desc()).keys();
    let pair = |label: &str| ("a".to_owned(), label.to_owned());
    assert_eq!(store.query(&keys).unwrap(), [pair("y"), pair("x")]);
    assert!(store.query(&Tag::find(&pair("x"))).unwrap().is_some());
    assert!(store.query(&Tag::find(&pair("z"))).unwrap().is_none());
}
