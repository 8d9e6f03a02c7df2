//! Columns that hold JSON of any serde type.

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    Column, ColumnKind, ColumnType, Condition, Expr, Predicate, StoredAs, TableRow, Term, Value,
    ValueError, ValueRef,
};
use crate::event::EncodedArgs;

/// A value stored as JSON text: a column type for everything serde knows.
///
/// On a field, `#[column(json)]` stores it so without the wrapper; the column's constant is a
/// `Column<_, Json<_>>` all the same. The text is canonical (keys sorted, no white space), so the same
/// value is the same text on every client.
///
/// ```
/// # use livestore_core::prelude::*;
/// #[derive(Table)]
/// struct Issue {
///     #[column(primary_key)] id: i64,
///     #[column(json, default = Vec::new())] labels: Vec<String>,
/// }
/// let bugs = Issue::query().filter(Issue::LABELS.json_contains("bug"));
/// # let _ = bugs;
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Json<J>(pub J);

impl<J> Deref for Json<J> {
    type Target = J;

    fn deref(&self) -> &J {
        &self.0
    }
}

impl<J> DerefMut for Json<J> {
    fn deref_mut(&mut self) -> &mut J {
        &mut self.0
    }
}

/// Returns canonical JSON text.
///
/// What has no JSON form becomes a blob, which no text column takes: the write fails and names the
/// column, instead of storing something else.
fn encode(value: &impl Serialize) -> Value {
    match EncodedArgs::encode(value) {
        Ok(text) => Value::Text(text.as_str().to_owned()),
        Err(_) => Value::Blob(Vec::new()),
    }
}

fn decode<J: DeserializeOwned>(value: ValueRef<'_>) -> Result<J, ValueError> {
    match value {
        ValueRef::Text(text) => serde_json::from_str(text)
            .map_err(|error| ValueError::new(format!("its JSON does not decode: {error}"))),
        other => Err(ValueError::expected("JSON text", other)),
    }
}

impl<J: Serialize + DeserializeOwned + 'static> ColumnType for Json<J> {
    const KIND: ColumnKind = ColumnKind::Text;

    fn to_value(&self) -> Value {
        encode(&self.0)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ValueError> {
        decode(value).map(Self)
    }
}

impl<J: Serialize + DeserializeOwned + 'static> StoredAs<J> for Json<J> {
    fn encode(value: &J) -> Value {
        encode(value)
    }

    fn decode(value: ValueRef<'_>) -> Result<J, ValueError> {
        decode(value)
    }
}

/// A column type that is JSON text, nullable or not.
pub trait JsonColumn: ColumnType {}

impl<J> JsonColumn for Json<J> where Self: ColumnType {}
impl<J> JsonColumn for Option<Json<J>> where Self: ColumnType {}

/// A column type that is a JSON array, nullable or not.
///
/// What is none is refused by the compiler:
///
/// ```compile_fail,E0599
/// # use livestore_core::prelude::*;
/// # #[derive(Serialize, Deserialize)] struct Owner { name: String }
/// # #[derive(Table)] struct Issue { #[column(primary_key)] id: i64, #[column(json)] owner: Owner }
/// let wrong = Issue::query().filter(Issue::OWNER.json_contains("ann"));
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is no JSON array")]
pub trait JsonArray: JsonColumn {
    /// The type of its elements.
    type Element: Serialize;
}

impl<E: Serialize> JsonArray for Json<Vec<E>>
where
    Self: ColumnType,
{
    type Element = E;
}

impl<E: Serialize> JsonArray for Option<Json<Vec<E>>>
where
    Self: ColumnType,
{
    type Element = E;
}

/// An element to look for in a JSON array of `E`.
pub trait IntoElement<E> {
    /// Returns the value that SQLite's `json_each` gives for it; `None` when it has no JSON form.
    fn into_element(self) -> Option<Value>;
}

impl<E: Serialize> IntoElement<E> for &E {
    fn into_element(self) -> Option<Value> {
        element(self)
    }
}

impl<E: Serialize> IntoElement<E> for E {
    fn into_element(self) -> Option<Value> {
        element(&self)
    }
}

impl IntoElement<String> for &str {
    fn into_element(self) -> Option<Value> {
        Some(Value::Text(self.to_owned()))
    }
}

fn element(element: &impl Serialize) -> Option<Value> {
    use serde_json::Value as J;
    Some(match serde_json::to_value(element).ok()? {
        J::Null => Value::Null,
        J::Bool(yes) => Value::Integer(yes.into()),
        J::String(text) => Value::Text(text),
        J::Number(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Real(number.as_f64()?),
        },
        other => encode(&other),
    })
}

impl<T: TableRow, C: JsonColumn> Column<T, C> {
    /// What stands at a path of the JSON, as in `$.owner.name` or `$.tags[0]`; null if nothing does.
    ///
    /// Objects and arrays are given as JSON text: read them as [`Json`].
    pub fn json<V: ColumnType>(self, path: impl Into<String>) -> Expr<T, Option<V>> {
        Expr::new(Term::Json(Box::new(self.into_term()), path.into()))
    }
}

impl<T: TableRow, C: JsonArray> Column<T, C> {
    /// The array has the element; null has none.
    ///
    /// SQLite looks through the array of every row: there is no index for this.
    pub fn json_contains(self, element: impl IntoElement<C::Element>) -> Predicate<T> {
        Predicate::new(match element.into_element() {
            Some(element) => Condition::JsonContains(self.into_term(), element),
            None => Condition::Or(Vec::new()),
        })
    }
}
