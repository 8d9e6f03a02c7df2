//! Full-text search: what is found, in which order, and how it is marked.

use livestore_core::{prelude::*, query::Write};

use crate::{fixture::open_with, testing::test};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "issues", fts(title, body, prefix(2, 3)))]
struct Issue {
    #[column(primary_key)]
    id: String,
    title: String,
    body: Option<String>,
    #[column(default = false)]
    done: bool,
    creator: Option<i64>,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "users")]
struct User {
    #[column(primary_key)]
    id: i64,
    name: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.IssueSaved")]
struct IssueSaved {
    id: String,
    title: String,
    body: Option<String>,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.IssueDone")]
struct IssueDone {
    id: String,
}

fn saved(id: &str, title: &str, body: &str) -> IssueSaved {
    IssueSaved {
        id: id.into(),
        title: title.into(),
        body: Some(body.into()),
    }
}

fn store() -> Store {
    let schema = Schema::builder()
        .table::<Issue>()
        .table::<User>()
        .on(|e: &IssueSaved, _| {
            (
                Write::from(User::upsert().set(User::ID, 1).set(User::NAME, "Ann")),
                Issue::upsert()
                    .set(Issue::ID, &e.id)
                    .set(Issue::TITLE, &e.title)
                    .set(Issue::BODY, e.body.clone())
                    .set(Issue::CREATOR, 1),
            )
        })
        .on(|e: &IssueDone, _| {
            Issue::update()
                .set(Issue::DONE, true)
                .filter(Issue::ID.eq(&e.id))
        })
        .build()
        .unwrap();
    let store = open_with(schema);
    store
        .commit(vec![
            saved("a", "Crème brûlée burns", "The flame is too hot."),
            saved("b", "Flame thrower", "Flame, flame, flame!"),
            saved("c", "It's \"quoted\" AND done", "nothing here OR there"),
            saved("d", "Flammable", ""),
        ])
        .unwrap();
    store
}

fn found(store: &Store, text: impl Into<SearchText>) -> String {
    let query = Issue::query().matching(text).select(Issue::ID);
    store.query(&query).unwrap().concat()
}

#[test]
fn all_words_must_be_there_in_any_order_the_best_match_first() {
    let store = store();
    assert_eq!(found(&store, "flame"), "ba");
    assert_eq!(found(&store, "hot FLAME"), "a");
    assert_eq!(found(&store, "creme BRULEE"), "a");
    assert_eq!(found(&store, "flame nothing"), "");
    assert_eq!(found(&store, SearchText::phrase("too hot")), "a");
    assert_eq!(found(&store, SearchText::phrase("hot too")), "");
    let by_id = Issue::query()
        .matching("flame")
        .order_by(Issue::ID.asc())
        .select(Issue::ID);
    assert_eq!(store.query(&by_id).unwrap(), ["a", "b"]);
}

#[test]
fn the_last_word_may_go_on_while_the_user_types() {
    let store = store();
    let typing = |text| found(&store, SearchText::typing(text)).len();
    assert_eq!(
        [typing("f"), typing("fla"), typing("flam"), typing("flame")],
        [3, 3, 3, 2]
    );
    assert_eq!(found(&store, SearchText::typing("flamm")), "d");
    assert_eq!(
        found(&store, SearchText::typing("flam ")),
        "",
        "that word is complete"
    );
    assert_eq!(found(&store, SearchText::typing("hot fl")), "a");
}

#[test]
fn an_empty_text_finds_everything() {
    let store = store();
    for empty in ["", "  ", "\0", "\n\t"] {
        assert_eq!(found(&store, empty).len(), 4);
        assert_eq!(found(&store, SearchText::typing(empty)).len(), 4);
        assert_eq!(found(&store, SearchText::phrase(empty)).len(), 4);
    }
    let marked = Issue::query()
        .matching("")
        .order_by(Issue::ID.asc())
        .select(Issue::TITLE.highlight("<", ">"));
    assert_eq!(store.query(&marked).unwrap()[3], "Flammable");
}

#[test]
fn nothing_a_user_types_has_a_meaning_of_its_own() {
    let store = store();
    assert_eq!(found(&store, "\"quoted\""), "c");
    assert_eq!(found(&store, "it's"), "c");
    assert_eq!(found(&store, "AND"), "c");
    assert_eq!(found(&store, "nothing OR there"), "c");
    for odd in [
        "\"",
        "'",
        "*",
        "fl*",
        "^flame",
        "title:flame",
        "{title}:x",
        "(",
        ")",
        "NEAR(a b)",
        "NOT",
        "a AND",
        "-",
        "--",
        "+",
        "\\",
        "%",
        "é\"\"*",
        "a\0b",
        "\u{1f600}",
        "; DROP TABLE issues",
    ] {
        for text in [
            SearchText::words(odd),
            SearchText::typing(odd),
            SearchText::phrase(odd),
        ] {
            let query = Issue::query().matching(text);
            store
                .query(&query)
                .unwrap_or_else(|error| panic!("{odd}: {error}"));
        }
    }
    assert_eq!(found(&store, SearchText::expression("flame NOT hot")), "b");
    let wrong = Issue::query().matching(SearchText::expression("AND"));
    assert!(
        store
            .query(&wrong)
            .unwrap_err()
            .to_string()
            .contains("fts5: syntax error")
    );
}

#[test]
fn what_was_found_is_marked() {
    let store = store();
    let query = Issue::query().matching("flame brulee").select((
        Issue::TITLE.highlight("<b>", "</b>"),
        Issue::BODY.snippet("[", "]", 3),
        Issue::ID.highlight("<b>", "</b>"),
    ));
    assert_eq!(
        store.query(&query).unwrap(),
        [(
            "Crème <b>brûlée</b> burns".into(),
            Some("The [flame] is…".into()),
            "a".into()
        )]
    );
}

#[test]
fn a_search_combines_with_conditions_joins_counts_and_windows() {
    let store = store();
    store.commit(IssueDone { id: "b".into() }).unwrap();
    let open = Issue::query()
        .matching("flame")
        .filter(Issue::DONE.eq(false));
    assert_eq!(store.query(&open.clone().count()).unwrap(), 1);
    let joined = open
        .join(Issue::CREATOR.on(User::ID))
        .select((Issue::ID, User::NAME));
    assert_eq!(store.query(&joined).unwrap(), [("a".into(), "Ann".into())]);
    let either = Issue::query()
        .filter(Issue::matches("flame").or(Issue::ID.eq("d")))
        .order_by(Issue::ID.asc())
        .select(Issue::ID);
    assert_eq!(store.query(&either.clone().offset(1)).unwrap(), ["b", "d"]);
    assert_eq!(store.query(&either.count()).unwrap(), 3);
    let none = Issue::query().filter(!Issue::matches("flame")).count();
    assert_eq!(store.query(&none).unwrap(), 2);
    let best = Issue::query().matching("flame").first_required();
    assert_eq!(store.query(&best).unwrap().id, "b");
}

#[test]
fn a_live_search_runs_again_when_a_searched_column_changes_and_only_then() {
    let store = store();
    let query = Issue::query().matching("flame").select(Issue::ID);
    let live = store.live(query).unwrap();
    let subscription = live.subscribe(|_| {});
    let runs = || live.runs();
    let before = runs();
    store.commit(IssueDone { id: "a".into() }).unwrap();
    assert_eq!(runs(), before, "no searched column has changed");
    store.commit(saved("d", "Flame proof", "")).unwrap();
    assert_eq!(runs(), before + 1);
    assert_eq!(live.get().unwrap().len(), 3);
    store.commit(saved("a", "Cold", "cold")).unwrap();
    assert_eq!(live.get().unwrap().len(), 2);
    drop(subscription);
}
