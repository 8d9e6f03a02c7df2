//! The derive macros of `livestore-core`: `Event` and `Table`.
//!
//! Here is only the reading of attributes and the writing of impls; what the traits mean is said in
//! `livestore-core`, which re-exports the macros beside the traits.

mod event;
mod table;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `livestore_core::event::Event`.
///
/// `#[event(name = "v1.TodoCreated")]` names the event; `#[event(name = "…", client_only)]` keeps it
/// on the client that commits it. The type also derives serde's `Serialize` and `Deserialize`.
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    event::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Implements `livestore_core::schema::Table` and makes a `Column` constant for every field.
///
/// On the struct: `#[table(name = "todos")]`; without it the table has the type's name in snake
/// case. On a field: `#[column(primary_key)]`, `#[column(default = expression)]`,
/// `#[column(index)]`, `#[column(unique)]`, `#[column(name = "…")]`, several with commas between.
#[proc_macro_derive(Table, attributes(table, column))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    table::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
