//! Reading rows with serde, straight from SQLite's values.

mod value;

use std::fmt;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor,
    value::BorrowedStrDeserializer,
};

use self::value::ValueDeserializer;
use super::{QueryError, Row, ValueRef};

impl Row<'_> {
    /// Reads the row into any type serde knows.
    ///
    /// # Errors
    /// When the row lacks a column or a value is of another type.
    pub fn deserialize<R: DeserializeOwned>(&self) -> Result<R, QueryError> {
        R::deserialize(RowDeserializer { row: self }).map_err(|RowError(message)| QueryError::Row {
            sql: self.sql().to_owned(),
            message,
        })
    }
}

/// What serde has to say of a row.
#[derive(Debug)]
struct RowError(String);

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RowError {}

impl serde::de::Error for RowError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl RowError {
    fn in_column(self, row: &Row<'_>, index: usize) -> Self {
        Self(format!("column `{}`: {}", row.name(index), self.0))
    }
}

fn value<'a>(row: &'a Row<'_>, index: usize) -> Result<ValueDeserializer<'a>, RowError> {
    match row.value(index) {
        Ok(value) => Ok(ValueDeserializer(value)),
        Err(error) => Err(RowError(error.to_string())),
    }
}

/// A row: a map of its columns, a sequence of them, or the value of the first.
#[derive(Clone, Copy)]
struct RowDeserializer<'a, 'r> {
    row: &'a Row<'r>,
}

/// What a plain value asks for goes to the first column.
macro_rules! first_column {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'a>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, RowError> {
            value(self.row, 0)?
                .$method($($argument,)* visitor)
                .map_err(|error| error.in_column(self.row, 0))
        }
    )*};
}

impl<'a> Deserializer<'a> for RowDeserializer<'a, '_> {
    type Error = RowError;

    first_column! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_f32()
        deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
    }

    fn deserialize_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        match value(self.row, 0)?.0 {
            ValueRef::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, RowError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_seq(Columns {
            row: self.row,
            next: 0,
        })
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

    fn deserialize_map<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_map(Columns {
            row: self.row,
            next: 0,
        })
    }

    fn deserialize_struct<V: Visitor<'a>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, RowError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'a>>(self, visitor: V) -> Result<V::Value, RowError> {
        visitor.visit_unit()
    }
}

/// The columns of a row, one after the other.
struct Columns<'a, 'r> {
    row: &'a Row<'r>,
    next: usize,
}

impl<'a> Columns<'a, '_> {
    fn value<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, RowError> {
        let index = self.next;
        self.next += 1;
        seed.deserialize(value(self.row, index)?)
            .map_err(|error| error.in_column(self.row, index))
    }
}

impl<'a> SeqAccess<'a> for Columns<'a, '_> {
    type Error = RowError;

    fn next_element_seed<S: DeserializeSeed<'a>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, RowError> {
        if self.next == self.row.len() {
            return Ok(None);
        }
        self.value(seed).map(Some)
    }
}

impl<'a> MapAccess<'a> for Columns<'a, '_> {
    type Error = RowError;

    fn next_key_seed<S: DeserializeSeed<'a>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, RowError> {
        if self.next == self.row.len() {
            return Ok(None);
        }
        seed.deserialize(BorrowedStrDeserializer::new(self.row.name(self.next)))
            .map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, RowError> {
        self.value(seed)
    }
}
