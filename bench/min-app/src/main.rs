//! The smallest todo app on a store: a form and a list; three events, one table.
//!
//! The store is kept in the browser; with the feature `memory` it is in memory. `min-baseline` is the same page without a
//! store.

use leptos::{ev::SubmitEvent, html, mount::mount_to_body, prelude::*};
use livestore_leptos::prelude::*;

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "todos")]
struct Todo {
    #[column(primary_key)]
    id: String,
    text: String,
    #[column(default = false)]
    completed: bool,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCreated")]
struct TodoCreated {
    id: String,
    text: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoCompleted")]
struct TodoCompleted {
    id: String,
}

#[derive(Event, Clone, Debug, Serialize, Deserialize)]
#[event(name = "v1.TodoDeleted")]
struct TodoDeleted {
    id: String,
}

fn schema() -> Schema {
    Schema::builder()
        .table::<Todo>()
        .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id).set(Todo::TEXT, &e.text))
        .on(|e: &TodoCompleted, _| {
            Todo::update()
                .set(Todo::COMPLETED, true)
                .filter(Todo::ID.eq(&e.id))
        })
        .on(|e: &TodoDeleted, _| Todo::delete().filter(Todo::ID.eq(&e.id)))
        .build()
        .expect("the schema is valid")
}

#[cfg(feature = "memory")]
fn adapter() -> Memory {
    Memory::new()
}

#[cfg(not(feature = "memory"))]
fn adapter() -> WebAdapter {
    WebAdapter::persisted()
}

fn main() {
    #[cfg(not(feature = "memory"))]
    if livestore_leptos::leader::run_if_worker(schema) {
        return;
    }
    mount_to_body(|| {
        view! {
            <StoreProvider store_id="min" schema=schema adapter=adapter() fallback=|_| ()>
                <Todos />
            </StoreProvider>
        }
    });
}

#[component]
fn Todos() -> impl IntoView {
    let store = use_store();
    let todos = use_query(|| Todo::query().order_by(Todo::ID.asc()));
    let input = NodeRef::<html::Input>::new();
    let add = move |ev: SubmitEvent| {
        ev.prevent_default();
        if let Some(input) = input.get_untracked() {
            store.commit(TodoCreated {
                id: new_id(),
                text: input.value(),
            });
            input.set_value("");
        }
    };
    view! {
        <form on:submit=add>
            <input node_ref=input />
            <button>"Add"</button>
        </form>
        <ul>
            <Rows each=todos key=|todo: &Todo| todo.id.clone() let:todo>
                <Item todo />
            </Rows>
        </ul>
    }
}

#[component]
fn Item(todo: Signal<Todo>) -> impl IntoView {
    let store = use_store();
    let id = move || todo.with_untracked(|todo| todo.id.clone());
    view! {
        <li>
            <input
                type="checkbox"
                prop:checked=move || todo.with(|todo| todo.completed)
                on:change=move |_| {
                    store.commit(TodoCompleted { id: id() });
                }
            />
            {move || todo.with(|todo| todo.text.clone())}
            <button on:click=move |_| {
                store.commit(TodoDeleted { id: id() });
            }>"Delete"</button>
        </li>
    }
}
