//! What the scenarios store: todos and issues, as upstream LiveStore's own benchmarks have them.

mod next;

use livestore_core::{prelude::*, schema::SchemaBuilder};

pub use next::{TodoWithNote, next_schema};

/// A todo.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "todos")]
pub struct Todo {
    /// `todo-` and six digits.
    #[column(primary_key)]
    pub id: String,
    /// What is to be done.
    pub text: String,
    /// Whether it is done.
    #[column(default = false)]
    pub completed: bool,
}

/// An issue.
#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "issues")]
pub(crate) struct Issue {
    #[column(primary_key)]
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) status: String,
    pub(crate) priority: i64,
    pub(crate) creator: String,
    #[column(index)]
    pub(crate) created: i64,
    pub(crate) modified: i64,
    #[column(index)]
    pub(crate) kanbanorder: String,
}

/// A todo was added.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCreated")]
pub struct TodoCreated {
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
}

/// A todo was done.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCompleted")]
pub struct TodoCompleted {
    /// Its id.
    pub id: String,
}

/// A todo was removed.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoDeleted")]
pub struct TodoDeleted {
    /// Its id.
    pub id: String,
}

/// Many todos were added in one event.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodosBulkCreated")]
pub struct TodosBulkCreated {
    /// The todos.
    pub items: Vec<TodoCreated>,
}

/// All todos were removed.
#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodosCleared")]
pub struct TodosCleared {}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.IssueCreated")]
pub(crate) struct IssueCreated {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) status: String,
    pub(crate) priority: i64,
    pub(crate) creator: String,
    pub(crate) created: i64,
    pub(crate) modified: i64,
    pub(crate) kanbanorder: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.IssueStatusUpdated")]
pub(crate) struct IssueStatusUpdated {
    pub(crate) id: i64,
    pub(crate) status: String,
    pub(crate) modified: i64,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.IssueDeleted")]
pub(crate) struct IssueDeleted {
    pub(crate) id: i64,
}

/// Returns the tables, the events, and what each event writes.
pub fn schema() -> Schema {
    with_issues(Schema::builder().table::<Todo>())
        .on(|e: &TodoCreated, _| insert_todo(e))
        .on(|e: &TodoCompleted, _| {
            Todo::update()
                .set(Todo::COMPLETED, true)
                .filter(Todo::ID.eq(&e.id))
        })
        .on(|e: &TodoDeleted, _| Todo::delete().filter(Todo::ID.eq(&e.id)))
        .on(|e: &TodosBulkCreated, _| e.items.iter().map(insert_todo).collect::<Vec<_>>())
        .on(|_: &TodosCleared, _| Todo::delete())
        .build()
        .expect("the schema is valid")
}

/// Adds what has to do with issues.
pub(crate) fn with_issues(schema: SchemaBuilder) -> SchemaBuilder {
    schema
        .table::<Issue>()
        .on(|e: &IssueCreated, _| insert_issue(e))
        .on(|e: &IssueStatusUpdated, _| {
            Issue::update()
                .set(Issue::STATUS, &e.status)
                .set(Issue::MODIFIED, e.modified)
                .filter(Issue::ID.eq(e.id))
        })
        .on(|e: &IssueDeleted, _| Issue::delete().filter(Issue::ID.eq(e.id)))
}

fn insert_todo(e: &TodoCreated) -> livestore_core::query::Insert<Todo> {
    Todo::insert().set(Todo::ID, &e.id).set(Todo::TEXT, &e.text)
}

fn insert_issue(e: &IssueCreated) -> livestore_core::query::Insert<Issue> {
    Issue::insert()
        .set(Issue::ID, e.id)
        .set(Issue::TITLE, &e.title)
        .set(Issue::STATUS, &e.status)
        .set(Issue::PRIORITY, e.priority)
        .set(Issue::CREATOR, &e.creator)
        .set(Issue::CREATED, e.created)
        .set(Issue::MODIFIED, e.modified)
        .set(Issue::KANBANORDER, &e.kanbanorder)
}
