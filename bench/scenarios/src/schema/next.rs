//! The schema's next version: the same, and a column more. State of the one is no state of the other.

use livestore_core::{prelude::*, query::Insert};

use super::{TodoCompleted, TodoCreated, TodoDeleted, TodosBulkCreated, TodosCleared, with_issues};

/// A todo that can have a note.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "todos")]
pub struct TodoWithNote {
    /// `todo-` and six digits.
    #[column(primary_key)]
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// Whether it is done.
    #[column(default = false)]
    pub completed: bool,
    /// What else there is to say.
    pub note: Option<String>,
}

/// Returns the next version's tables, the same events, and what each event writes.
pub fn next_schema() -> Schema {
    with_issues(Schema::builder().table::<TodoWithNote>())
        .on(|e: &TodoCreated, _| insert(e))
        .on(|e: &TodoCompleted, _| {
            TodoWithNote::update()
                .set(TodoWithNote::COMPLETED, true)
                .filter(TodoWithNote::ID.eq(&e.id))
        })
        .on(|e: &TodoDeleted, _| TodoWithNote::delete().filter(TodoWithNote::ID.eq(&e.id)))
        .on(|e: &TodosBulkCreated, _| e.items.iter().map(insert).collect::<Vec<_>>())
        .on(|_: &TodosCleared, _| TodoWithNote::delete())
        .build()
        .expect("the schema is valid")
}

fn insert(e: &TodoCreated) -> Insert<TodoWithNote> {
    TodoWithNote::insert()
        .set(TodoWithNote::ID, &e.id)
        .set(TodoWithNote::TEXT, &e.text)
}
