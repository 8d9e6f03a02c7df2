//! SQL values, and the Rust types a column can have.

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

    pub(crate) fn to_value(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Integer(v) => Value::Integer(v),
            Self::Real(v) => Value::Real(v),
            Self::Text(v) => Value::Text(v.to_owned()),
            Self::Blob(v) => Value::Blob(v.to_owned()),
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

    fn expected(what: &str, found: ValueRef<'_>) -> Self {
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

/// A value that can be compared with, or stored in, a column of type `C`.
pub trait IntoColumn<C> {
    /// Encodes the value for the column.
    fn into_value(self) -> Value;
}

impl<C: ColumnType> IntoColumn<C> for C {
    fn into_value(self) -> Value {
        self.to_value()
    }
}

impl<C: ColumnType> IntoColumn<C> for &C {
    fn into_value(self) -> Value {
        self.to_value()
    }
}

impl IntoColumn<String> for &str {
    fn into_value(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl IntoColumn<Vec<u8>> for &[u8] {
    fn into_value(self) -> Value {
        Value::Blob(self.to_owned())
    }
}

impl<C: ColumnType> IntoColumn<Option<C>> for C {
    fn into_value(self) -> Value {
        self.to_value()
    }
}

impl<C: ColumnType> IntoColumn<Option<C>> for &C {
    fn into_value(self) -> Value {
        self.to_value()
    }
}

impl IntoColumn<Option<String>> for &str {
    fn into_value(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl<C: ColumnType> ColumnType for Option<C> {
    const KIND: ColumnKind = C::KIND;
    const NULLABLE: bool = true;

    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, C::to_value)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Null => Ok(None),
            value => C::from_value(value).map(Some),
        }
    }
}

impl ColumnType for String {
    const KIND: ColumnKind = ColumnKind::Text;

    fn to_value(&self) -> Value {
        Value::Text(self.clone())
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Text(v) => Ok(v.to_owned()),
            other => Err(ValueError::expected("text", other)),
        }
    }
}

impl ColumnType for Vec<u8> {
    const KIND: ColumnKind = ColumnKind::Blob;

    fn to_value(&self) -> Value {
        Value::Blob(self.clone())
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Blob(v) => Ok(v.to_owned()),
            other => Err(ValueError::expected("blob", other)),
        }
    }
}

impl ColumnType for f64 {
    const KIND: ColumnKind = ColumnKind::Real;

    fn to_value(&self) -> Value {
        Value::Real(*self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Real(v) => Ok(v),
            // An aggregate over no or whole numbers may come as an integer.
            ValueRef::Integer(v) => Ok(v as f64),
            other => Err(ValueError::expected("real", other)),
        }
    }
}

impl ColumnType for bool {
    const KIND: ColumnKind = ColumnKind::Integer;

    fn to_value(&self) -> Value {
        Value::Integer(i64::from(*self))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Integer(0) => Ok(false),
            ValueRef::Integer(1) => Ok(true),
            other => Err(ValueError::expected("0 or 1", other)),
        }
    }
}

macro_rules! integer {
    ($($type:ty),+) => {$(
        impl ColumnType for $type {
            const KIND: ColumnKind = ColumnKind::Integer;

            fn to_value(&self) -> Value {
                Value::Integer(i64::from(*self))
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
                match value {
                    ValueRef::Integer(v) => v.try_into().map_err(|_| {
                        ValueError::new(format!("{v} does not fit {}", stringify!($type)))
                    }),
                    other => Err(ValueError::expected("integer", other)),
                }
            }
        }
    )+};
}

integer!(i8, i16, i32, i64, u8, u16, u32);
