//! The field for new todos.

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use crate::{
    keyboard::pressed_key,
    schema::{NewTodoTextChanged, TodoCreated},
    ui_state::use_new_todo_text,
};

/// Keeps what is typed in the store and adds it as a todo on Enter.
#[component]
pub fn NewTodo() -> impl IntoView {
    let store = use_store();
    let text = use_new_todo_text();

    let add = move || {
        let text = text.get_untracked().trim().to_owned();
        if !text.is_empty() {
            // One commit: no view ever sees the todo in the list and still in the field.
            store.commit((
                TodoCreated { id: new_id(), text },
                NewTodoTextChanged {
                    text: String::new(),
                },
            ));
        }
    };

    view! {
        <input
            class="new-todo"
            placeholder="What needs to be done?"
            aria-label="What needs to be done?"
            autocomplete="off"
            enterkeyhint="done"
            autofocus
            prop:value=text
            on:input:target=move |ev| {
                store.commit(NewTodoTextChanged { text: ev.target().value() });
            }
            on:keydown=move |ev| {
                if pressed_key(&ev).as_deref() == Some("Enter") {
                    add();
                }
            }
        />
    }
}
