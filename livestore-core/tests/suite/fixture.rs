//! The schema the tests share, and shorthands.

use futures::executor::block_on;
use livestore_core::prelude::*;

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCreated")]
pub(crate) struct TodoCreated {
    pub(crate) id: String,
    pub(crate) text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCompleted")]
pub(crate) struct TodoCompleted {
    pub(crate) id: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoRenamed")]
pub(crate) struct TodoRenamed {
    pub(crate) id: String,
    pub(crate) text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoDeleted")]
pub(crate) struct TodoDeleted {
    pub(crate) id: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodosCleared")]
pub(crate) struct TodosCleared {}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TagAdded")]
pub(crate) struct TagAdded {
    pub(crate) todo: String,
    pub(crate) label: String,
    pub(crate) weight: Option<f64>,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.DraftChanged", client_only)]
pub(crate) struct DraftChanged {
    pub(crate) text: String,
}

/// An event whose materializer fails in a way of the test's choosing.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.Trouble")]
pub(crate) struct Trouble {
    pub(crate) kind: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "todos")]
pub(crate) struct Todo {
    #[column(primary_key)]
    pub(crate) id: String,
    #[column(default = "")]
    pub(crate) text: String,
    #[column(default = false, index)]
    pub(crate) completed: bool,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "tags")]
pub(crate) struct Tag {
    #[column(primary_key)]
    pub(crate) todo: String,
    #[column(primary_key)]
    pub(crate) label: String,
    pub(crate) weight: Option<f64>,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "drafts")]
pub(crate) struct Draft {
    #[column(primary_key)]
    pub(crate) session_id: String,
    pub(crate) text: String,
}

/// A table that no schema of the tests declares.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "undeclared")]
pub(crate) struct Undeclared {
    #[column(primary_key)]
    pub(crate) id: String,
}

pub(crate) fn schema() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .table::<Tag>()
        .table::<Draft>()
        .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id).set(Todo::TEXT, &e.text))
        .on(|e: &TodoCompleted, _| {
            Todo::update()
                .set(Todo::COMPLETED, true)
                .filter(Todo::ID.eq(&e.id))
        })
        .on(|e: &TodoRenamed, _| {
            Todo::update()
                .set(Todo::TEXT, &e.text)
                .filter(Todo::ID.eq(&e.id))
        })
        .on(|e: &TodoDeleted, _| {
            (
                Todo::delete().filter(Todo::ID.eq(&e.id)),
                Tag::delete().filter(Tag::TODO.eq(&e.id)),
            )
        })
        .on(|_: &TodosCleared, _| (Todo::delete(), Tag::delete()))
        .on(|e: &TagAdded, _| {
            Tag::upsert()
                .set(Tag::TODO, &e.todo)
                .set(Tag::LABEL, &e.label)
                .set(Tag::WEIGHT, e.weight)
        })
        .on(|e: &DraftChanged, ctx| {
            Draft::upsert()
                .set(Draft::SESSION_ID, ctx.session_id())
                .set(Draft::TEXT, &e.text)
        })
        .on(|e: &Trouble, _| trouble(&e.kind))
        .build()
        .unwrap()
}

/// Writes a row, then fails.
fn trouble(
    kind: &str,
) -> Result<(livestore_core::query::Write, livestore_core::query::Write), String> {
    let row = Todo::insert().set(Todo::ID, "half-done").into();
    Ok((
        row,
        match kind {
            "constraint" => Todo::insert().set(Todo::ID, "half-done").into(),
            "undeclared" => Undeclared::insert().set(Undeclared::ID, "x").into(),
            "unparsable" => sql("INSERT INTO todos VALUES (").into(),
            "raw-undeclared" => sql("CREATE TABLE sneaky (id INTEGER PRIMARY KEY)").into(),
            "raw-system" => sql("UPDATE __livestore_state_head SET seq_global = 7").into(),
            "raw-commit" => sql("COMMIT").into(),
            "two-statements" => sql("DELETE FROM todos; DELETE FROM tags").into(),
            "wrong-kind" => sql("INSERT INTO todos (id, completed) VALUES ('a', 'maybe')").into(),
            "parameters" => sql("DELETE FROM todos WHERE id = ?1").into(),
            other => return Err(format!("refused: {other}")),
        },
    ))
}

pub(crate) const TROUBLES: &[&str] = &[
    "constraint",
    "undeclared",
    "unparsable",
    "raw-undeclared",
    "raw-system",
    "raw-commit",
    "two-statements",
    "wrong-kind",
    "parameters",
    "by returning an error",
];

pub(crate) fn open(memory: &Memory) -> Store {
    block_on(
        Store::builder(schema())
            .adapter(memory.clone())
            .open("test"),
    )
    .unwrap()
}

pub(crate) fn open_with(schema: Schema) -> Store {
    block_on(Store::builder(schema).adapter(Memory::new()).open("test")).unwrap()
}

pub(crate) fn store() -> Store {
    open(&Memory::new())
}

pub(crate) fn created(id: &str, text: &str) -> TodoCreated {
    TodoCreated {
        id: id.into(),
        text: text.into(),
    }
}

pub(crate) fn completed(id: &str) -> TodoCompleted {
    TodoCompleted { id: id.into() }
}

pub(crate) fn todo(id: &str, text: &str, completed: bool) -> Todo {
    Todo {
        id: id.into(),
        text: text.into(),
        completed,
    }
}

pub(crate) fn todos(store: &Store) -> Vec<Todo> {
    store
        .query(&Todo::query().order_by(Todo::ID.asc()))
        .unwrap()
}

/// Everything the state holds, as text.
pub(crate) fn dump(store: &Store) -> String {
    try_dump(store).unwrap()
}

pub(crate) fn try_dump(store: &Store) -> Result<String, livestore_core::query::QueryError> {
    let todos = store.query(&Todo::query().order_by(Todo::ID.asc()))?;
    let tags = store.query(
        &Tag::query()
            .order_by(Tag::TODO.asc())
            .order_by(Tag::LABEL.asc()),
    )?;
    let drafts = store.query(&Draft::query().order_by(Draft::SESSION_ID.asc()))?;
    Ok(format!("{todos:?} {tags:?} {drafts:?}"))
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end` (xorshift64*).
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % end
    }
}

/// Waits for what other threads bring about.
#[cfg(not(target_arch = "wasm32"))]
#[track_caller]
pub(crate) fn eventually(mut condition: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !condition() {
        assert!(
            std::time::Instant::now() < deadline,
            "it has not happened in 20 s"
        );
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
