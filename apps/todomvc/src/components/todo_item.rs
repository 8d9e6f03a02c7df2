//! One row of the list.

use leptos::{ev::KeyboardEvent, html, prelude::*};
use livestore_leptos::prelude::*;

use super::todo_edit::TodoEdit;
use crate::{
    keyboard::{focus_beside, keep_focus_in, pressed_key},
    schema::{Todo, TodoCompleted, TodoDeleted, TodoTextChanged, TodoUncompleted},
};

/// A todo: its checkbox, its text and its delete button, or the field that edits it.
#[component]
pub fn TodoItem(todo: Signal<Todo>) -> impl IntoView {
    let store = use_store();
    let row = NodeRef::<html::Li>::new();
    // Nobody else needs it and a reload may forget it: a signal will do, it need not be in the store.
    let editing = RwSignal::new(false);

    let id = move || todo.with_untracked(|todo| todo.id.clone());
    let text = move || todo.with(|todo| todo.text.clone());
    let completed = move || todo.with(|todo| todo.completed);

    let toggle = move |_| {
        if todo.with_untracked(|todo| todo.completed) {
            store.commit(TodoUncompleted { id: id() });
        } else {
            store.commit(TodoCompleted { id: id() });
        }
    };

    let delete = move || {
        if let Some(row) = row.get_untracked() {
            focus_beside(&row);
        }
        store.commit(TodoDeleted { id: id() });
    };

    let edit_on_key = move |ev: KeyboardEvent| {
        if matches!(pressed_key(&ev).as_deref(), Some("Enter" | "F2")) {
            editing.set(true);
        }
    };

    let finish_edit = move |text: Option<String>| {
        if let Some(row) = row.get_untracked() {
            keep_focus_in(&row);
        }
        editing.set(false);
        match text.as_deref().map(str::trim) {
            Some("") => delete(),
            Some(text) if todo.with_untracked(|todo| todo.text != text) => {
                store.commit(TodoTextChanged {
                    id: id(),
                    text: text.to_owned(),
                });
            }
            _ => {}
        }
    };

    view! {
        <li node_ref=row class:completed=completed class:editing=editing>
            <div class="view">
                <input
                    class="toggle"
                    type="checkbox"
                    aria-label=text
                    aria-describedby="edit-hint"
                    prop:checked=completed
                    on:change=toggle
                    on:keydown=edit_on_key
                />
                <label on:dblclick=move |_| editing.set(true)>{text}</label>
                <button
                    class="destroy"
                    type="button"
                    aria-label=move || format!("Delete {}", text())
                    on:click=move |_| delete()
                ></button>
            </div>
            <Show when=move || editing.get()>
                <TodoEdit text=todo.with_untracked(|todo| todo.text.clone()) on_done=finish_edit />
            </Show>
        </li>
    }
}
