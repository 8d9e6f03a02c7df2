//! Client documents; the ids are the behaviour document's.

#[path = "documents/cleared.rs"]
mod cleared;

use std::collections::BTreeMap;

use livestore_core::{
    event::EventScope,
    prelude::*,
    schema::{DocumentId, DocumentSet},
    store::EventFilter,
};
use serde_json::json;

/// A document that is set field by field.
#[derive(ClientDocument, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[document(name = "ui", id = "static")]
#[serde(rename_all = "camelCase")]
struct Ui {
    some_text: String,
    count: i64,
    filter: Filter,
    inner: Inner,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
enum Filter {
    #[default]
    All,
    Open,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Inner {
    a: i64,
    #[serde(default)]
    b: i64,
}

impl Default for Ui {
    fn default() -> Self {
        Self {
            some_text: "none yet".into(),
            count: 7,
            filter: Filter::All,
            inner: Inner { a: 1, b: 2 },
            note: None,
        }
    }
}

/// One for every session.
#[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[document(session)]
struct Cursor {
    line: i64,
}

/// Any JSON under any key.
#[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[document(name = "kv", keyed)]
struct Kv(serde_json::Value);

/// A struct that is replaced.
#[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[document(replace)]
struct Whole {
    a: i64,
    b: i64,
}

/// A union of structs with a shared field.
#[derive(ClientDocument, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[document(name = "panel")]
#[serde(tag = "kind")]
enum Panel {
    Closed { width: i64 },
    Open { width: i64, tab: String },
}

impl Default for Panel {
    fn default() -> Self {
        Self::Closed { width: 3 }
    }
}

#[derive(ClientDocument, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Recent(Vec<String>);

fn schema() -> Schema {
    Schema::builder()
        .document::<Ui>()
        .document::<Cursor>()
        .document::<Kv>()
        .document::<Whole>()
        .document::<Panel>()
        .document::<Recent>()
        .build()
        .unwrap()
}

async fn open_on(memory: &Memory) -> Store {
    Store::builder(schema())
        .adapter(memory.clone())
        .open("documents")
        .await
        .unwrap()
}

async fn open() -> Store {
    open_on(&Memory::new()).await
}

fn ui(store: &Store) -> Ui {
    store.query(&store.document::<Ui>()).unwrap()
}

/// What is stored, as JSON.
fn stored(store: &Store, table: &str) -> BTreeMap<String, serde_json::Value> {
    let rows = sql(format!("SELECT id, value FROM {table}")).rows::<(String, String)>();
    let rows = store.query(&rows).unwrap();
    rows.into_iter()
        .map(|(id, value)| (id, serde_json::from_str(&value).unwrap()))
        .collect()
}

/// Leaves a text in the table as another version of the app might have.
fn store_text(store: &Store, name: &'static str, value: serde_json::Value) {
    let args = json!({ "id": "static", "value": value }).to_string();
    store
        .commit(EventInput::from_json(name, &args).unwrap())
        .unwrap();
}

fn args<D: ClientDocument>(set: &DocumentSet<D>) -> serde_json::Value {
    serde_json::to_value(set).unwrap()
}

awaited! {
    async fn cd_01_the_set_event_is_client_only_and_has_the_id_and_the_value() {
        assert_eq!(<DocumentSet<Ui>>::NAME, "uiSet");
        assert_eq!(<DocumentSet<Ui>>::SCOPE, EventScope::ClientOnly);
        assert_eq!(<DocumentSet<Cursor>>::NAME, "cursorSet");
        let value = Whole { a: 1, b: 2 };
        assert_eq!(args(&Whole::set_at("x", &value)), json!({ "id": "x", "value": { "a": 1, "b": 2 } }));
        assert_eq!(args(&Whole::set(&value))["id"], "default");
        assert_eq!(args(&Ui::set(&Ui::default()))["id"], "static");
        assert_eq!(args(&Cursor::set(&Cursor { line: 3 }))["id"], json!(null));
        assert_eq!(Kv::DEFAULT_ID, DocumentId::Keyed);
    }

    async fn cd_01_setting_a_document_is_an_event_of_this_client_only() {
        let store = open().await;
        store.commit(Ui::set(&Ui::default())).unwrap().persisted().await.unwrap();
        let mut events = store.events(EventFilter::new().including_client_only());
        let event = events.next().await.unwrap().unwrap().event;
        assert_eq!((&*event.name, event.scope()), ("uiSet", EventScope::ClientOnly));
    }

    async fn cd_02_what_is_no_struct_of_fields_is_replaced() {
        let store = open().await;
        store.commit((
            Kv::set_at("k", &Kv(json!(1))),
            Kv::set_at("k", &Kv(json!({ "b": 2 }))),
            Kv::set_at("k", &Kv(json!({ "c": 3 }))),
            Whole::set(&Whole { a: 1, b: 2 }),
            Whole::set(&Whole { a: 3, b: 4 }),
        )).unwrap();
        store.commit((
            Panel::set(&Panel::Open { width: 5, tab: "x".into() }),
            Panel::set(&Panel::Closed { width: 6 }),
            Recent::set(&Recent(vec!["a".into(), "b".into()])),
            Recent::set(&Recent(vec!["c".into()])),
        )).unwrap();
        assert_eq!(stored(&store, "kv")["k"], json!({ "c": 3 }));
        assert_eq!(stored(&store, "whole")["default"], json!({ "a": 3, "b": 4 }));
        assert_eq!(stored(&store, "panel")["default"], json!({ "kind": "Closed", "width": 6 }));
        assert_eq!(stored(&store, "recent")["default"], json!(["c"]));
    }

    async fn cd_03_a_partial_set_changes_the_fields_it_names() {
        let store = open().await;
        let set = Ui::update().set(Ui::SOME_TEXT, "hello").set(Ui::FILTER, Filter::Open);
        assert_eq!(args(&set)["value"], json!({ "someText": "hello", "filter": "Open" }));
        store.commit(set).unwrap();
        assert_eq!(
            stored(&store, "ui")["static"],
            json!({ "someText": "hello", "filter": "Open" }),
            "the first holds what was given"
        );
        store.commit(Ui::update().set(Ui::COUNT, 8)).unwrap();
        let expected = Ui {
            some_text: "hello".into(),
            count: 8,
            filter: Filter::Open,
            ..Ui::default()
        };
        assert_eq!(ui(&store), expected);
    }

    async fn cd_03_a_partial_set_of_nothing_changes_nothing() {
        let store = open().await;
        store.commit(Ui::update()).unwrap();
        assert_eq!(ui(&store), Ui::default());
        store.commit(Ui::update().set(Ui::COUNT, 1)).unwrap();
        store.commit(Ui::update()).unwrap();
        assert_eq!(ui(&store).count, 1);
    }

    async fn cd_03_nested_structs_are_set_as_a_whole() {
        let store = open().await;
        store.commit(Ui::update().set(Ui::INNER, Inner { a: 5, b: 6 })).unwrap();
        store_text(&store, "uiSet", json!({ "inner": { "a": 9 } }));
        assert_eq!(ui(&store).inner, Inner { a: 9, b: 0 });
    }

    async fn cd_04_a_field_of_another_type_has_its_default_and_the_others_stay() {
        let store = open().await;
        store_text(&store, "uiSet", json!({ "someText": 5, "count": 3, "filter": "Closed", "note": "n" }));
        let expected = Ui { count: 3, note: Some("n".into()), ..Ui::default() };
        assert_eq!(ui(&store), expected);
    }

    async fn cd_04_missing_fields_have_the_documents_default_and_unknown_ones_are_ignored() {
        let store = open().await;
        store_text(&store, "uiSet", json!({ "count": 3, "gone": true }));
        assert_eq!(ui(&store), Ui { count: 3, ..Ui::default() });
        let whole = json!({ "a": 4, "gone": 1 }).to_string();
        let args = format!(r#"{{"id":"default","value":{whole}}}"#);
        store.commit(EventInput::from_json("wholeSet", &args).unwrap()).unwrap();
        assert_eq!(store.query(&store.document::<Whole>()).unwrap(), Whole { a: 4, b: 0 });
    }

    async fn cd_04_what_does_not_fit_at_all_is_the_default() {
        let store = open().await;
        for value in [json!("text"), json!(null), json!([1]), json!(5)] {
            store_text(&store, "uiSet", value);
            assert_eq!(ui(&store), Ui::default());
        }
        let args = json!({ "id": "default", "value": { "kind": "Gone", "width": 9 } }).to_string();
        store.commit(EventInput::from_json("panelSet", &args).unwrap()).unwrap();
        assert_eq!(store.query(&store.document::<Panel>()).unwrap(), Panel::Closed { width: 9 });
        let args = json!({ "id": "default", "value": { "not": "a list" } }).to_string();
        store.commit(EventInput::from_json("recentSet", &args).unwrap()).unwrap();
        assert_eq!(store.query(&store.document::<Recent>()).unwrap(), Recent::default());
    }

    async fn cd_04_a_live_query_reads_the_same() {
        let store = open().await;
        let live = store.live(store.document::<Ui>()).unwrap();
        assert_eq!(*live.get().unwrap(), Ui::default());
        store_text(&store, "uiSet", json!({ "someText": 5, "count": 3 }));
        assert_eq!(*live.get().unwrap(), Ui { count: 3, ..Ui::default() });
    }

    async fn cd_05_an_optional_field_that_the_default_lacks_is_kept() {
        let store = open().await;
        store.commit(Ui::update().set(Ui::NOTE, Some("kept".to_owned()))).unwrap();
        store.commit(Ui::update().set(Ui::COUNT, 1)).unwrap();
        assert_eq!(ui(&store).note.as_deref(), Some("kept"));
        store.commit(Ui::update().set(Ui::NOTE, None::<String>)).unwrap();
        assert_eq!(ui(&store).note, None);
    }

    async fn cd_05_what_another_version_knows_survives_a_set() {
        let store = open().await;
        store_text(&store, "uiSet", json!({ "ofANewerVersion": 1 }));
        store.commit(Ui::set(&Ui::default())).unwrap();
        assert_eq!(stored(&store, "ui")["static"]["ofANewerVersion"], 1);
    }

    async fn cd_05_null_stays_null_where_it_is_a_value() {
        let store = open().await;
        store.commit(Kv::set_at("k", &Kv(json!(1)))).unwrap();
        store.commit(Kv::set_at("k", &Kv(json!(null)))).unwrap();
        assert_eq!(store.query(&Kv::get_at("k")).unwrap(), Kv(json!(null)));
    }

    async fn reading_a_document_writes_nothing() {
        let store = open().await;
        assert_eq!(ui(&store), Ui::default());
        let live = store.live(store.document::<Cursor>()).unwrap();
        assert_eq!(*live.get().unwrap(), Cursor::default());
        assert_eq!(store.head(), livestore_core::event::SeqNum::ROOT);
        assert_eq!(stored(&store, "ui").len() + stored(&store, "cursor").len(), 0);
    }

    async fn every_key_has_a_document_of_its_own() {
        let store = open().await;
        store.commit((Kv::set_at("a", &Kv(json!(1))), Kv::set_at("b", &Kv(json!(2))))).unwrap();
        let read = |key: &str| store.query(&Kv::get_at(key)).unwrap().0;
        assert_eq!((read("a"), read("b"), read("c")), (json!(1), json!(2), json!(null)));
    }

    async fn a_keyed_document_without_a_key_is_refused() {
        let store = open().await;
        let set = EventInput::from_json("kvSet", r#"{"value":1}"#).unwrap();
        let error = store.commit(set).unwrap_err().to_string();
        assert!(error.contains("kvSet") || error.contains("`kv`"), "{error}");
    }

    async fn every_session_has_a_document_of_its_own_and_they_share_the_others() {
        let memory = Memory::new();
        let (one, two) = (open_on(&memory).await, open_on(&memory).await);
        let line = |store: &Store| store.query(&store.document::<Cursor>()).unwrap().line;
        let receipt = one.commit((Cursor::set(&Cursor { line: 5 }), Ui::update().set(Ui::COUNT, 9))).unwrap();
        receipt.persisted().await.unwrap();
        two.commit(Cursor::update().set(Cursor::LINE, 6)).unwrap().persisted().await.unwrap();
        assert_eq!((line(&one), line(&two)), (5, 6));
        assert_eq!(ui(&two).count, 9);
    }

    async fn a_difference_names_the_fields_that_changed() {
        let before = Ui::default();
        let after = Ui { count: 1, note: Some("n".into()), ..before.clone() };
        let difference = |before: &Ui, after: &Ui| {
            DocumentSet::difference(None, before, after).map(|set| args(&set)["value"].clone())
        };
        assert_eq!(difference(&before, &after), Some(json!({ "count": 1, "note": "n" })));
        assert_eq!(difference(&before, &before), None);
        let whole = DocumentSet::difference(None, &Whole { a: 1, b: 2 }, &Whole { a: 1, b: 3 });
        assert_eq!(args(&whole.unwrap())["value"], json!({ "a": 1, "b": 3 }));
    }

    async fn a_value_without_a_json_form_is_an_error_of_the_commit() {
        #[derive(ClientDocument, Default, Serialize, Deserialize)]
        struct Odd(BTreeMap<(i64, i64), i64>);
        let schema = Schema::builder().document::<Odd>().build().unwrap();
        let store = Store::builder(schema).adapter(Memory::new()).open("odd").await.unwrap();
        let odd = Odd([((1, 2), 3)].into());
        assert!(store.commit(Odd::set(&odd)).unwrap_err().to_string().contains("oddSet"));
    }
}
