//! The page: a title, the field for new todos and, once there are any, the list and its footer.

use leptos::prelude::*;
use leptos_router::components::Router;
use livestore_leptos::prelude::*;

use crate::{
    components::{Footer, NewTodo, Notice, SyncState, TodoList},
    schema::Todo,
    ui_state::follow_address_bar,
};

/// The whole app; wants a `StoreProvider` around it.
#[component]
pub fn App() -> impl IntoView {
    view! {
        <Router>
            <Page />
        </Router>
    }
}

#[component]
fn Page() -> impl IntoView {
    follow_address_bar();
    let any = use_query(|| Todo::query().exists());

    view! {
        <main>
            <section class="todoapp">
                <header class="header">
                    <h1>"todos"</h1>
                    <NewTodo />
                </header>
                <Notice />
                <Show when=move || any.get()>
                    <TodoList />
                    <Footer />
                </Show>
            </section>
        </main>
        <footer class="info">
            <SyncState />
            <p>"Share the list by sharing this page's address."</p>
            <p id="edit-hint">"Double-click a todo to edit it, or press Enter on its checkbox."</p>
            <p>"Part of " <a href="https://todomvc.com">"TodoMVC"</a></p>
        </footer>
    }
}
