//! What the app stores: its tables, its events, and how an event changes the tables.
//!
//! Events are facts that happened and are kept for ever; the tables are what the views read and can
//! always be rebuilt from the events. Nothing here knows of views.

use livestore_core::prelude::*;

use crate::filter::Filter;

/// One thing to do.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "todos")]
pub struct Todo {
    /// Made by `new_id()`, so sorting by it gives the order of creation.
    #[column(primary_key)]
    pub id: String,
    pub text: String,
    #[column(default = false)]
    pub completed: bool,
}

/// What one browser tab is in the middle of; one row per session.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "ui_state")]
pub struct UiState {
    #[column(primary_key)]
    pub session_id: String,
    #[column(default = "")]
    pub new_todo_text: String,
    #[column(default = Filter::All)]
    pub filter: Filter,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCreated")]
pub struct TodoCreated {
    pub id: String,
    pub text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCompleted")]
pub struct TodoCompleted {
    pub id: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoUncompleted")]
pub struct TodoUncompleted {
    pub id: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoTextChanged")]
pub struct TodoTextChanged {
    pub id: String,
    pub text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoDeleted")]
pub struct TodoDeleted {
    pub id: String,
}

/// Client-only: a half-typed text is nobody else's business.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.NewTodoTextChanged", client_only)]
pub struct NewTodoTextChanged {
    pub text: String,
}

/// Client-only: every tab looks at the list in its own way.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.FilterChanged", client_only)]
pub struct FilterChanged {
    pub filter: Filter,
}

/// Declares the tables and, event by event, what each does to them.
pub fn schema() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .table::<UiState>()
        .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id).set(Todo::TEXT, &e.text))
        .on(|e: &TodoCompleted, _| {
            Todo::update()
                .set(Todo::COMPLETED, true)
                .filter(Todo::ID.eq(&e.id))
        })
        .on(|e: &TodoUncompleted, _| {
            Todo::update()
                .set(Todo::COMPLETED, false)
                .filter(Todo::ID.eq(&e.id))
        })
        .on(|e: &TodoTextChanged, _| {
            Todo::update()
                .set(Todo::TEXT, &e.text)
                .filter(Todo::ID.eq(&e.id))
        })
        .on(|e: &TodoDeleted, _| Todo::delete().filter(Todo::ID.eq(&e.id)))
        .on(|e: &NewTodoTextChanged, ctx| {
            UiState::upsert()
                .set(UiState::SESSION_ID, ctx.session_id())
                .set(UiState::NEW_TODO_TEXT, &e.text)
        })
        .on(|e: &FilterChanged, ctx| {
            UiState::upsert()
                .set(UiState::SESSION_ID, ctx.session_id())
                .set(UiState::FILTER, e.filter)
        })
        .build()
        .expect("the schema is valid")
}

#[cfg(test)]
mod tests;
