//! The app that all clients run; `node/client.mjs` has the same.

use futures::executor::block_on;
use livestore_core::{adapter::WsBackend, prelude::*, sync::SyncOptions};

/// A todo was made.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCreated")]
pub struct TodoCreated {
    /// Its id.
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// How much it weighs; JavaScript writes a missing one as no key at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// A todo was done.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCompleted")]
pub struct TodoCompleted {
    /// Its id.
    pub id: String,
}

/// A todo.
#[derive(Table, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[table(name = "todos")]
pub struct Todo {
    /// Its id.
    #[column(primary_key)]
    pub id: String,
    /// What is to be done.
    #[column(default = "")]
    pub text: String,
    /// How much it weighs.
    pub weight: Option<f64>,
    /// Whether it is done.
    #[column(default = false)]
    pub completed: bool,
}

/// Returns the app's schema.
pub fn schema() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| {
            Todo::insert()
                .set(Todo::ID, &e.id)
                .set(Todo::TEXT, &e.text)
                .set(Todo::WEIGHT, e.weight)
        })
        .on(|e: &TodoCompleted, _| {
            Todo::update()
                .set(Todo::COMPLETED, true)
                .filter(Todo::ID.eq(&e.id))
        })
        .build()
        .expect("the schema is valid")
}

/// Returns the event that makes a todo.
pub fn created(id: impl Into<String>) -> TodoCreated {
    let id = id.into();
    TodoCreated {
        text: format!("text of {id}"),
        id,
        weight: None,
    }
}

/// Opens a store of a new client of ours.
///
/// # Panics
/// When it cannot be opened.
pub fn client(backend: WsBackend, store: &str) -> Store {
    // A network that died without a word is found out soon.
    let options = SyncOptions::default()
        .timeout(std::time::Duration::from_secs(4))
        .ping_interval(std::time::Duration::from_secs(1));
    let builder = Store::builder(schema()).adapter(Memory::new());
    block_on(builder.sync(backend).sync_options(options).open(store)).expect("the store opens")
}

/// Returns all todos by id.
///
/// # Panics
/// When the store is closed.
pub fn todos(store: &Store) -> Vec<Todo> {
    store
        .query(&Todo::query().order_by(Todo::ID.asc()))
        .expect("the store is open")
}
