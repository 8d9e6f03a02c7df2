//! `#[derive(ColumnEnum)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DataEnum, DeriveInput, Fields, LitStr, Result, Variant};

use crate::field::unraw;

/// How the names of variants become texts; the rules of serde's `rename_all`.
#[derive(Clone, Copy)]
enum Rename {
    AsIs,
    Lower,
    Upper,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(
            &input.ident,
            "only an enum without fields can be stored as the name or number of its variant",
        ));
    };
    if !input.generics.params.is_empty() || data.variants.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.ident,
            "such an enum has variants and no generic parameters",
        ));
    }
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new_spanned(
                variant,
                "a variant with fields has no place in a column of texts or integers: store the enum as \
                 #[column(json)]",
            ));
        }
    }
    let is_integer = is_integer(input)?;
    if is_integer {
        Ok(integer(input, data))
    } else {
        text(input, data)
    }
}

fn is_integer(input: &DeriveInput) -> Result<bool> {
    let mut is_integer = false;
    for attribute in of(&input.attrs, "column") {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("integer") {
                is_integer = true;
            } else if meta.path.is_ident("rename_all") {
                meta.value()?.parse::<LitStr>()?;
            } else {
                return Err(meta.error("expected `integer` or `rename_all = \"…\"`"));
            }
            Ok(())
        })?;
    }
    Ok(is_integer)
}

/// An enum as the numbers of its variants.
fn integer(input: &DeriveInput, data: &DataEnum) -> TokenStream {
    let ident = &input.ident;
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let expected = format!("expected the number of a `{ident}`, found {{found}}");
    quote! {
        impl ::livestore_core::query::ColumnType for #ident {
            const KIND: ::livestore_core::query::ColumnKind =
                ::livestore_core::query::ColumnKind::Integer;

            fn to_value(&self) -> ::livestore_core::query::Value {
                ::livestore_core::query::Value::Integer(match self {
                    #(Self::#variants => Self::#variants as i64,)*
                })
            }

            fn from_value(
                value: ::livestore_core::query::ValueRef<'_>,
            ) -> ::core::result::Result<Self, ::livestore_core::query::ValueError> {
                if let ::livestore_core::query::ValueRef::Integer(number) = value {
                    #(
                        if number == Self::#variants as i64 {
                            return ::core::result::Result::Ok(Self::#variants);
                        }
                    )*
                }
                let found = ::std::format!("{value:?}");
                ::core::result::Result::Err(
                    ::livestore_core::query::ValueError::new(::std::format!(#expected))
                )
            }
        }
    }
}

/// An enum as the names of its variants, which are those serde gives them.
fn text(input: &DeriveInput, data: &DataEnum) -> Result<TokenStream> {
    let ident = &input.ident;
    let rename = rename_all(&input.attrs)?;
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    let names = data
        .variants
        .iter()
        .map(|variant| name(variant, rename))
        .collect::<Result<Vec<_>>>()?;
    for (i, name) in names.iter().enumerate() {
        if names[..i].contains(name) {
            return Err(syn::Error::new_spanned(
                variants[i],
                format!("two variants are stored as `{name}`"),
            ));
        }
    }
    let expected = format!("expected the name of a `{ident}`, found {{found}}");
    Ok(quote! {
        impl ::livestore_core::query::ColumnType for #ident {
            const KIND: ::livestore_core::query::ColumnKind =
                ::livestore_core::query::ColumnKind::Text;

            fn to_value(&self) -> ::livestore_core::query::Value {
                ::livestore_core::query::Value::Text(
                    match self { #(Self::#variants => #names,)* }.to_owned(),
                )
            }

            fn from_value(
                value: ::livestore_core::query::ValueRef<'_>,
            ) -> ::core::result::Result<Self, ::livestore_core::query::ValueError> {
                match value {
                    #(
                        ::livestore_core::query::ValueRef::Text(#names) =>
                            ::core::result::Result::Ok(Self::#variants),
                    )*
                    found => {
                        let found = ::std::format!("{found:?}");
                        ::core::result::Result::Err(
                            ::livestore_core::query::ValueError::new(::std::format!(#expected))
                        )
                    }
                }
            }
        }
    })
}

fn of<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a Attribute> {
    attributes
        .iter()
        .filter(move |attribute| attribute.path().is_ident(name))
}

/// The text of an option; serde's own counts too, so that a column and JSON have the same texts, and
/// ours before it.
fn option(attributes: &[Attribute], name: &str) -> Result<Option<LitStr>> {
    let mut found = None;
    for attribute in of(attributes, "serde").chain(of(attributes, "column")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident(name) && meta.input.peek(syn::Token![=]) {
                found = Some(meta.value()?.parse()?);
            } else if attribute.path().is_ident("column") && !meta.path.is_ident("integer") {
                return Err(meta.error("expected `rename = \"…\"`"));
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            } else if meta.input.peek(syn::token::Paren) {
                // What serde is told beyond a name, such as another one for each direction.
                return Err(meta.error(
                    "say what the column stores: #[column(rename = \"…\")] beside serde's attribute",
                ));
            }
            Ok(())
        })?;
    }
    Ok(found)
}

fn rename_all(attributes: &[Attribute]) -> Result<Rename> {
    let Some(rule) = option(attributes, "rename_all")? else {
        return Ok(Rename::AsIs);
    };
    Ok(match rule.value().as_str() {
        "lowercase" => Rename::Lower,
        "UPPERCASE" => Rename::Upper,
        "PascalCase" => Rename::AsIs,
        "camelCase" => Rename::Camel,
        "snake_case" => Rename::Snake,
        "SCREAMING_SNAKE_CASE" => Rename::ScreamingSnake,
        "kebab-case" => Rename::Kebab,
        "SCREAMING-KEBAB-CASE" => Rename::ScreamingKebab,
        _ => {
            return Err(syn::Error::new_spanned(
                rule,
                "expected a rule of serde's, as `snake_case`",
            ));
        }
    })
}

fn name(variant: &Variant, rename: Rename) -> Result<String> {
    if let Some(name) = option(&variant.attrs, "rename")? {
        return Ok(name.value());
    }
    let name = unraw(&variant.ident);
    Ok(match rename {
        Rename::AsIs => name,
        Rename::Lower => name.to_ascii_lowercase(),
        Rename::Upper => name.to_ascii_uppercase(),
        Rename::Camel => name[..1].to_ascii_lowercase() + &name[1..],
        Rename::Snake => separated(&name, '_'),
        Rename::ScreamingSnake => separated(&name, '_').to_ascii_uppercase(),
        Rename::Kebab => separated(&name, '-'),
        Rename::ScreamingKebab => separated(&name, '-').to_ascii_uppercase(),
    })
}

fn separated(name: &str, separator: char) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (i, c) in name.char_indices() {
        if i > 0 && c.is_uppercase() {
            out.push(separator);
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use syn::{DeriveInput, parse_quote};

    use super::{Rename, derive, name};

    fn error_of(input: &DeriveInput) -> String {
        derive(input).unwrap_err().to_string()
    }

    #[test]
    fn names_follow_serdes_rules() {
        let variant = parse_quote!(InProgress);
        for (rename, expected) in [
            (Rename::AsIs, "InProgress"),
            (Rename::Lower, "inprogress"),
            (Rename::Upper, "INPROGRESS"),
            (Rename::Camel, "inProgress"),
            (Rename::Snake, "in_progress"),
            (Rename::ScreamingSnake, "IN_PROGRESS"),
            (Rename::Kebab, "in-progress"),
            (Rename::ScreamingKebab, "IN-PROGRESS"),
        ] {
            assert_eq!(name(&variant, rename).unwrap(), expected);
        }
    }

    #[test]
    fn a_variants_own_name_counts_and_the_columns_before_serdes() {
        let variant = parse_quote!(
            #[serde(rename = "wip", alias = "doing")]
            InProgress
        );
        assert_eq!(name(&variant, Rename::Lower).unwrap(), "wip");
        let variant = parse_quote!(
            #[column(rename = "2")]
            #[serde(rename = "wip")]
            InProgress
        );
        assert_eq!(name(&variant, Rename::Lower).unwrap(), "2");
    }

    #[test]
    fn what_cannot_be_stored_so_is_refused() {
        let input = parse_quote! { struct Status { open: bool } };
        assert!(error_of(&input).contains("only an enum"));
        let input = parse_quote! { enum Status { Open, Done(u32) } };
        assert!(error_of(&input).contains("#[column(json)]"));
        let input = parse_quote! { enum Status { Open, #[column(rename = "Open")] Done } };
        assert!(error_of(&input).contains("two variants are stored as `Open`"));
        let input = parse_quote! { #[column(rename_all = "shouting")] enum Status { Open } };
        assert!(error_of(&input).contains("rule of serde's"));
        let input = parse_quote! { #[column(int)] enum Status { Open } };
        assert!(error_of(&input).contains("`integer`"));
    }
}
