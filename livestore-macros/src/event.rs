//! `#[derive(Event)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, LitStr, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let mut name: Option<LitStr> = None;
    let mut client_only = false;
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
            } else {
                Err(meta.error("expected `name = \"…\"` or `client_only`"))
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
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        impl #impl_generics ::livestore_core::event::Event for #ident #type_generics #where_clause {
            const NAME: &'static str = #name;
            const SCOPE: ::livestore_core::event::EventScope = ::livestore_core::event::EventScope::#scope;
        }
    })
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
