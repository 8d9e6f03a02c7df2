//! LiveStore for Leptos: live queries as signals.
//!
//! Open a store with [`StoreProvider`], get it with [`use_store`], follow queries with [`use_query`],
//! show lists with [`Rows`]:
//!
//! ```
//! use leptos::prelude::*;
//! use livestore_leptos::prelude::*;
//!
//! #[derive(Event, Clone, Debug, Serialize, Deserialize)]
//! #[event(name = "v1.TodoCreated")]
//! struct TodoCreated { id: String, text: String }
//!
//! #[derive(Table, Clone, Debug, PartialEq)]
//! #[table(name = "todos")]
//! struct Todo { #[column(primary_key)] id: String, text: String }
//!
//! fn schema() -> Schema {
//!     Schema::builder()
//!         .table::<Todo>()
//!         .on(|e: &TodoCreated, _| Todo::insert().set(Todo::ID, &e.id).set(Todo::TEXT, &e.text))
//!         .build()
//!         .expect("the schema is valid")
//! }
//!
//! #[component]
//! fn App() -> impl IntoView {
//!     view! {
//!         <StoreProvider store_id="my-app" schema=schema adapter=Memory::new()
//!                        fallback=|status| view! { <p>{move || status.get().to_string()}</p> }>
//!             <Todos/>
//!         </StoreProvider>
//!     }
//! }
//!
//! #[component]
//! fn Todos() -> impl IntoView {
//!     let store = use_store();
//!     let todos = use_query(|| Todo::query().order_by(Todo::ID.asc()));
//!     let add = move |_| { store.commit(TodoCreated { id: new_id(), text: "New todo".into() }); };
//!     view! {
//!         <button on:click=add>"Add"</button>
//!         <ul>
//!             <Rows each=todos key=|todo: &Todo| todo.id.clone() let:todo>
//!                 <li>{move || todo.get().text}</li>
//!             </Rows>
//!         </ul>
//!     }
//! }
//! ```
//!
//! What is not here: the engine (`livestore-core`), and signals of the engine's own; laziness,
//! batching and ownership are Leptos's.

mod handle;
pub mod prelude;
mod provider;
mod query;
mod rows;
mod status;

/// The same program as the leader, in the worker that the web adapter starts.
pub mod leader {
    pub use livestore_core::adapter::web::{run_if_worker, worker_script};
}

pub use handle::{StoreHandle, try_use_store, use_store};
pub use provider::StoreProvider;
pub use query::{try_use_query, use_query};
pub use rows::Rows;
pub use status::{use_store_status, use_sync_status};

/// The README's example, compiled with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
