//! Scalar terms of a query as data: columns, values, and what is computed from them.
//!
//! A term knows nothing of Rust types; [`Column`](super::Column) and [`Expr`](super::Expr) are its typed
//! faces. Whether a condition on terms holds for a row is [`evaluate`](super::evaluate)'s to say.

use std::borrow::Cow;

use super::{
    Value,
    sql::{SqlText, push_quoted},
};

/// A name that is usually known when the program is compiled.
pub type Name = Cow<'static, str>;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ColumnRef {
    /// The table's name.
    pub table: Name,
    /// The column's name.
    pub column: Name,
}

/// A scalar of a query.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Term {
    /// What a column holds.
    Column(ColumnRef),
    /// A bound value.
    Value(Value),
    /// What two terms make.
    Arithmetic(Box<(Term, Arithmetic, Term)>),
    /// What stands at a path of a JSON text.
    Json(Box<Term>, String),
    /// What an SQL function makes of its arguments.
    Call(Function, Vec<Term>),
    /// One value for many rows.
    Aggregate(Aggregate, Option<Box<Term>>),
    /// The value that an insert could not store because of a conflict.
    Excluded(Name),
    /// A column's text with the words that were searched for marked.
    Marked(Box<Marked>),
}

/// What makes one number of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
}

/// An SQL function of one row's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Function {
    /// ASCII letters in lower case.
    Lower,
    /// ASCII letters in upper case.
    Upper,
    /// Characters of a text, bytes of a blob.
    Length,
    /// The first argument that is not null.
    Coalesce,
}

/// A function of many rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Aggregate {
    /// The number of rows, or of values that are not null.
    Count,
    /// The number of different values that are not null.
    CountDistinct,
    /// The sum; null of none.
    Sum,
    /// The least value; null of none.
    Min,
    /// The greatest value; null of none.
    Max,
    /// The mean; null of none.
    Avg,
}

/// How a full-text index gives back a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    /// The column.
    pub column: ColumnRef,
    /// Its place in the index.
    pub place: usize,
    /// What stands before a word that was searched for.
    pub before: String,
    /// What stands after it.
    pub after: String,
    /// At most so many words around the best place, or all of the text.
    pub words: Option<u8>,
}

impl Term {
    pub(super) fn column(table: impl Into<Name>, column: impl Into<Name>) -> Self {
        Self::Column(ColumnRef {
            table: table.into(),
            column: column.into(),
        })
    }

    pub(super) fn write(&self, out: &mut SqlText) {
        match self {
            Self::Column(column) => out.push_column(column),
            Self::Value(value) => out.push_value(value),
            Self::Arithmetic(parts) => {
                let (left, operator, right) = parts.as_ref();
                out.sql.push('(');
                left.write(out);
                out.sql.push_str(match operator {
                    Arithmetic::Add => " + ",
                    Arithmetic::Subtract => " - ",
                    Arithmetic::Multiply => " * ",
                });
                right.write(out);
                out.sql.push(')');
            }
            Self::Json(of, path) => {
                out.sql.push_str("json_extract(");
                of.write(out);
                out.sql.push_str(", ");
                out.push_value(&Value::Text(path.clone()));
                out.sql.push(')');
            }
            Self::Call(function, arguments) => {
                out.sql.push_str(match function {
                    Function::Lower => "lower(",
                    Function::Upper => "upper(",
                    Function::Length => "length(",
                    Function::Coalesce => "coalesce(",
                });
                out.push_list(arguments, |out, term| term.write(out));
                out.sql.push(')');
            }
            Self::Aggregate(function, of) => {
                out.sql.push_str(match function {
                    Aggregate::Count => "count(",
                    Aggregate::CountDistinct => "count(DISTINCT ",
                    Aggregate::Sum => "sum(",
                    Aggregate::Min => "min(",
                    Aggregate::Max => "max(",
                    Aggregate::Avg => "avg(",
                });
                match of {
                    Some(term) => term.write(out),
                    None => out.sql.push('*'),
                }
                out.sql.push(')');
            }
            Self::Excluded(column) => {
                out.sql.push_str("excluded.");
                push_quoted(&mut out.sql, column);
            }
            Self::Marked(marked) => marked.write(out),
        }
    }
}

impl Marked {
    /// Without a search in force there is nothing to mark, and the column is given as it is.
    fn write(&self, out: &mut SqlText) {
        let Some(index) = out.search.clone() else {
            return out.push_column(&self.column);
        };
        out.sql.push_str(match self.words {
            Some(_) => "snippet(",
            None => "highlight(",
        });
        push_quoted(&mut out.sql, &index);
        out.sql.push_str(", ");
        out.sql.push_str(&self.place.to_string());
        out.sql.push_str(", ");
        out.push_value(&Value::Text(self.before.clone()));
        out.sql.push_str(", ");
        out.push_value(&Value::Text(self.after.clone()));
        if let Some(words) = self.words {
            out.sql.push_str(", '…', ");
            out.sql.push_str(&words.to_string());
        }
        out.sql.push(')');
    }
}
