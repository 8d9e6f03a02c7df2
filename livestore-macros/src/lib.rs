//! The derive macros of `livestore-core`: `Event`, `Table`, `FromRow`, `ColumnEnum` and
//! `ClientDocument`.
//!
//! Here is only the reading of attributes and the writing of impls; what the traits mean is said in
//! `livestore-core`, which re-exports the macros beside the traits.

mod column_enum;
mod document;
mod event;
mod field;
mod row;
mod table;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Implements `livestore_core::event::Event`.
///
/// `#[event(name = "v1.TodoCreated")]` names the event; `#[event(name = "…", client_only)]` keeps it
/// on the client that commits it. `deprecated = "…"` there, or in `#[event(…)]` on a field, says why it should
/// not be used any more; a field that serde renames is then given its name in JSON: `name = "…"`. The type also
/// derives serde's `Serialize` and `Deserialize`.
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    event::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Implements `livestore_core::schema::Table` and makes a `Column` constant for every field.
///
/// The trait's documentation lists the attributes.
#[proc_macro_derive(Table, attributes(table, column))]
pub fn derive_table(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    table::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Implements `livestore_core::query::FromRow`: a struct read from rows of raw SQL by column names.
///
/// `#[row(table = Todo)]` makes it a part of that table's rows, for `select_as`: the fields are then
/// those columns of the table that have their names. On a field: `#[column(name = "…")]`,
/// `#[column(json)]`, `#[column(as = Type)]`.
#[proc_macro_derive(FromRow, attributes(row, column))]
pub fn derive_from_row(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    row::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Implements `livestore_core::query::ColumnType` for an enum without fields.
///
/// It is stored as the name of the variant, spelled as serde spells it (`#[serde(rename_all = "…")]`,
/// `#[serde(rename = "…")]`) or as `#[column(rename_all = "…")]` and `#[column(rename = "…")]` say; with
/// `#[column(integer)]` as the variant's number.
#[proc_macro_derive(ColumnEnum, attributes(column))]
pub fn derive_column_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    column_enum::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Implements `livestore_core::schema::ClientDocument` and makes a `DocumentField` constant for every field.
///
/// The trait's documentation lists the attributes. The type also derives serde's `Serialize` and
/// `Deserialize`, and has a `Default`.
#[proc_macro_derive(ClientDocument, attributes(document))]
pub fn derive_client_document(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    document::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
