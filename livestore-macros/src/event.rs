//! `#[derive(Event)]`.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Data, DeriveInput, LitStr, Meta, Result, ext::IdentExt};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let mut name: Option<LitStr> = None;
    let mut client_only = false;
    let mut deprecated: Option<LitStr> = None;
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("event"))
    {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                name = Some(meta.value()?.parse()?);
                Ok(())
            } else if meta.path.is_ident("client_only") {
                client_only = true;
                Ok(())
            } else if meta.path.is_ident("deprecated") {
                deprecated = Some(meta.value()?.parse()?);
                Ok(())
            } else {
                Err(meta.error("expected `name = \"…\"`, `client_only` or `deprecated = \"…\"`"))
            }
        })?;
    }
    let Some(name) = name else {
        return Err(syn::Error::new_spanned(
            &input.ident,
            "an event needs a name that never changes: #[event(name = \"v1.SomethingHappened\")]",
        ));
    };
    if name.value().is_empty() {
        return Err(syn::Error::new_spanned(
            name,
            "an event's name must not be empty",
        ));
    }
    let ident = &input.ident;
    let scope = if client_only {
        quote!(ClientOnly)
    } else {
        quote!(Synced)
    };
    let deprecated =
        deprecated.map(|reason| quote!(const DEPRECATED: Option<&'static str> = Some(#reason);));
    let fields = deprecated_fields(input)?;
    let fields = (!fields.is_empty()).then(|| {
        let fields = fields.iter().map(|(name, reason)| quote!((#name, #reason)));
        quote!(const DEPRECATED_FIELDS: &'static [(&'static str, &'static str)] = &[#(#fields),*];)
    });
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics ::livestore_core::event::Event for #ident #type_generics #where_clause {
            const NAME: &'static str = #name;
            const SCOPE: ::livestore_core::event::EventScope = ::livestore_core::event::EventScope::#scope;
            #deprecated
            #fields
        }
    })
}

/// Returns the deprecated fields, by their names in JSON, and why they are.
fn deprecated_fields(input: &DeriveInput) -> Result<Vec<(String, LitStr)>> {
    let Data::Struct(data) = &input.data else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for field in &data.fields {
        let (mut reason, mut name): (Option<LitStr>, Option<LitStr>) = (None, None);
        for attribute in of(&field.attrs, "event") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("deprecated") {
                    reason = Some(meta.value()?.parse()?);
                    Ok(())
                } else if meta.path.is_ident("name") {
                    name = Some(meta.value()?.parse()?);
                    Ok(())
                } else {
                    Err(meta.error("expected `deprecated = \"…\"` or `name = \"…\"`"))
                }
            })?;
        }
        let (Some(reason), Some(ident)) = (reason, &field.ident) else {
            continue;
        };
        if name.is_none() && (is_renamed(&input.attrs) || is_renamed(&field.attrs)) {
            return Err(syn::Error::new_spanned(
                ident,
                "say the field's name in JSON: #[event(deprecated = \"…\", name = \"…\")]",
            ));
        }
        let name = name.map_or_else(|| ident.unraw().to_string(), |name| name.value());
        found.push((name, reason));
    }
    Ok(found)
}

/// Whether serde is told to rename something.
fn is_renamed(attributes: &[Attribute]) -> bool {
    of(attributes, "serde").any(|attribute| {
        let Meta::List(list) = &attribute.meta else {
            return false;
        };
        list.tokens.clone().into_iter().any(|token| {
            matches!(token, TokenTree::Ident(ident) if ident.to_string().starts_with("rename"))
        })
    })
}

fn of<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a Attribute> {
    attributes
        .iter()
        .filter(move |attribute| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::derive;

    #[test]
    fn an_event_without_a_name_is_refused() {
        let input = parse_quote! { struct TodoCreated { id: String } };
        let error = derive(&input).unwrap_err().to_string();
        assert!(error.contains("#[event(name = "), "{error}");
    }

    #[test]
    fn a_deprecated_field_is_named_as_in_json() {
        let input = parse_quote! {
            #[event(name = "v1.X", deprecated = "use v2.X")]
            struct X {
                #[event(deprecated = "use b")]
                r#type: String,
                #[serde(rename = "c")]
                #[event(deprecated = "use d", name = "c")]
                other: String,
            }
        };
        let code = derive(&input).unwrap().to_string();
        assert!(
            code.contains(r#"DEPRECATED : Option < & 'static str > = Some ("use v2.X")"#),
            "{code}"
        );
        assert!(
            code.contains(r#"("type" , "use b") , ("c" , "use d")"#),
            "{code}"
        );
        let input = parse_quote! {
            #[event(name = "v1.X")]
            #[serde(rename_all = "camelCase")]
            struct X { #[event(deprecated = "use b")] a_b: String }
        };
        let error = derive(&input).unwrap_err().to_string();
        assert!(error.contains("name in JSON"), "{error}");
    }

    #[test]
    fn an_empty_name_and_an_unknown_option_are_refused() {
        let input = parse_quote! { #[event(name = "")] struct TodoCreated { id: String } };
        assert!(
            derive(&input)
                .unwrap_err()
                .to_string()
                .contains("must not be empty")
        );
        let input = parse_quote! { #[event(nme = "x")] struct TodoCreated { id: String } };
        assert!(
            derive(&input)
                .unwrap_err()
                .to_string()
                .contains("client_only")
        );
    }
}
