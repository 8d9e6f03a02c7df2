//! `#[derive(Table)]`.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Data, DeriveInput, Expr, Field, Fields, LitStr, Result, Type, Visibility, spanned::Spanned,
};

/// A field and what its attributes say.
struct Column<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    visibility: &'a Visibility,
    docs: Vec<&'a syn::Attribute>,
    name: String,
    default: Option<Expr>,
    primary_key: bool,
    indexed: bool,
    unique: bool,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "a table's type takes no generic parameters",
        ));
    }
    let table = table_name(input)?;
    let columns = fields(input)?
        .iter()
        .map(column)
        .collect::<Result<Vec<_>>>()?;
    if !columns.iter().any(|column| column.primary_key) {
        return Err(syn::Error::new_spanned(
            &input.ident,
            format!("table `{table}` has no primary key: mark a field with #[column(primary_key)]"),
        ));
    }
    let constants = columns.iter().map(constant);
    let row = row_impl(input, &table, &columns);
    let definitions = columns.iter().map(definition);
    let ident = &input.ident;
    Ok(quote! {
        impl #ident {
            #(#constants)*
        }

        #row

        impl ::livestore_core::schema::Table for #ident {
            fn def() -> ::livestore_core::schema::TableDef {
                ::livestore_core::schema::TableDef::new(#table)#(.column(#definitions))*
            }
        }
    })
}

fn table_name(input: &DeriveInput) -> Result<String> {
    let mut name = None;
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("table"))
    {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("name") {
                return Err(meta.error("expected `name = \"…\"`"));
            }
            name = Some(meta.value()?.parse::<LitStr>()?.value());
            Ok(())
        })?;
    }
    Ok(name.unwrap_or_else(|| snake_case(&input.ident.to_string())))
}

fn fields(input: &DeriveInput) -> Result<&syn::punctuated::Punctuated<Field, syn::Token![,]>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(&fields.named),
            other => Err(syn::Error::new(
                other.span(),
                "a table is a struct with named fields, one per column",
            )),
        },
        _ => Err(syn::Error::new_spanned(
            &input.ident,
            "a table is a struct with named fields, one per column",
        )),
    }
}

fn column(field: &Field) -> Result<Column<'_>> {
    let ident = field
        .ident
        .as_ref()
        .ok_or_else(|| syn::Error::new(field.span(), "a column needs a name"))?;
    let mut column = Column {
        ident,
        ty: &field.ty,
        visibility: &field.vis,
        docs: field
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("doc"))
            .collect(),
        name: unraw(ident),
        default: None,
        primary_key: false,
        indexed: false,
        unique: false,
    };
    for attribute in field
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("column"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("primary_key") {
                column.primary_key = true;
            } else if meta.path.is_ident("index") {
                column.indexed = true;
            } else if meta.path.is_ident("unique") {
                column.unique = true;
            } else if meta.path.is_ident("default") {
                column.default = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("name") {
                column.name = meta.value()?.parse::<LitStr>()?.value();
            } else {
                return Err(meta.error(
                    "expected `primary_key`, `default = …`, `index`, `unique` or `name = \"…\"`",
                ));
            }
            Ok(())
        })?;
    }
    Ok(column)
}

fn constant(column: &Column<'_>) -> TokenStream {
    let Column {
        ty,
        visibility,
        name,
        docs,
        ..
    } = column;
    let constant = format_ident!(
        "{}",
        unraw(column.ident).to_uppercase(),
        span = column.ident.span()
    );
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
    let names_again = names.clone();
    let keys = columns
        .iter()
        .filter(|column| column.primary_key)
        .map(|column| &column.name);
    let idents: Vec<_> = columns.iter().map(|column| column.ident).collect();
    let places = 0..columns.len();
    quote! {
        impl ::livestore_core::query::TableRow for #ident {
            const TABLE: &'static str = #table;
            const COLUMNS: &'static [&'static str] = &[#(#names),*];
            const PRIMARY_KEY: &'static [&'static str] = &[#(#keys),*];

            fn read_all(
                row: &::livestore_core::query::Row<'_>,
            ) -> ::core::result::Result<Self, ::livestore_core::query::QueryError> {
                ::core::result::Result::Ok(Self { #(#idents: row.get(#places)?),* })
            }

            fn to_values(&self) -> ::std::vec::Vec<::livestore_core::query::Value> {
                ::std::vec![#(::livestore_core::query::ColumnType::to_value(&self.#idents)),*]
            }
        }

        impl ::livestore_core::query::FromRow for #ident {
            fn from_row(
                row: &::livestore_core::query::Row<'_>,
            ) -> ::core::result::Result<Self, ::livestore_core::query::QueryError> {
                ::core::result::Result::Ok(Self { #(#idents: row.get_named(#names_again)?),* })
            }
        }
    }
}

fn definition(column: &Column<'_>) -> TokenStream {
    let Column {
        ty,
        name,
        default,
        primary_key,
        indexed,
        unique,
        ..
    } = column;
    let primary_key = primary_key.then(|| quote!(.primary_key()));
    let indexed = indexed.then(|| quote!(.indexed()));
    let unique = unique.then(|| quote!(.unique()));
    let default = default
        .as_ref()
        .map(|value| quote!(.default::<#ty>(#value)));
    quote!(::livestore_core::schema::ColumnDef::new::<#ty>(#name)#primary_key #indexed #unique #default)
}

/// The field's name without the `r#` of a raw identifier.
fn unraw(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

fn snake_case(name: &str) -> String {
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
    fn a_table_takes_its_name_from_its_type() {
        assert_eq!(snake_case("LineItem"), "line_item");
        assert_eq!(snake_case("Todo"), "todo");
    }
}
