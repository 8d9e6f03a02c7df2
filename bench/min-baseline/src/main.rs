//! The smallest todo app in Leptos alone: a form and a list, held in signals.
//!
//! The floor of `min-app`, which shows the same page from a store.

use leptos::{ev::SubmitEvent, html, mount::mount_to_body, prelude::*};

#[derive(Clone)]
struct Todo {
    id: u64,
    text: String,
    completed: ArcRwSignal<bool>,
}

fn main() {
    mount_to_body(|| view! { <Todos /> });
}

#[component]
fn Todos() -> impl IntoView {
    let todos = RwSignal::new(Vec::<Todo>::new());
    let next = StoredValue::new(0);
    let input = NodeRef::<html::Input>::new();
    let add = move |ev: SubmitEvent| {
        ev.prevent_default();
        if let Some(input) = input.get_untracked() {
            let todo = Todo {
                id: next.get_value(),
                text: input.value(),
                completed: ArcRwSignal::new(false),
            };
            next.set_value(todo.id + 1);
            todos.update(|todos| todos.push(todo));
            input.set_value("");
        }
    };
    view! {
        <form on:submit=add>
            <input node_ref=input />
            <button>"Add"</button>
        </form>
        <ul>
            <For each=move || todos.get() key=|todo| todo.id let:todo>
                <Item todo todos />
            </For>
        </ul>
    }
}

#[component]
fn Item(todo: Todo, todos: RwSignal<Vec<Todo>>) -> impl IntoView {
    let Todo {
        id,
        text,
        completed,
    } = todo;
    let complete = completed.clone();
    view! {
        <li>
            <input type="checkbox" prop:checked=move || completed.get() on:change=move |_| complete.set(true) />
            {text}
            <button on:click=move |_| todos.update(|todos| todos.retain(|todo| todo.id != id))>"Delete"</button>
        </li>
    }
}
