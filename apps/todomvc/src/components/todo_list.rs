//! The list of todos, and the checkbox that completes them all.

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use super::todo_item::TodoItem;
use crate::{
    schema::{Todo, TodoCompleted, TodoUncompleted},
    ui_state::use_filter,
};

/// The todos the filter lets through.
#[component]
pub fn TodoList() -> impl IntoView {
    let filter = use_filter();
    let todos = use_query(move || filter.get().todos());

    view! {
        <section class="main">
            <ToggleAll />
            <ul class="todo-list">
                <Rows each=todos key=|todo: &Todo| todo.id.clone() let:todo>
                    <TodoItem todo />
                </Rows>
            </ul>
        </section>
    }
}

/// Completes every todo, or none if all are complete, whatever the filter shows.
#[component]
fn ToggleAll() -> impl IntoView {
    let store = use_store();
    let active = use_query(|| {
        Todo::query()
            .filter(Todo::COMPLETED.eq(false))
            .select(Todo::ID)
    });
    let completed = use_query(|| {
        Todo::query()
            .filter(Todo::COMPLETED.eq(true))
            .select(Todo::ID)
    });
    let all_completed = move || active.read().is_empty();

    // An event per todo rather than one "all completed": a todo that someone else adds at the same
    // time is not touched. The events of one commit apply together or not at all.
    let toggle = move |_| {
        if active.read_untracked().is_empty() {
            let ids = completed.get_untracked().into_iter();
            store.commit(ids.map(|id| TodoUncompleted { id }).collect::<Vec<_>>());
        } else {
            let ids = active.get_untracked().into_iter();
            store.commit(ids.map(|id| TodoCompleted { id }).collect::<Vec<_>>());
        }
    };

    view! {
        <input
            id="toggle-all"
            class="toggle-all"
            type="checkbox"
            prop:checked=all_completed
            on:change=toggle
        />
        <label for="toggle-all">"Mark all as complete"</label>
    }
}
