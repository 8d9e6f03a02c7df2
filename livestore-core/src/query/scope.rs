//! What a query reads from: a table, or several joined ones, and the type of their rows.

use std::marker::PhantomData;

use super::{Column, ColumnType, Predicate, QueryError, Row, SameColumn, TableRow, Term};

/// A table, or a tuple of joined tables where `Option` stands for one that may have no row.
pub trait Scope: 'static {
    /// The type of a row: that of the table, or a tuple.
    type Row: 'static;

    /// Reads a row that has all columns of all tables.
    fn read_row(row: &Row<'_>) -> Result<Self::Row, QueryError>;
}

impl<T: TableRow> Scope for T {
    type Row = T;

    fn read_row(row: &Row<'_>) -> Result<T, QueryError> {
        T::read_all(row)
    }
}

/// A table of a join: `T`, or `Option<T>` after a left join.
pub trait Member: 'static {
    /// The table.
    type Table: TableRow;
    /// What a row of it becomes.
    type Row: 'static;
    /// What a value of a column of it becomes.
    type Value<C: ColumnType>: ColumnType;

    /// Reads its columns.
    fn read(row: &Row<'_>) -> Result<Self::Row, QueryError>;
}

impl<T: TableRow> Member for T {
    type Table = T;
    type Row = T;
    type Value<C: ColumnType> = C;

    fn read(row: &Row<'_>) -> Result<T, QueryError> {
        T::read_all(row)
    }
}

impl<T: TableRow> Member for Option<T> {
    type Table = T;
    type Row = Option<T>;
    type Value<C: ColumnType> = Option<C>;

    fn read(row: &Row<'_>) -> Result<Option<T>, QueryError> {
        let key = T::COLUMNS
            .iter()
            .position(|column| T::PRIMARY_KEY.first() == Some(column));
        // A key is never null, so a null there means that there is no row.
        if key.is_some_and(|key| row.is_null(key)) {
            return Ok(None);
        }
        T::read_all(row).map(Some)
    }
}

/// A scope that has table `T`; `Place` says where and is found by the compiler.
///
/// ```compile_fail,E0277
/// # use livestore_core::prelude::*;
/// # #[derive(Table)] struct User { #[column(primary_key)] id: i64, name: String }
/// # #[derive(Table)] struct Issue { #[column(primary_key)] id: i64, creator: i64 }
/// let wrong = Issue::query().filter(User::NAME.eq("ann"));
/// ```
#[diagnostic::on_unimplemented(
    message = "the query does not read `{T}`, or reads it twice",
    label = "this needs table `{T}`"
)]
pub trait Includes<T, Place> {
    /// What a value of a column of the table becomes.
    type Value<C: ColumnType>: ColumnType;
}

/// The place of a table that is the whole scope.
#[derive(Debug)]
pub struct Whole;

/// A place in a tuple of joined tables.
#[derive(Debug)]
pub struct At<const PLACE: usize>;

impl<T> Includes<T, Whole> for T {
    type Value<C: ColumnType> = C;
}

/// A scope that another table can be joined to.
pub trait Joinable: Scope {
    /// The scope with it.
    type With<M: Member>: Scope;
}

impl<T: TableRow> Joinable for T {
    type With<M: Member> = (T, M);
}

macro_rules! tuple {
    ($($member:ident $place:literal),+) => {
        impl<$($member: Member),+> Scope for ($($member,)+) {
            type Row = ($($member::Row,)+);

            fn read_row(row: &Row<'_>) -> Result<Self::Row, QueryError> {
                let mut start = 0;
                Ok(($({
                    let part = row.after(start);
                    start += <$member::Table as TableRow>::COLUMNS.len();
                    let _ = start;
                    $member::read(&part)?
                },)+))
            }
        }
    };
}

macro_rules! includes {
    ($place:literal $table:ident in $($member:ident),+) => {
        impl<$($member: Member),+> Includes<$table::Table, At<$place>> for ($($member,)+) {
            type Value<C: ColumnType> = $table::Value<C>;
        }
    };
}

tuple!(A 0, B 1);
tuple!(A 0, B 1, D 2);
tuple!(A 0, B 1, D 2, E 3);

includes!(0 A in A, B);
includes!(1 B in A, B);
includes!(0 A in A, B, D);
includes!(1 B in A, B, D);
includes!(2 D in A, B, D);
includes!(0 A in A, B, D, E);
includes!(1 B in A, B, D, E);
includes!(2 D in A, B, D, E);
includes!(3 E in A, B, D, E);

impl<A: Member, B: Member> Joinable for (A, B) {
    type With<M: Member> = (A, B, M);
}

impl<A: Member, B: Member, D: Member> Joinable for (A, B, D) {
    type With<M: Member> = (A, B, D, M);
}

/// Which rows of two tables belong together: columns that are equal, made by [`Column::on`].
pub struct On<T, U> {
    pub(super) columns: Vec<(Term, Term)>,
    tables: PhantomData<fn() -> (T, U)>,
}

impl<T, U> On<T, U> {
    /// And these columns are equal too.
    pub fn and(mut self, other: On<T, U>) -> Self {
        self.columns.extend(other.columns);
        self
    }
}

impl<T, U> Clone for On<T, U> {
    fn clone(&self) -> Self {
        Self {
            columns: self.columns.clone(),
            tables: PhantomData,
        }
    }
}

impl<T, U> std::fmt::Debug for On<T, U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.columns.fmt(f)
    }
}

impl<T: TableRow, C: ColumnType> Column<T, C> {
    /// For a join: this column equals a column of another table.
    pub fn on<U: TableRow, D: ColumnType + SameColumn<C>>(self, other: Column<U, D>) -> On<T, U> {
        On {
            columns: vec![(self.into_term(), other.into_term())],
            tables: PhantomData,
        }
    }
}

impl<T> Predicate<T> {
    /// The same condition for a join that has the table, so that it can be combined with conditions on
    /// the other tables.
    ///
    /// ```
    /// # use livestore_core::prelude::*;
    /// # #[derive(Table)] struct User { #[column(primary_key)] id: i64, name: String }
    /// # #[derive(Table)] struct Issue { #[column(primary_key)] id: i64, title: String, creator: i64 }
    /// type Both = (Issue, User);
    /// let found = Issue::query()
    ///     .join(Issue::CREATOR.on(User::ID))
    ///     .filter(Issue::TITLE.contains("x").within::<Both, _>().or(User::NAME.eq("x").within()));
    /// # let _ = found;
    /// ```
    pub fn within<S: Includes<T, Place>, Place>(self) -> Predicate<S> {
        Predicate::new(self.into_condition())
    }
}
