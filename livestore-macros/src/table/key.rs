//! The impl of `TableKey`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Index;

use crate::field::Column;

/// The key is the type of its only column, or a tuple of its columns' types.
pub(super) fn key_impl(ident: &Ident, columns: &[Column<'_>]) -> TokenStream {
    let key: Vec<_> = columns.iter().filter(|column| column.primary_key).collect();
    let types = key.iter().map(|column| column.ty);
    let reads = key
        .iter()
        .enumerate()
        .map(|(place, column)| column.read(&quote!(#place)));
    let (ty, read, values) = match key.as_slice() {
        [only] => (
            quote!(#(#types)*),
            quote!(#(#reads)*),
            vec![only.encode(&quote!(key))],
        ),
        several => {
            let values = several.iter().enumerate().map(|(place, column)| {
                let place = Index::from(place);
                column.encode(&quote!(&key.#place))
            });
            (
                quote!((#(#types),*)),
                quote!((#(#reads),*)),
                values.collect(),
            )
        }
    };
    quote! {
        impl ::livestore_core::query::TableKey for #ident {
            type Key = #ty;

            fn key_values(key: &Self::Key) -> ::std::vec::Vec<::livestore_core::query::Value> {
                ::std::vec![#(#values),*]
            }

            fn read_key(
                row: &::livestore_core::query::Row<'_>,
            ) -> ::core::result::Result<Self::Key, ::livestore_core::query::QueryError> {
                let key = #read;
                ::core::result::Result::Ok(key)
            }
        }
    }
}
