//! Fields that are columns, and what their `#[column(…)]` attributes say.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Attribute, Data, DeriveInput, Expr, Field, Fields, GenericArgument, LitStr, PathArguments,
    Result, Type, Visibility, spanned::Spanned,
};

/// A field and what its attributes say.
pub(crate) struct Column<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) ty: &'a Type,
    pub(crate) visibility: &'a Visibility,
    pub(crate) docs: Vec<&'a Attribute>,
    /// Its name in SQL.
    pub(crate) name: String,
    /// The type that stores it, if it doesn't itself.
    pub(crate) stored: Option<Type>,
    pub(crate) default: Option<Expr>,
    pub(crate) default_sql: Option<LitStr>,
    pub(crate) primary_key: bool,
    pub(crate) autoincrement: bool,
    pub(crate) indexed: bool,
    pub(crate) unique: bool,
}

/// Reads the fields of a struct; `what` names what it is for, in messages.
pub(crate) fn columns<'a>(input: &'a DeriveInput, what: &str) -> Result<Vec<Column<'a>>> {
    let expected = format!("{what} is a struct with named fields, one per column");
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => fields.named.iter().map(column).collect(),
            other => Err(syn::Error::new(other.span(), expected)),
        },
        _ => Err(syn::Error::new_spanned(&input.ident, expected)),
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
        stored: None,
        default: None,
        default_sql: None,
        primary_key: false,
        autoincrement: false,
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
            } else if meta.path.is_ident("autoincrement") {
                column.autoincrement = true;
            } else if meta.path.is_ident("index") {
                column.indexed = true;
            } else if meta.path.is_ident("unique") {
                column.unique = true;
            } else if meta.path.is_ident("default") {
                column.default = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("default_sql") {
                column.default_sql = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("json") {
                column.stored = Some(json(&field.ty));
            } else if meta.path.is_ident("as") {
                column.stored = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("name") {
                column.name = meta.value()?.parse::<LitStr>()?.value();
            } else {
                return Err(meta.error(
                    "expected `primary_key`, `autoincrement`, `default = …`, `default_sql = \"…\"`, \
                     `index`, `unique`, `json`, `as = Type` or `name = \"…\"`",
                ));
            }
            Ok(())
        })?;
    }
    Ok(column)
}

/// `Json` of the type; of an `Option`, null is no JSON but a null of the column.
fn json(ty: &Type) -> Type {
    match inside_option(ty) {
        Some(inner) => {
            syn::parse_quote!(::core::option::Option<::livestore_core::query::Json<#inner>>)
        }
        None => syn::parse_quote!(::livestore_core::query::Json<#ty>),
    }
}

fn inside_option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if last.ident == "Option" => Some(inner),
        _ => None,
    }
}

impl Column<'_> {
    /// The type of the column's constant.
    pub(crate) fn column_type(&self) -> &Type {
        self.stored.as_ref().unwrap_or(self.ty)
    }

    /// The name of the column's constant.
    pub(crate) fn constant(&self) -> Ident {
        let name = unraw(self.ident).to_uppercase();
        format_ident!("{name}", span = self.ident.span())
    }

    /// An expression that reads the field from a row.
    pub(crate) fn read(&self, place: &TokenStream) -> TokenStream {
        match &self.stored {
            Some(stored) => quote!(row.get_as::<#stored, _>(#place)?),
            None => quote!(row.get(#place)?),
        }
    }

    /// An expression that encodes a reference to the field's type.
    pub(crate) fn encode(&self, value: &TokenStream) -> TokenStream {
        let ty = self.ty;
        match &self.stored {
            Some(stored) => {
                quote!(<#stored as ::livestore_core::query::StoredAs<#ty>>::encode(#value))
            }
            None => quote!(::livestore_core::query::ColumnType::to_value(#value)),
        }
    }
}

/// The field's name without the `r#` of a raw identifier.
pub(crate) fn unraw(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}
