//! `#[derive(ClientDocument)]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Expr, Field, Fields, Ident, LitStr, Result, Token,
    meta::ParseNestedMeta,
};

use crate::{field::unraw, table::snake_case};

/// What `#[document(…)]` says.
#[derive(Default)]
struct Attributes {
    name: Option<LitStr>,
    id: Option<LitStr>,
    session: bool,
    keyed: bool,
    replace: bool,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "a client document's type takes no generic parameters",
        ));
    }
    let attributes = Attributes::of(input)?;
    let ident = &input.ident;
    let name = match &attributes.name {
        Some(name) => name.value(),
        None => snake_case(&ident.to_string()),
    };
    let event = format!("{name}Set");
    let fields = if attributes.replace {
        None
    } else {
        named_fields(input)
    };
    let partial = fields.is_some();
    let default_id = attributes.default_id();
    let single = (!attributes.keyed)
        .then(|| quote!(impl ::livestore_core::schema::SingleDocument for #ident {}));
    let (names, fields) = match fields {
        Some(fields) => fields_impl(input, fields)?,
        None => Default::default(),
    };
    Ok(quote! {
        impl ::livestore_core::schema::ClientDocument for #ident {
            const NAME: &'static str = #name;
            const EVENT: &'static str = #event;
            const PARTIAL: bool = #partial;
            const FIELDS: &'static [&'static str] = &[#(#names),*];
            const DEFAULT_ID: ::livestore_core::schema::DocumentId =
                ::livestore_core::schema::DocumentId::#default_id;
        }

        #single

        #fields
    })
}

impl Attributes {
    fn of(input: &DeriveInput) -> Result<Self> {
        let mut attributes = Self::default();
        for attribute in of(&input.attrs, "document") {
            attribute.parse_nested_meta(|meta| attributes.read(&meta))?;
        }
        let said = [
            attributes.id.is_some(),
            attributes.session,
            attributes.keyed,
        ];
        if said.into_iter().filter(|said| *said).count() > 1 {
            return Err(syn::Error::new_spanned(
                &input.ident,
                "a client document has one of `id = \"…\"`, `session` and `keyed`",
            ));
        }
        Ok(attributes)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("name") {
            self.name = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("id") {
            self.id = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("session") {
            self.session = true;
        } else if meta.path.is_ident("keyed") {
            self.keyed = true;
        } else if meta.path.is_ident("replace") {
            self.replace = true;
        } else {
            return Err(meta
                .error("expected `name = \"…\"`, `id = \"…\"`, `session`, `keyed` or `replace`"));
        }
        Ok(())
    }

    fn default_id(&self) -> TokenStream {
        match &self.id {
            Some(id) => quote!(Fixed(#id)),
            None if self.session => quote!(Session),
            None if self.keyed => quote!(Keyed),
            None => quote!(Fixed("default")),
        }
    }
}

fn named_fields(input: &DeriveInput) -> Option<&Fields> {
    match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => Some(&data.fields),
        _ => None,
    }
}

/// The names in JSON of the fields that are stored, and what sets them.
fn fields_impl(input: &DeriveInput, fields: &Fields) -> Result<(Vec<String>, TokenStream)> {
    let ident = &input.ident;
    let rule = Serde::of(&input.attrs)?.rename_all;
    let (mut names, mut constants) = (Vec::new(), TokenStream::new());
    for field in fields {
        let serde = Serde::of(&field.attrs)?;
        if serde.skip {
            continue;
        }
        let Some(ident) = &field.ident else {
            continue;
        };
        let name = json_name(ident, serde.rename, rule.as_ref())?;
        constants.extend(constant(field, ident, &name));
        if !serde.skip_serializing {
            names.push(name);
        }
    }
    let fields = quote! {
        impl #ident {
            #constants
        }

        impl ::livestore_core::schema::DocumentFields for #ident {}
    };
    Ok((names, fields))
}

fn json_name(ident: &Ident, rename: Option<LitStr>, rule: Option<&LitStr>) -> Result<String> {
    let plain = unraw(ident);
    match (rename, rule) {
        (Some(name), _) => Ok(name.value()),
        (None, Some(rule)) => renamed(&plain, rule),
        (None, None) => Ok(plain),
    }
}

fn constant(field: &Field, ident: &Ident, name: &str) -> TokenStream {
    let plain = unraw(ident);
    let constant = format_ident!("{}", plain.to_uppercase(), span = ident.span());
    let (visibility, ty) = (&field.vis, &field.ty);
    let docs = format!("The field `{plain}`.");
    quote! {
        #[doc = #docs]
        #[allow(dead_code)]
        #visibility const #constant: ::livestore_core::schema::DocumentField<Self, #ty> =
            ::livestore_core::schema::DocumentField::new(#name);
    }
}

/// What serde is told of the names in JSON.
#[derive(Default)]
struct Serde {
    rename: Option<LitStr>,
    rename_all: Option<LitStr>,
    skip: bool,
    skip_serializing: bool,
}

impl Serde {
    fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut serde = Self::default();
        for attribute in of(attributes, "serde") {
            attribute.parse_nested_meta(|meta| serde.read(&meta))?;
        }
        Ok(serde)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("rename") && meta.input.peek(Token![=]) {
            self.rename = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("rename_all") && meta.input.peek(Token![=]) {
            self.rename_all = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("skip") {
            self.skip = true;
        } else if meta.path.is_ident("skip_serializing") {
            self.skip_serializing = true;
        } else if meta.path.is_ident("with") || meta.path.is_ident("serialize_with") {
            return Err(meta.error(
                "such a field is stored in a form that setting it alone would not know: #[document(replace)] sets \
                 all of the document",
            ));
        } else if ["into", "from", "try_from", "transparent"]
            .iter()
            .any(|name| meta.path.is_ident(name))
        {
            return Err(meta.error(
                "such a document is stored in a form that has other fields: #[document(replace)] sets all of it",
            ));
        } else if ["flatten", "rename", "rename_all"]
            .iter()
            .any(|name| meta.path.is_ident(name))
        {
            return Err(meta.error(
                "such a field has no one name to set it by: #[document(replace)] sets all of the document",
            ));
        } else if meta.input.peek(Token![=]) {
            meta.value()?.parse::<Expr>()?;
        } else if meta.input.peek(syn::token::Paren) {
            meta.parse_nested_meta(|inner| {
                if inner.input.peek(Token![=]) {
                    inner.value()?.parse::<Expr>()?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// A field's name as serde's rule makes it.
fn renamed(name: &str, rule: &LitStr) -> Result<String> {
    let pascal = || -> String { name.split('_').map(capital).collect() };
    Ok(match rule.value().as_str() {
        "lowercase" | "snake_case" => name.to_owned(),
        "UPPERCASE" | "SCREAMING_SNAKE_CASE" => name.to_ascii_uppercase(),
        "PascalCase" => pascal(),
        "camelCase" => {
            let pascal = pascal();
            pascal[..1].to_ascii_lowercase() + &pascal[1..]
        }
        "kebab-case" => name.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => name.to_ascii_uppercase().replace('_', "-"),
        _ => {
            return Err(syn::Error::new_spanned(
                rule,
                "expected a rule of serde's, as `camelCase`",
            ));
        }
    })
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

fn of<'a>(attributes: &'a [Attribute], name: &'a str) -> impl Iterator<Item = &'a Attribute> {
    attributes
        .iter()
        .filter(move |attribute| attribute.path().is_ident(name))
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn error_of(input: &DeriveInput) -> String {
        derive(input).unwrap_err().to_string()
    }

    #[test]
    fn a_document_has_one_kind_of_id() {
        let input = parse_quote! { #[document(session, keyed)] struct Ui { a: i64 } };
        assert!(error_of(&input).contains("one of"));
        let input = parse_quote! { #[document(per_tab)] struct Ui { a: i64 } };
        assert!(error_of(&input).contains("`session`"));
    }

    #[test]
    fn a_field_without_a_name_of_its_own_is_refused_unless_all_is_replaced() {
        let input = parse_quote! { struct Ui { #[serde(flatten)] a: Other } };
        assert!(error_of(&input).contains("#[document(replace)]"));
        let input = parse_quote! { #[document(replace)] struct Ui { #[serde(flatten)] a: Other } };
        assert!(derive(&input).is_ok());
    }

    #[test]
    fn a_field_with_a_form_of_its_own_is_refused_unless_all_is_replaced() {
        for input in [
            parse_quote! { struct Ui { #[serde(default, with = "seconds")] a: Time } },
            parse_quote! { struct Ui { #[serde(serialize_with = "seconds")] a: Time } },
            parse_quote! { #[serde(from = "Old", into = "Old")] struct Ui { a: Time } },
            parse_quote! { #[serde(transparent)] struct Ui { a: Time } },
        ] {
            assert!(error_of(&input).contains("#[document(replace)]"));
        }
        let input =
            parse_quote! { #[document(replace)] struct Ui { #[serde(with = "s")] a: Time } };
        assert!(derive(&input).is_ok());
    }

    #[test]
    fn names_follow_serdes_rules() {
        let name = |rule: &str| {
            renamed(
                "new_todo",
                &LitStr::new(rule, proc_macro2::Span::call_site()),
            )
            .unwrap()
        };
        assert_eq!(name("camelCase"), "newTodo");
        assert_eq!(name("PascalCase"), "NewTodo");
        assert_eq!(name("kebab-case"), "new-todo");
        assert_eq!(name("SCREAMING_SNAKE_CASE"), "NEW_TODO");
        let upside_down = LitStr::new("upside down", proc_macro2::Span::call_site());
        assert!(renamed("new_todo", &upside_down).is_err());
    }
}
