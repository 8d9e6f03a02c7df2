//! Committing events, and failing to.

use std::sync::{Arc, Mutex};

use livestore_core::{event::EventScope, prelude::*};

use crate::{
    fixture::{
        DraftChanged, TROUBLES, TagAdded, Todo, TodoCreated, TodoDeleted, TodosCleared, Trouble,
        completed, created, dump, open, open_with, store, todo, todos,
    },
    testing::test,
};

#[test]
fn a_committed_event_is_in_the_state_when_commit_returns() {
    let store = store();
    store.commit(created("a", "Buy milk")).unwrap();
    assert_eq!(todos(&store), [todo("a", "Buy milk", false)]);
    store.commit(completed("a")).unwrap();
    assert_eq!(todos(&store), [todo("a", "Buy milk", true)]);
    store.commit(TodoDeleted { id: "a".into() }).unwrap();
    assert_eq!(todos(&store), []);
}

#[test]
fn events_of_any_mix_are_one_commit() {
    let memory = Memory::new();
    let store = open(&memory);
    store
        .commit((
            created("a", "1"),
            completed("a"),
            vec![created("b", "2"), created("c", "3")],
        ))
        .unwrap();
    store
        .commit([created("d", "4"), created("e", "5")])
        .unwrap();
    store
        .commit((None::<TodosCleared>, Some(completed("e"))))
        .unwrap();
    store.commit(Vec::<TodoCreated>::new()).unwrap();
    assert_eq!(todos(&store).len(), 5);
    let names: Vec<_> = memory
        .events("test")
        .iter()
        .map(|event| event.name.to_string())
        .collect();
    assert_eq!(names.len(), 7);
    assert_eq!(names[1], "v1.TodoCompleted");
}

#[test]
fn events_are_numbered_and_attributed_in_the_log() {
    let memory = Memory::new();
    let store = open(&memory);
    store
        .commit((
            created("a", ""),
            DraftChanged { text: "x".into() },
            DraftChanged { text: "y".into() },
        ))
        .unwrap();
    store.commit(completed("a")).unwrap();
    let events = memory.events("test");
    let numbers: Vec<_> = events
        .iter()
        .map(|event| format!("{}<-{}", event.seq, event.parent))
        .collect();
    assert_eq!(numbers, ["e1<-e0", "e1.1<-e1", "e1.2<-e1.1", "e2<-e1"]);
    assert_eq!(store.head(), events[3].seq);
    assert!(
        events
            .iter()
            .all(|event| event.session_id == *store.session_id())
    );
    assert!(
        events
            .iter()
            .all(|event| event.client_id == *store.client_id())
    );
    assert_eq!(events[0].args.as_str(), r#"{"id":"a","text":""}"#);
    assert_eq!(DraftChanged::SCOPE, EventScope::ClientOnly);
}

#[test]
fn a_materializer_may_answer_with_nothing() {
    let store = store();
    store.commit(TodosCleared {}).unwrap();
    assert_eq!(store.head().to_string(), "e1");
}

#[test]
fn an_upsert_inserts_and_then_updates_what_was_set() {
    let store = store();
    let tag = |weight| TagAdded {
        todo: "a".into(),
        label: "x".into(),
        weight,
    };
    store.commit((tag(None), tag(Some(1.5)))).unwrap();
    assert!(dump(&store).contains(r#"[Tag { todo: "a", label: "x", weight: Some(1.5) }]"#));
    store
        .commit((
            DraftChanged { text: "one".into() },
            DraftChanged { text: "two".into() },
        ))
        .unwrap();
    assert!(dump(&store).contains(r#"text: "two""#));
}

/// Commits `events`, which must fail, and checks that it left no trace.
fn assert_refused_without_a_trace(events: impl IntoEvents, expected: &str) {
    let memory = Memory::new();
    let store = open(&memory);
    store
        .commit((
            created("kept", "kept"),
            DraftChanged {
                text: "kept".into(),
            },
        ))
        .unwrap();
    let heard = Arc::new(Mutex::new(0));
    let count = Arc::clone(&heard);
    let _subscription = store
        .subscribe(Todo::query(), move |_| *count.lock().unwrap() += 1)
        .unwrap();
    let before = (
        dump(&store),
        memory.events("test"),
        store.head(),
        store.pending_count(),
    );

    let error = store.commit(events).unwrap_err().to_string();

    assert!(
        error.contains(expected),
        "`{error}` does not contain `{expected}`"
    );
    assert_eq!(*heard.lock().unwrap(), 1, "{error}");
    assert_eq!(
        before,
        (
            dump(&store),
            memory.events("test"),
            store.head(),
            store.pending_count()
        ),
        "{error}"
    );
    // The store goes on as if nothing had been tried.
    store.commit(created("later", "later")).unwrap();
    assert_eq!(*heard.lock().unwrap(), 2);
    assert_eq!(memory.events("test").len(), 3);
}

#[test]
fn when_the_second_of_three_events_fails_nothing_has_happened() {
    for kind in TROUBLES {
        let trouble = Trouble {
            kind: (*kind).into(),
        };
        assert_refused_without_a_trace((created("a", ""), trouble, created("b", "")), "v1.Trouble");
    }
}

#[test]
fn a_single_event_that_fails_leaves_no_trace() {
    for kind in TROUBLES {
        assert_refused_without_a_trace(
            Trouble {
                kind: (*kind).into(),
            },
            "v1.Trouble",
        );
    }
}

#[test]
fn arguments_that_do_not_decode_are_refused_with_the_events_name() {
    let broken = EventInput::from_json("v1.TodoCreated", r#"{"id":1}"#).unwrap();
    assert_refused_without_a_trace(
        (created("a", ""), broken, created("b", "")),
        "v1.TodoCreated",
    );
    assert!(EventInput::from_json("v1.TodoCreated", "{").is_err());
}

#[test]
fn an_event_the_schema_does_not_know_is_refused_by_name() {
    let unknown = EventInput::from_json("v9.Unheard", "{}").unwrap();
    assert_refused_without_a_trace(
        (created("a", ""), unknown),
        "the schema has no event `v9.Unheard`",
    );
}

#[test]
fn a_number_json_cannot_hold_is_refused_instead_of_becoming_null() {
    #[derive(Event, Serialize, Deserialize)]
    #[event(name = "v1.Measured")]
    struct Measured {
        value: f64,
    }
    let schema = Schema::builder().on(|_: &Measured, _| ()).build().unwrap();
    let store = open_with(schema);
    store.commit(Measured { value: 1.0 }).unwrap();
    let error = store
        .commit(Measured { value: f64::NAN })
        .unwrap_err()
        .to_string();
    assert!(error.contains("v1.Measured"), "{error}");
}

/// MAT-01, MAT-03.
#[test]
fn a_materializer_reads_the_state_before_its_event_and_knows_who_committed_it() {
    #[derive(Table, Clone, Debug, PartialEq)]
    #[table(name = "seen")]
    struct Seen {
        #[column(primary_key)]
        id: String,
        before: String,
        by: String,
    }
    let schema = Schema::builder()
        .table::<Seen>()
        .on(|e: &TodoCreated, ctx| {
            let before = ctx.query(&Seen::query().order_by(Seen::ID.asc()).select(Seen::ID))?;
            let by = format!("{} {}", ctx.client_id(), ctx.seq());
            Ok::<_, livestore_core::query::QueryError>(Seen::insert().row(&Seen {
                id: e.id.clone(),
                before: before.join(","),
                by,
            }))
        })
        .build()
        .unwrap();
    let store = open_with(schema);
    store.commit((created("a", ""), created("b", ""))).unwrap();
    store.commit(created("c", "")).unwrap();
    let rows = store
        .query(&Seen::query().order_by(Seen::ID.asc()))
        .unwrap();
    let before: Vec<_> = rows.iter().map(|row| row.before.as_str()).collect();
    assert_eq!(before, ["", "a", "a,b"]);
    assert_eq!(rows[2].by, format!("{} e3", store.client_id()));
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn a_panicking_materializer_leaves_no_trace_and_a_working_store() {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    let schema = Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| {
            assert_ne!(e.id, "panic");
            Todo::insert().set(Todo::ID, &e.id)
        })
        .build()
        .unwrap();
    let store = open_with(schema);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.commit((created("a", ""), created("panic", "")))
    }));
    assert!(panicked.is_err());
    assert_eq!(todos(&store), []);
    store.commit(created("b", "")).unwrap();
    assert_eq!(store.head().to_string(), "e1");
}
