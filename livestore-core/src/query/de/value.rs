//! Reading one value with serde; what is structured stands in a text, as JSON.

use serde::de::{
    Deserializer, Error as _, Unexpected, Visitor,
    value::{BorrowedStrDeserializer, SeqDeserializer},
};

use super::RowError;
use crate::query::ValueRef;

/// One value of a row.
pub(super) struct ValueDeserializer<'a>(pub(super) ValueRef<'a>);

impl<'a> ValueDeserializer<'a> {
    fn unexpected<V: Visitor<'a>>(&self, visitor: &V) -> RowError {
        RowError::invalid_type(
            match self.0 {
                ValueRef::Null => Unexpected::Unit,
                ValueRef::Integer(number) => Unexpected::Signed(number),
                ValueRef::Real(number) => Unexpected::Float(number),
                ValueRef::Text(text) => Unexpected::Str(text),
                ValueRef::Blob(bytes) => Unexpected::Bytes(bytes),
            },
            visitor,
        )
    }
}

/// What is no plain value stands in a text, as JSON.
fn read_json<'a, R>(
    text: &'a str,
    read: impl FnOnce(&mut JsonDeserializer<'a>) -> Result<R, serde_json::Error>,
) -> Result<R, RowError> {
    let mut json = serde_json::Deserializer::from_str(text);
    read(&mut json)
        .and_then(|value| json.end().map(|()| value))
        .map_err(|error| RowError(format!("its JSON does not decode: {error}")))
}

type JsonDeserializer<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

macro_rules! plain {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
            self.deserialize_any(visitor)
        }
    )*};
}

macro_rules! structured {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'a>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, RowError> {
            match self.0 {
                ValueRef::Text(text) => {
                    read_json(text, |json| json.$method($($argument,)* visitor))
                }
                _ => Err(self.unexpected(&visitor)),
            }
        }
    )*};
}

impl<'a> Deserializer<'a> for ValueDeserializer<'a> {
    type Error = RowError;

    plain! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8
        deserialize_u16 deserialize_u32 deserialize_u64 deserialize_f32 deserialize_f64
        deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_identifier
    }

    structured! {
        deserialize_map()
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
    }

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            ValueRef::Null => visitor.visit_unit(),
            ValueRef::Integer(number) => visitor.visit_i64(number),
            ValueRef::Real(number) => visitor.visit_f64(number),
            ValueRef::Text(text) => visitor.visit_borrowed_str(text),
            ValueRef::Blob(bytes) => visitor.visit_borrowed_bytes(bytes),
        }
    }

    fn deserialize_bool<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            ValueRef::Integer(0) => visitor.visit_bool(false),
            ValueRef::Integer(1) => visitor.visit_bool(true),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            ValueRef::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    /// A blob is a sequence of its bytes.
    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        match self.0 {
            ValueRef::Blob(bytes) => {
                visitor.visit_seq(SeqDeserializer::<_, RowError>::new(bytes.iter().copied()))
            }
            ValueRef::Text(text) => read_json(text, |json| json.deserialize_seq(visitor)),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'a>>(self, _: usize, visitor: V) -> Result<V::Value, RowError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        self.deserialize_seq(visitor)
    }

    /// A text is a variant's name, or JSON.
    fn deserialize_enum<V: Visitor<'a>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        match self.0 {
            ValueRef::Text(text) if text.starts_with(['{', '"']) => {
                read_json(text, |json| json.deserialize_enum(name, variants, visitor))
            }
            ValueRef::Text(text) => visitor.visit_enum(BorrowedStrDeserializer::new(text)),
            _ => Err(self.unexpected(&visitor)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_unit()
    }
}
