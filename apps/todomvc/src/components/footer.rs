//! What stands under the list: how much is left, the filters, and "Clear completed".

use leptos::prelude::*;
use livestore_leptos::prelude::*;

use crate::{
    filter::Filter,
    schema::{Todo, TodoDeleted},
    ui_state::use_filter,
};

/// The footer of the list.
#[component]
pub fn Footer() -> impl IntoView {
    view! {
        <footer class="footer">
            <ItemsLeft />
            <Filters />
            <ClearCompleted />
        </footer>
    }
}

#[component]
fn ItemsLeft() -> impl IntoView {
    let left = use_query(|| Todo::query().filter(Todo::COMPLETED.eq(false)).count());
    let noun = move || {
        if left.get() == 1 {
            " item left"
        } else {
            " items left"
        }
    };

    view! {
        <span class="todo-count" role="status">
            <strong>{left}</strong>
            {noun}
        </span>
    }
}

/// Links that change the address; the store follows, see `ui_state`.
#[component]
fn Filters() -> impl IntoView {
    let current = use_filter();
    let link = move |filter: Filter| {
        let selected = move || current.get() == filter;
        // A target makes the router leave the click to the browser. Its own handling of links within
        // the page keeps the old address when one goes back, forward and then follows a link.
        view! {
            <li>
                <a
                    href=filter.href()
                    target="_self"
                    class:selected=selected
                    aria-current=move || selected().then_some("true")
                >
                    {filter.label()}
                </a>
            </li>
        }
    };

    view! { <ul class="filters" aria-label="Filter">{Filter::EVERY.map(link)}</ul> }
}

/// The button, while there is something to clear.
#[component]
fn ClearCompleted() -> impl IntoView {
    let store = use_store();
    let completed = use_query(|| {
        Todo::query()
            .filter(Todo::COMPLETED.eq(true))
            .select(Todo::ID)
    });
    let clear = move |_| {
        let ids = completed.get_untracked().into_iter();
        store.commit(ids.map(|id| TodoDeleted { id }).collect::<Vec<_>>());
    };

    view! {
        <Show when=move || !completed.read().is_empty()>
            <button class="clear-completed" type="button" on:click=clear>"Clear completed"</button>
        </Show>
    }
}
