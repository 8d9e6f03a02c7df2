//! SQL values, and what a Rust type must say to be a column's.
//!
//! Which types are is said in [`types`], [`json`](super::json) and [`time`](super::time).

mod types;

use rusqlite::types::{self as sqlite, ToSql, ToSqlOutput};

/// A value as SQLite stores it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL's `NULL`.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// UTF-8 text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A borrowed [`Value`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ValueRef<'a> {
    /// SQL's `NULL`.
    Null,
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// UTF-8 text.
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
}

impl ValueRef<'_> {
    /// Names the value's kind for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Integer(_) => "integer",
            Self::Real(_) => "real",
            Self::Text(_) => "text",
            Self::Blob(_) => "blob",
        }
    }

    /// Copies the value.
    pub fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Integer(v) => Value::Integer(v),
            Self::Real(v) => Value::Real(v),
            Self::Text(v) => Value::Text(v.to_owned()),
            Self::Blob(v) => Value::Blob(v.to_owned()),
        }
    }
}

impl Value {
    /// Borrows the value.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null => ValueRef::Null,
            Self::Integer(v) => ValueRef::Integer(*v),
            Self::Real(v) => ValueRef::Real(*v),
            Self::Text(v) => ValueRef::Text(v),
            Self::Blob(v) => ValueRef::Blob(v),
        }
    }
}

impl<'a> TryFrom<sqlite::ValueRef<'a>> for ValueRef<'a> {
    type Error = ValueError;

    fn try_from(value: sqlite::ValueRef<'a>) -> Result<Self, ValueError> {
        Ok(match value {
            sqlite::ValueRef::Null => Self::Null,
            sqlite::ValueRef::Integer(v) => Self::Integer(v),
            sqlite::ValueRef::Real(v) => Self::Real(v),
            sqlite::ValueRef::Text(v) => Self::Text(
                std::str::from_utf8(v).map_err(|_| ValueError::new("text that is not UTF-8"))?,
            ),
            sqlite::ValueRef::Blob(v) => Self::Blob(v),
        })
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => sqlite::ValueRef::Null,
            Self::Integer(v) => sqlite::ValueRef::Integer(*v),
            Self::Real(v) => sqlite::ValueRef::Real(*v),
            Self::Text(v) => sqlite::ValueRef::Text(v.as_bytes()),
            Self::Blob(v) => sqlite::ValueRef::Blob(v),
        }))
    }
}

/// How a column stores its values, in SQLite's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// `INTEGER`.
    Integer,
    /// `REAL`.
    Real,
    /// `TEXT`.
    Text,
    /// `BLOB`.
    Blob,
    /// `ANY`: whatever is stored, as it is.
    Any,
}

impl ColumnKind {
    /// Returns SQLite's word for it.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Integer => "INTEGER",
            Self::Real => "REAL",
            Self::Text => "TEXT",
            Self::Blob => "BLOB",
            Self::Any => "ANY",
        }
    }
}

/// A stored value that the Rust type cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(String);

impl ValueError {
    /// Describes what was found or expected, in lower case, without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    pub(super) fn expected(what: &str, found: ValueRef<'_>) -> Self {
        Self(format!("expected {what}, found {}", found.kind()))
    }
}

/// A Rust type that a column can hold.
///
/// Implement it for newtypes and enums of your own:
///
/// ```
/// use livestore_core::query::{ColumnKind, ColumnType, Value, ValueError, ValueRef};
///
/// enum Priority { Low, High }
///
/// impl ColumnType for Priority {
///     const KIND: ColumnKind = ColumnKind::Text;
///
///     fn to_value(&self) -> Value {
///         Value::Text(match self { Priority::Low => "low", Priority::High => "high" }.into())
///     }
///
///     fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
///         match value {
///             ValueRef::Text("low") => Ok(Priority::Low),
///             ValueRef::Text("high") => Ok(Priority::High),
///             other => Err(ValueError::new(format!("expected a priority, found {other:?}"))),
///         }
///     }
/// }
/// ```
pub trait ColumnType: Sized + 'static {
    /// How SQLite stores it.
    const KIND: ColumnKind;
    /// Whether `NULL` is one of its values.
    const NULLABLE: bool = false;

    /// Encodes the value.
    fn to_value(&self) -> Value;

    /// Decodes a stored value.
    ///
    /// # Errors
    /// When the stored value is none of this type.
    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError>;
}

/// A column type that stores another type: what `#[column(as = …)]` on a field names.
///
/// For types of other crates, or to store a type in another way than it does itself:
///
/// ```
/// # use livestore_core::{prelude::*, query::StoredAs};
/// /// A port, stored as a number.
/// struct Port;
///
/// impl ColumnType for Port {
///     const KIND: ColumnKind = ColumnKind::Integer;
///     fn to_value(&self) -> Value { Value::Null }
///     fn from_value(_: ValueRef<'_>) -> Result<Self, ValueError> { Ok(Port) }
/// }
///
/// impl StoredAs<std::net::SocketAddr> for Port {
///     fn encode(address: &std::net::SocketAddr) -> Value { Value::Integer(address.port().into()) }
///     fn decode(value: ValueRef<'_>) -> Result<std::net::SocketAddr, ValueError> {
///         Ok(([127, 0, 0, 1], u16::from_value(value)?).into())
///     }
/// }
///
/// #[derive(Table)]
/// struct Server { #[column(primary_key)] id: i64, #[column(as = Port)] local: std::net::SocketAddr }
/// ```
pub trait StoredAs<R>: ColumnType {
    /// Encodes the value.
    fn encode(value: &R) -> Value;

    /// Decodes a stored value.
    ///
    /// # Errors
    /// When the stored value is none of this type.
    fn decode(value: ValueRef<'_>) -> Result<R, ValueError>;
}

impl<R, S: StoredAs<R>> StoredAs<Option<R>> for Option<S> {
    fn encode(value: &Option<R>) -> Value {
        value.as_ref().map_or(Value::Null, S::encode)
    }

    fn decode(value: ValueRef<'_>) -> Result<Option<R>, ValueError> {
        match value {
            ValueRef::Null => Ok(None),
            value => S::decode(value).map(Some),
        }
    }
}
