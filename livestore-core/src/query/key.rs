//! Primary keys: their Rust type, how they are bound, compared and read.

use std::marker::PhantomData;

use super::{
    AllColumns, ColumnRef, Comparison, Condition, First, Predicate, Projection, QueryError, Row,
    Select, TableRow, Term, Value, Whole,
};

/// A table whose rows are found by their primary key; `#[derive(Table)]` implements it.
///
/// ```
/// # use livestore_core::prelude::*;
/// #[derive(Table, Clone, Debug, PartialEq)]
/// #[table(name = "seats")]
/// struct Seat {
///     #[column(primary_key)] hall: String,
///     #[column(primary_key)] number: i64,
///     taken: bool,
/// }
///
/// # fn example(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
/// let seat: Option<Seat> = store.query(&Seat::find(&("Main".into(), 7)))?;
/// let free: Vec<(String, i64)> = store.query(&Seat::query().filter(Seat::TAKEN.eq(false)).keys())?;
/// # let _ = (seat, free);
/// # Ok(())
/// # }
/// ```
pub trait TableKey: TableRow {
    /// The type of the primary key's column; of several columns a tuple, in the order of the fields.
    type Key: 'static;

    /// Encodes a key, in the order of [`PRIMARY_KEY`](TableRow::PRIMARY_KEY).
    fn key_values(key: &Self::Key) -> Vec<Value>;

    /// Reads a row that has exactly the columns of the key.
    ///
    /// # Errors
    /// When a column doesn't decode.
    fn read_key(row: &Row<'_>) -> Result<Self::Key, QueryError>;

    /// Holds for the row with this key.
    fn by_key(key: &Self::Key) -> Predicate<Self> {
        let mut equal = key_columns::<Self>()
            .zip(Self::key_values(key))
            .map(|(column, value)| {
                Condition::Compare(column, Comparison::Equal, Term::Value(value))
            });
        let first = equal
            .next()
            .expect("a table has at least one column in its primary key");
        Predicate::new(equal.fold(first, Condition::and))
    }

    /// Reads the row with this key, if there is one.
    fn find(key: &Self::Key) -> First<AllColumns<Self>> {
        Self::query()
            .filter::<Self, Whole>(Self::by_key(key))
            .first()
    }
}

fn key_columns<T: TableRow>() -> impl Iterator<Item = Term> {
    T::PRIMARY_KEY.iter().map(|name| {
        Term::Column(ColumnRef {
            table: T::TABLE.into(),
            column: (*name).into(),
        })
    })
}

/// What [`Select::keys`] takes of each row: its primary key.
#[derive(Debug)]
pub struct Keys<T>(PhantomData<fn() -> T>);

impl<T: TableKey> Projection for Keys<T> {
    type Item = T::Key;

    fn read(row: &Row<'_>) -> Result<T::Key, QueryError> {
        T::read_key(row)
    }
}

impl<T: TableKey> Select<T> {
    /// Takes the primary keys of the rows.
    pub fn keys(self) -> Select<T, Keys<T>> {
        let mut spec = self.into_spec();
        spec.columns = Some(key_columns::<T>().collect());
        Select::from_spec(spec)
    }
}
