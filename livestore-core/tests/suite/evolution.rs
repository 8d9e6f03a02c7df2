//! Events of other versions of the app: old forms, deprecated ones, unknown ones.

use std::sync::{Arc, Mutex};

use futures::executor::block_on;
use livestore_core::{
    Error,
    event::{EventInput, SeqNum},
    prelude::*,
};

use crate::{fixture::open_with, testing::test};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "todos")]
struct Todo {
    #[column(primary_key)]
    id: String,
    title: String,
    priority: i64,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCreated", deprecated = "commit v3.TodoCreated")]
struct TodoCreatedV1 {
    id: String,
    text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v2.TodoCreated")]
struct TodoCreatedV2 {
    id: String,
    title: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v3.TodoCreated")]
struct TodoCreated {
    id: String,
    title: String,
    priority: i64,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoRenamed")]
struct TodoRenamed {
    id: String,
    title: String,
}

/// The first version of the app.
fn first() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreatedV1, _| {
            Todo::insert()
                .set(Todo::ID, &e.id)
                .set(Todo::TITLE, &e.text)
                .set(Todo::PRIORITY, 0)
        })
        .build()
        .unwrap()
}

/// Today's.
fn today() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| {
            Todo::insert()
                .set(Todo::ID, &e.id)
                .set(Todo::TITLE, &e.title)
                .set(Todo::PRIORITY, e.priority)
        })
        .check(|e: &TodoCreated, _| {
            Ok(match e.title.is_empty() {
                true => Verdict::reject("a todo needs a title"),
                false => Verdict::Keep,
            })
        })
        .upcast(|old: TodoCreatedV1| TodoCreatedV2 {
            id: old.id,
            title: old.text,
        })
        .upcast(|old: TodoCreatedV2| TodoCreated {
            id: old.id,
            title: old.title,
            priority: 5,
        })
        .on(|e: &TodoRenamed, _| {
            Todo::update()
                .set(Todo::TITLE, &e.title)
                .filter(Todo::ID.eq(&e.id))
        })
        .upcast_args::<TodoRenamed>(|mut args| {
            let fields = args.as_object_mut().ok_or("no object")?;
            if let Some(text) = fields.remove("text") {
                fields.entry("title").or_insert(text);
            }
            Ok(args)
        })
        .build()
        .unwrap()
}

fn open(memory: &Memory, schema: Schema) -> Result<Store, Error> {
    block_on(Store::builder(schema).adapter(memory.clone()).open("test"))
}

fn todos(store: &Store) -> Vec<(String, String, i64)> {
    let query =
        Todo::query()
            .order_by(Todo::ID.asc())
            .select((Todo::ID, Todo::TITLE, Todo::PRIORITY));
    store.query(&query).unwrap()
}

fn row(id: &str, title: &str, priority: i64) -> (String, String, i64) {
    (id.into(), title.into(), priority)
}

fn v1(id: &str, text: &str) -> TodoCreatedV1 {
    TodoCreatedV1 {
        id: id.into(),
        text: text.into(),
    }
}

fn raw(name: &'static str, args: &str) -> EventInput {
    EventInput::from_json(name, args).unwrap()
}

/// A log with an event that only the first version knows.
fn old_log() -> Memory {
    let memory = Memory::new();
    let store = open(&memory, first()).unwrap();
    store.commit(v1("a", "old")).unwrap();
    block_on(store.shutdown()).unwrap();
    memory
}

fn without_creation(policy: UnknownEvents) -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoRenamed, _| {
            Todo::update()
                .set(Todo::TITLE, &e.title)
                .filter(Todo::ID.eq(&e.id))
        })
        .unknown_events(policy)
        .build()
        .unwrap()
}

/// EVT-DQ1.
#[test]
fn an_event_of_the_past_is_materialized_as_the_event_of_today_that_it_stands_for() {
    let memory = old_log();
    let store = open(&memory, today()).unwrap();
    assert_eq!(todos(&store), [row("a", "old", 5)]);
    let v2 = TodoCreatedV2 {
        id: "b".into(),
        title: "newer".into(),
    };
    store.commit(v2).unwrap();
    assert_eq!(todos(&store)[1], row("b", "newer", 5));
    let names: Vec<_> = memory
        .events("test")
        .iter()
        .map(|e| e.name.to_string())
        .collect();
    assert_eq!(
        names,
        ["v1.TodoCreated", "v2.TodoCreated"],
        "the log keeps what was committed"
    );
}

#[test]
fn the_check_of_todays_event_is_asked_of_its_old_forms_too() {
    let store = open_with(today());
    let error = store.commit(v1("a", "")).unwrap_err();
    assert!(error.to_string().contains("needs a title"), "{error}");
    assert_eq!(todos(&store), []);
}

#[test]
fn arguments_of_an_older_form_are_brought_into_todays() {
    let store = open_with(today());
    store.commit(v1("a", "x")).unwrap();
    store
        .commit(raw("v1.TodoRenamed", r#"{"id":"a","text":"old form"}"#))
        .unwrap();
    assert_eq!(todos(&store), [row("a", "old form", 5)]);
    store
        .commit(raw("v1.TodoRenamed", r#"{"id":"a","title":"today's"}"#))
        .unwrap();
    assert_eq!(todos(&store), [row("a", "today's", 5)]);
    let error = store
        .commit(raw("v1.TodoRenamed", "[]"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("v1.TodoRenamed") && error.contains("no object"),
        "{error}"
    );
}

#[test]
fn upcasts_that_lead_nowhere_or_in_a_circle_are_schema_errors() {
    let nowhere = Schema::builder()
        .upcast(|old: TodoCreatedV1| TodoCreatedV2 {
            id: old.id,
            title: old.text,
        })
        .build();
    assert!(matches!(nowhere, Err(SchemaError::Upcast { event, .. }) if event == "v1.TodoCreated"));
    let circle = Schema::builder()
        .upcast(|old: TodoCreatedV1| TodoCreatedV2 {
            id: old.id,
            title: old.text,
        })
        .upcast(|old: TodoCreatedV2| TodoCreatedV1 {
            id: old.id,
            text: old.title,
        })
        .build();
    assert!(matches!(circle, Err(SchemaError::Upcast { .. })));
    let undeclared = Schema::builder().upcast_args::<TodoRenamed>(Ok).build();
    assert!(matches!(
        undeclared,
        Err(SchemaError::UpcastWithoutEvent { .. })
    ));
    let twice = Schema::builder()
        .on(|_: &TodoRenamed, _| ())
        .upcast_args::<TodoRenamed>(Ok)
        .upcast_args::<TodoRenamed>(Ok)
        .build();
    assert!(matches!(twice, Err(SchemaError::DuplicateUpcast { .. })));
}

/// UNK-01, UNK-02, UNK-06: the event stays in the log, the head moves over it, and a version that knows it has it.
#[test]
fn unk_01_an_unknown_event_stays_in_the_log_and_the_head_moves_over_it() {
    for policy in [UnknownEvents::Warn, UnknownEvents::Ignore] {
        let memory = old_log();
        let store = open(&memory, without_creation(policy)).unwrap();
        assert_eq!((todos(&store), store.head()), (vec![], SeqNum::synced(1)));
        assert_eq!(store.sync_status().skipped, 0, "it did not fail");
        store
            .commit(TodoRenamed {
                id: "a".into(),
                title: "b".into(),
            })
            .unwrap();
        assert_eq!(store.head(), SeqNum::synced(2));
        block_on(store.shutdown()).unwrap();
        assert_eq!(memory.events("test").len(), 2);
        let store = open(&memory, today()).unwrap();
        assert_eq!(todos(&store), [row("a", "b", 5)]);
    }
}

/// UNK-03.
#[test]
fn unk_03_a_store_that_fails_at_unknown_events_is_not_opened() {
    let memory = old_log();
    let error = open(&memory, without_creation(UnknownEvents::Fail)).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, Error::Boot { .. }), "{text}");
    assert!(text.contains("v1.TodoCreated"), "{text}");
    assert_eq!(memory.events("test").len(), 1);
    open(&memory, today()).unwrap();
}

/// UNK-04.
#[test]
fn unk_04_a_listener_is_called_once_with_an_unknown_event() {
    let memory = old_log();
    let met: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = Arc::clone(&met);
    let policy = UnknownEvents::call(move |event| {
        note.lock()
            .unwrap()
            .push(format!("{} {}", event.seq, event.name));
    });
    let store = open(&memory, without_creation(policy)).unwrap();
    store
        .commit(TodoRenamed {
            id: "a".into(),
            title: "b".into(),
        })
        .unwrap();
    assert_eq!(*met.lock().unwrap(), ["e1 v1.TodoCreated"]);
}

/// UNK-05: an event without a materializer is one whose materializer writes nothing.
#[test]
fn unk_05_an_event_may_write_nothing() {
    let schema = Schema::builder()
        .on(|_: &TodoRenamed, _| ())
        .build()
        .unwrap();
    let store = open_with(schema);
    store
        .commit(TodoRenamed {
            id: "a".into(),
            title: "b".into(),
        })
        .unwrap();
    assert_eq!(store.head(), SeqNum::synced(1));
}

#[test]
fn an_event_that_is_not_declared_is_not_committed_whatever_the_policy() {
    let store = open_with(without_creation(UnknownEvents::Ignore));
    assert!(matches!(
        store.commit(v1("a", "x")),
        Err(Error::UnknownEvent { .. })
    ));
}
