//! LiveStore for Leptos: live queries as signals.
//!
//! Open a store with [`StoreProvider`], get it with [`use_store`], follow queries with [`use_query`] and rows
//! with [`use_row`] and [`use_query_rows`], show lists with [`Rows`], keep the state of the interface with
//! [`use_client_document`], follow events with [`use_event_stream`], and tell how it goes with
//! [`use_sync_status`], [`use_network_status`] and [`use_store_status`]:
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

mod document;
mod events;
mod handle;
pub mod prelude;
mod provider;
mod query;
mod row;
mod rows;
mod status;

/// The same program as the leader, in the worker that the web adapter starts.
pub mod leader {
    pub use livestore_core::adapter::web::{run_if_worker, worker_script};
}

pub use document::{DocumentSetter, use_client_document, use_client_document_at};
pub use events::{
    EventStreamState, UseEventStreamOptions, UseEventStreamReturn, use_event_stream,
    use_event_stream_with_options,
};
pub use handle::{StoreHandle, try_use_store, try_use_store_by_id, use_store, use_store_by_id};
pub use livestore_core::store::{EventFilter, StreamedEvent};
pub use provider::{StoreProvider, SuspendingStoreProvider};
pub use query::{try_use_query, use_query, use_query_local};
pub use row::{QueryRows, use_query_rows, use_row};
pub use rows::Rows;
pub use status::{UseNetworkStatusReturn, use_network_status, use_store_status, use_sync_status};

/// The README's example, compiled with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
