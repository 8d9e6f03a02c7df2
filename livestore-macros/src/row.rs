//! `#[derive(FromRow)]`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DeriveInput, Path, Result};

use crate::field::{Column, columns};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "a row's type takes no generic parameters",
        ));
    }
    let columns = columns(input, "a row")?;
    for column in &columns {
        if column.primary_key
            || column.autoincrement
            || column.indexed
            || column.unique
            || column.default.is_some()
            || column.default_sql.is_some()
        {
            return Err(syn::Error::new_spanned(
                column.ident,
                "a row only reads columns: `name`, `json` and `as` are what can be said of one",
            ));
        }
    }
    let from_row = from_row_impl(&input.ident, &columns);
    let part = table_of(input)?.map(|table| part_impl(&input.ident, &table, &columns));
    Ok(quote!(#from_row #part))
}

fn table_of(input: &DeriveInput) -> Result<Option<Path>> {
    let mut table = None;
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("row"))
    {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("table") {
                return Err(meta.error("expected `table = Type`"));
            }
            table = Some(meta.value()?.parse()?);
            Ok(())
        })?;
    }
    Ok(table)
}

/// Reads the columns by name, which mostly stand in the order of the fields.
pub(crate) fn from_row_impl(ident: &Ident, columns: &[Column<'_>]) -> TokenStream {
    let reads = columns.iter().enumerate().map(|(place, column)| {
        let name = &column.name;
        let field = column.ident;
        let read = column.read(&quote!(row.place_of(#name, #place)?));
        quote!(#field: #read)
    });
    quote! {
        impl ::livestore_core::query::FromRow for #ident {
            fn from_row(
                row: &::livestore_core::query::Row<'_>,
            ) -> ::core::result::Result<Self, ::livestore_core::query::QueryError> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }
        }
    }
}

/// Takes the columns of a table that have the names of the fields, and must have their types.
fn part_impl(ident: &Ident, table: &Path, columns: &[Column<'_>]) -> TokenStream {
    let terms = columns.iter().map(|column| {
        let (constant, ty) = (column.constant(), column.column_type());
        quote! {{
            let column: ::livestore_core::query::Column<#table, #ty> = <#table>::#constant;
            column.into_term()
        }}
    });
    let reads = columns.iter().enumerate().map(|(place, column)| {
        let (field, read) = (column.ident, column.read(&quote!(#place)));
        quote!(#field: #read)
    });
    quote! {
        impl ::livestore_core::query::PartOf<#table> for #ident {
            fn columns() -> ::std::vec::Vec<::livestore_core::query::Term> {
                ::std::vec![#(#terms),*]
            }

            fn read_part(
                row: &::livestore_core::query::Row<'_>,
            ) -> ::core::result::Result<Self, ::livestore_core::query::QueryError> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::derive;

    #[test]
    fn what_only_a_table_can_say_of_a_column_is_refused() {
        let input = parse_quote! { struct Summary { #[column(unique)] id: String } };
        let error = derive(&input).unwrap_err().to_string();
        assert!(error.contains("only reads columns"), "{error}");
    }

    #[test]
    fn an_unknown_option_of_a_row_is_refused() {
        let input = parse_quote! { #[row(of = Todo)] struct Summary { id: String } };
        let error = derive(&input).unwrap_err().to_string();
        assert!(error.contains("`table = Type`"), "{error}");
    }
}
