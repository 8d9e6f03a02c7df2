//! What a column can be compared with or set to: values, columns, expressions.

use serde::{Serialize, de::DeserializeOwned};

use super::{
    Column, ColumnType, DateTime, EpochMillis, Expr, Json, StoredAs, TableRow, Term, Value,
};

/// A value that can be compared with, or stored in, a column of type `C`.
pub trait IntoColumn<C> {
    /// Encodes the value for the column.
    fn into_value(self) -> Value;
}

/// A value, column or expression of table `T` that goes with a column of type `C`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not go with a column of type `{C}`",
    label = "neither a `{C}` nor a column or expression that holds one"
)]
pub trait Operand<T, C> {
    /// Returns it as data.
    fn into_term(self) -> Term;
}

macro_rules! values {
    ($([$($generics:tt)*] $value:ty => $column:ty, |$self:ident| $encode:expr;)+) => {$(
        impl<$($generics)*> IntoColumn<$column> for $value {
            fn into_value(self) -> Value {
                let $self = self;
                $encode
            }
        }

        impl<T, $($generics)*> Operand<T, $column> for $value {
            fn into_term(self) -> Term {
                Term::Value(IntoColumn::<$column>::into_value(self))
            }
        }
    )+};
}

values! {
    [C: ColumnType] C => C, |value| value.to_value();
    [C: ColumnType] &C => C, |value| value.to_value();
    [C: ColumnType] C => Option<C>, |value| value.to_value();
    [C: ColumnType] &C => Option<C>, |value| value.to_value();
    [] &str => String, |value| Value::Text(value.to_owned());
    [] &str => Option<String>, |value| Value::Text(value.to_owned());
    [] &[u8] => Vec<u8>, |value| Value::Blob(value.to_owned());
    [] &[u8] => Option<Vec<u8>>, |value| Value::Blob(value.to_owned());
    [J: Serialize + DeserializeOwned + 'static] J => Json<J>, |value| <Json<J>>::encode(&value);
    [J: Serialize + DeserializeOwned + 'static] &J => Json<J>, |value| <Json<J>>::encode(value);
    [J: Serialize + DeserializeOwned + 'static] J => Option<Json<J>>, |value| <Json<J>>::encode(&value);
    [J: Serialize + DeserializeOwned + 'static] &J => Option<Json<J>>, |value| <Json<J>>::encode(value);
    [J: Serialize + DeserializeOwned + 'static] Option<J> => Option<Json<J>>, |value| <Option<Json<J>>>::encode(&value);
    [J: Serialize + DeserializeOwned + 'static] &Option<J> => Option<Json<J>>, |value| <Option<Json<J>>>::encode(value);
    [] Option<DateTime> => Option<EpochMillis>, |value| <Option<EpochMillis>>::encode(&value);
    [] DateTime => EpochMillis, |value| EpochMillis(value).to_value();
    [] DateTime => Option<EpochMillis>, |value| EpochMillis(value).to_value();
    [] &str => Value, |value| Value::Text(value.to_owned());
    [] String => Value, |value| Value::Text(value);
    [] i64 => Value, |value| Value::Integer(value);
    [] f64 => Value, |value| Value::Real(value);
    [] bool => Value, |value| Value::Integer(value.into());
    [] Vec<u8> => Value, |value| Value::Blob(value);
}

macro_rules! columns {
    ($($column:ty => $other:ty),+) => {$(
        impl<T: TableRow, C: ColumnType> Operand<T, $other> for Column<T, $column> {
            fn into_term(self) -> Term {
                Column::into_term(self)
            }
        }

        impl<T, C: ColumnType> Operand<T, $other> for Expr<T, $column> {
            fn into_term(self) -> Term {
                Expr::into_term(self)
            }
        }
    )+};
}

// Whether one of both may be null makes no difference to SQL.
columns!(C => C, Option<C> => C, C => Option<C>);

/// Two types that SQL compares as one: the same, or one of them nullable.
#[diagnostic::on_unimplemented(message = "columns of `{Self}` and `{C}` do not compare")]
pub trait SameColumn<C> {}

impl<C: ColumnType> SameColumn<C> for C {}
impl<C: ColumnType> SameColumn<C> for Option<C> {}
impl<C: ColumnType> SameColumn<Option<C>> for C {}
