//! Tables known only at run time: the builders with column names instead of columns.

use std::sync::Arc;

use super::{
    ColumnList, ColumnNames, Delete, Expr, Insert, Name, PlainValues, QueryError, Select,
    SelectSpec, Source, Term, Update, Value,
};

/// Stands for the row type of a table that has none.
#[derive(Clone, Copy, Debug)]
pub struct Dynamic;

/// A table known only at run time, such as one that a user has defined.
///
/// Rows are plain [`Value`]s in the order of the columns. [`Schema::table`](crate::schema::Schema::table)
/// gives the tables of a schema.
///
/// ```
/// # use livestore_core::{prelude::*, schema::{ColumnDef, TableDef}};
/// let def = TableDef::new("contacts")
///     .column(ColumnDef::new::<String>("id").primary_key())
///     .column(ColumnDef::new::<Option<i64>>("age").indexed());
/// let schema = Schema::builder().table_def(def).build()?;
/// let contacts = schema.table("contacts").expect("it was declared");
/// let adults = contacts
///     .query()
///     .filter(contacts.column("age")?.ge(18))
///     .order_by(contacts.column("id")?.asc());
/// # let _ = adults;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DynTable {
    name: Name,
    columns: Arc<[Name]>,
}

impl DynTable {
    pub(crate) fn new(name: &str, columns: impl Iterator<Item = String>) -> Self {
        Self {
            name: Name::Owned(name.to_owned()),
            columns: columns.map(Name::Owned).collect(),
        }
    }

    /// Returns the table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the names of its columns, in the order of a row's values.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.as_ref())
    }

    /// Returns a column, for conditions and orders.
    ///
    /// # Errors
    /// When the table has none of that name.
    pub fn column(&self, name: &str) -> Result<Expr<Dynamic, Value>, QueryError> {
        match self.columns.iter().find(|column| *column == name) {
            Some(column) => Ok(Expr::new(Term::column(self.name.clone(), column.clone()))),
            None => Err(QueryError::UnknownColumn {
                table: self.name.to_string(),
                column: name.to_owned(),
            }),
        }
    }

    /// Reads the table: all rows and columns, until narrowed down.
    pub fn query(&self) -> Select<Dynamic, PlainValues> {
        Select::from_spec(SelectSpec::new(Source {
            table: self.name.clone(),
            columns: ColumnNames::Shared(Arc::clone(&self.columns)),
        }))
    }

    /// Adds a row, whose columns are set by name ([`Insert::set_value`]).
    pub fn insert(&self) -> Insert<Dynamic> {
        Insert::into_table(self.name.clone())
    }

    /// Changes columns, set by name ([`Update::set_value`]), of the rows that match, or of all.
    pub fn update(&self) -> Update<Dynamic> {
        Update::of_table(self.name.clone())
    }

    /// Removes the rows that match, or all.
    pub fn delete(&self) -> Delete<Dynamic> {
        Delete::of_table(self.name.clone())
    }
}

impl ColumnList<Dynamic> for &[&str] {
    fn push_names(self, names: &mut Vec<Name>) {
        names.extend(self.iter().map(|&name| Name::Owned(name.to_owned())));
    }
}
