//! What `#[table(…)]` on a struct says.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DeriveInput, LitInt, LitStr, Result, Token, meta::ParseNestedMeta, parenthesized};

use crate::field::Column;

/// The attributes of a table.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) name: Option<String>,
    indexes: Vec<(bool, Vec<Ident>)>,
    full_text: Option<FullText>,
}

#[derive(Default)]
struct FullText {
    columns: Vec<Ident>,
    tokenize: Option<LitStr>,
    prefix: Vec<LitInt>,
}

impl Attributes {
    pub(super) fn of(input: &DeriveInput) -> Result<Self> {
        let mut attributes = Self::default();
        for attribute in input
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("table"))
        {
            attribute.parse_nested_meta(|meta| attributes.read(&meta))?;
        }
        Ok(attributes)
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("name") {
            self.name = Some(meta.value()?.parse::<LitStr>()?.value());
        } else if meta.path.is_ident("index") {
            self.indexes.push((false, idents(meta)?));
        } else if meta.path.is_ident("unique") {
            self.indexes.push((true, idents(meta)?));
        } else if meta.path.is_ident("fts") {
            if self.full_text.is_some() {
                return Err(meta.error("a table has one full-text index: name all columns in it"));
            }
            self.full_text = Some(FullText::read(meta)?);
        } else {
            return Err(
                meta.error("expected `name = \"…\"`, `index(a, b)`, `unique(a, b)` or `fts(a, b)`")
            );
        }
        Ok(())
    }

    /// What is said of the indexes to the table's description.
    pub(super) fn indexes(&self, columns: &[Column<'_>]) -> Result<TokenStream> {
        let mut out = TokenStream::new();
        for (unique, idents) in &self.indexes {
            let names = names(idents, columns)?;
            let unique = unique.then(|| quote!(.unique()));
            out.extend(quote! {
                .index(::livestore_core::schema::IndexDef::new([#(#names),*])#unique)
            });
        }
        if let Some(full_text) = &self.full_text {
            let names = names(&full_text.columns, columns)?;
            let tokenize = full_text
                .tokenize
                .as_ref()
                .map(|tokenize| quote!(.tokenize(#tokenize)));
            let lengths = &full_text.prefix;
            let prefix = (!lengths.is_empty()).then(|| quote!(.prefix([#(#lengths),*])));
            out.extend(quote! {
                .full_text(
                    ::livestore_core::schema::FullTextDef::new([#(#names),*])#tokenize #prefix
                )
            });
        }
        Ok(out)
    }

    /// The impl of `FullText`, if there is such an index.
    pub(super) fn full_text_impl(
        &self,
        ident: &Ident,
        table: &str,
        columns: &[Column<'_>],
    ) -> Result<Option<TokenStream>> {
        let Some(full_text) = &self.full_text else {
            return Ok(None);
        };
        let names = names(&full_text.columns, columns)?;
        let index = format!("{table}_fts");
        Ok(Some(quote! {
            impl ::livestore_core::query::FullText for #ident {
                const INDEX: &'static str = #index;
                const INDEXED: &'static [&'static str] = &[#(#names),*];
            }
        }))
    }
}

impl FullText {
    fn read(meta: &ParseNestedMeta<'_>) -> Result<Self> {
        let mut full_text = Self::default();
        meta.parse_nested_meta(|meta| {
            if meta.path.is_ident("tokenize") && meta.input.peek(Token![=]) {
                full_text.tokenize = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("prefix") && meta.input.peek(syn::token::Paren) {
                let lengths;
                parenthesized!(lengths in meta.input);
                full_text.prefix = lengths
                    .parse_terminated(<LitInt as syn::parse::Parse>::parse, Token![,])?
                    .into_iter()
                    .collect();
            } else {
                full_text.columns.push(meta.path.require_ident()?.clone());
            }
            Ok(())
        })?;
        Ok(full_text)
    }
}

fn idents(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let mut idents = Vec::new();
    meta.parse_nested_meta(|field| {
        idents.push(field.path.require_ident()?.clone());
        Ok(())
    })?;
    Ok(idents)
}

/// The columns of fields that an index names.
fn names<'a>(idents: &[Ident], columns: &'a [Column<'_>]) -> Result<Vec<&'a str>> {
    idents
        .iter()
        .map(
            |ident| match columns.iter().find(|column| column.ident == ident) {
                Some(column) => Ok(column.name.as_str()),
                None => Err(syn::Error::new(
                    ident.span(),
                    format!("the table has no field `{ident}` to index"),
                )),
            },
        )
        .collect()
}
