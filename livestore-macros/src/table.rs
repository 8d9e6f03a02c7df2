//! `#[derive(Table)]`.

mod attribute;
mod key;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Result};

use self::attribute::Attributes;
use crate::{
    field::{Column, columns},
    row::from_row_impl,
};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "a table's type takes no generic parameters",
        ));
    }
    let attributes = Attributes::of(input)?;
    let ident = &input.ident;
    let table = attributes
        .name
        .clone()
        .unwrap_or_else(|| snake_case(&ident.to_string()));
    let columns = columns(input, "a table")?;
    if !columns.iter().any(|column| column.primary_key) {
        return Err(syn::Error::new_spanned(
            ident,
            format!("table `{table}` has no primary key: mark a field with #[column(primary_key)]"),
        ));
    }
    let constants = columns.iter().map(constant);
    let row = row_impl(input, &table, &columns);
    let key = key::key_impl(ident, &columns);
    let from_row = from_row_impl(ident, &columns);
    let definitions = columns.iter().map(definition);
    let indexes = attributes.indexes(&columns)?;
    let full_text = attributes.full_text_impl(ident, &table, &columns)?;
    Ok(quote! {
        impl #ident {
            #(#constants)*
        }

        #row

        #key

        #from_row

        impl ::livestore_core::schema::Table for #ident {
            fn def() -> ::livestore_core::schema::TableDef {
                ::livestore_core::schema::TableDef::new(#table)#(.column(#definitions))* #indexes
            }
        }

        #full_text
    })
}

fn constant(column: &Column<'_>) -> TokenStream {
    let Column {
        visibility,
        name,
        docs,
        ..
    } = column;
    let (constant, ty) = (column.constant(), column.column_type());
    let fallback = format!("The column `{name}`.");
    let docs = if docs.is_empty() {
        quote!(#[doc = #fallback])
    } else {
        quote!(#(#docs)*)
    };
    quote! {
        #docs
        #[allow(dead_code)]
        #visibility const #constant: ::livestore_core::query::Column<Self, #ty> =
            ::livestore_core::query::Column::new(#name);
    }
}

fn row_impl(input: &DeriveInput, table: &str, columns: &[Column<'_>]) -> TokenStream {
    let ident = &input.ident;
    let names = columns.iter().map(|column| &column.name);
    let quoted: Vec<_> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name.replace('"', "\"\"")))
        .collect();
    let list = quoted.join(", ");
    let keys = columns
        .iter()
        .filter(|column| column.primary_key)
        .map(|column| &column.name);
    let reads = columns.iter().enumerate().map(|(place, column)| {
        let (field, read) = (column.ident, column.read(&quote!(#place)));
        quote!(#field: #read)
    });
    let values = columns.iter().map(|column| {
        let field = column.ident;
        column.encode(&quote!(&self.#field))
    });
    quote! {
        impl ::livestore_core::query::TableRow for #ident {
            const TABLE: &'static str = #table;
            const COLUMNS: &'static [&'static str] = &[#(#names),*];
            const COLUMN_LIST: &'static str = #list;
            const PRIMARY_KEY: &'static [&'static str] = &[#(#keys),*];

            fn read_all(
                row: &::livestore_core::query::Row<'_>,
            ) -> ::core::result::Result<Self, ::livestore_core::query::QueryError> {
                ::core::result::Result::Ok(Self { #(#reads),* })
            }

            fn to_values(&self) -> ::std::vec::Vec<::livestore_core::query::Value> {
                ::std::vec![#(#values),*]
            }
        }
    }
}

fn definition(column: &Column<'_>) -> TokenStream {
    let Column {
        ty,
        name,
        default,
        default_sql,
        ..
    } = column;
    let stored = column.column_type();
    let flags = [
        (column.primary_key, quote!(.primary_key())),
        (column.autoincrement, quote!(.autoincrement())),
        (column.indexed, quote!(.indexed())),
        (column.unique, quote!(.unique())),
    ];
    let flags = flags
        .into_iter()
        .filter(|(set, _)| *set)
        .map(|(_, call)| call);
    let default = default.as_ref().map(|value| match &column.stored {
        Some(_) => {
            let encode = column.encode(&quote!(&value));
            quote!(.default_value({ let value: #ty = #value; #encode }))
        }
        None => quote!(.default::<#ty>(#value)),
    });
    let default_sql = default_sql
        .as_ref()
        .map(|expression| quote!(.default_sql(#expression)));
    quote! {
        ::livestore_core::schema::ColumnDef::new::<#stored>(#name) #(#flags)* #default #default_sql
    }
}

pub(crate) fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (i, c) in name.chars().enumerate() {
        if c.is_uppercase() && i > 0 {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, parse_quote};

    use super::{derive, snake_case};

    fn error_of(input: &DeriveInput) -> String {
        derive(input).unwrap_err().to_string()
    }

    #[test]
    fn a_table_without_a_primary_key_is_refused_by_name() {
        let input = parse_quote! { #[table(name = "todos")] struct Todo { id: String } };
        let expected = "table `todos` has no primary key: mark a field with #[column(primary_key)]";
        assert_eq!(error_of(&input), expected);
    }

    #[test]
    fn only_structs_with_named_fields_are_tables() {
        let tuple = parse_quote! { struct Todo(String); };
        let choice = parse_quote! { enum Todo { A, B } };
        let generic = parse_quote! { struct Todo<T> { #[column(primary_key)] id: T } };
        assert!(error_of(&tuple).contains("named fields"));
        assert!(error_of(&choice).contains("named fields"));
        assert!(error_of(&generic).contains("generic"));
    }

    #[test]
    fn an_unknown_column_option_is_refused_with_those_there_are() {
        let input = parse_quote! { struct Todo { #[column(key)] id: String } };
        assert!(error_of(&input).contains("`primary_key`"));
    }

    #[test]
    fn an_index_on_no_field_of_the_table_is_refused_by_name() {
        let input = parse_quote! {
            #[table(index(id, titel))]
            struct Todo { #[column(primary_key)] id: String, title: String }
        };
        assert_eq!(error_of(&input), "the table has no field `titel` to index");
        let input = parse_quote! {
            #[table(fts(body, prefix(2, 3)))]
            struct Todo { #[column(primary_key)] id: String, title: String }
        };
        assert_eq!(error_of(&input), "the table has no field `body` to index");
    }

    #[test]
    fn an_unknown_table_option_is_refused_with_those_there_are() {
        let input =
            parse_quote! { #[table(fulltext(a))] struct Todo { #[column(primary_key)] a: String } };
        assert!(error_of(&input).contains("`fts(a, b)`"));
    }

    #[test]
    fn a_table_takes_its_name_from_its_type() {
        assert_eq!(snake_case("LineItem"), "line_item");
        assert_eq!(snake_case("Todo"), "todo");
    }
}
