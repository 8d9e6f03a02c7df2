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
