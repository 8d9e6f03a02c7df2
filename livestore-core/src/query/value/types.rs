//! The column types of the standard library, and those that fit any kind of value.

use super::{ColumnKind, ColumnType, Value, ValueError, ValueRef};
use crate::query::Number;

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

impl ColumnType for f32 {
    const KIND: ColumnKind = ColumnKind::Real;

    fn to_value(&self) -> Value {
        Value::Real(f64::from(*self))
    }

    /// What it cannot hold exactly is rounded.
    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        f64::from_value(value).map(|v| v as Self)
    }
}

impl Number for f32 {
    type Sum = f64;

    fn zero() -> Value {
        f64::zero()
    }
}

impl Number for f64 {
    type Sum = f64;

    fn zero() -> Value {
        Value::Real(0.0)
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

        impl Number for $type {
            type Sum = i64;

            fn zero() -> Value {
                Value::Integer(0)
            }
        }
    )+};
}

integer!(i8, i16, i32, i64, u8, u16, u32);

/// Whatever the column holds: for tables whose types are not known when the program is compiled.
impl ColumnType for Value {
    const KIND: ColumnKind = ColumnKind::Any;
    const NULLABLE: bool = true;

    fn to_value(&self) -> Value {
        self.clone()
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        Ok(value.to_value())
    }
}

macro_rules! from {
    ($($type:ty => |$value:ident| $make:expr),+ $(,)?) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Self {
                $make
            }
        }
    )+};
}

from! {
    String => |v| Self::Text(v),
    &str => |v| Self::Text(v.to_owned()),
    i64 => |v| Self::Integer(v),
    i32 => |v| Self::Integer(v.into()),
    f64 => |v| Self::Real(v),
    bool => |v| Self::Integer(v.into()),
    Vec<u8> => |v| Self::Blob(v),
}

/// Stored as its text, which is the same everywhere and sorts by time if its version does.
#[cfg(feature = "uuid")]
impl ColumnType for uuid::Uuid {
    const KIND: ColumnKind = ColumnKind::Text;

    fn to_value(&self) -> Value {
        Value::Text(self.hyphenated().to_string())
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        match value {
            ValueRef::Text(text) => Self::try_parse(text)
                .map_err(|error| ValueError::new(format!("`{text}` is no UUID: {error}"))),
            other => Err(ValueError::expected("a UUID as text", other)),
        }
    }
}
