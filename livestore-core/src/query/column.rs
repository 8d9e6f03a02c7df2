//! Typed columns, and the predicates and orders made of them.

use std::{marker::PhantomData, ops};

use super::{
    value::{ColumnType, IntoColumn, Value},
    write::SetValue,
};

/// A column of table `T` that holds values of type `C`.
///
/// The derive makes one constant per field: `Todo::TEXT` is a `Column<Todo, String>`.
pub struct Column<T, C> {
    name: &'static str,
    types: PhantomData<fn() -> (T, C)>,
}

impl<T, C> Clone for Column<T, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, C> Copy for Column<T, C> {}

impl<T, C> std::fmt::Debug for Column<T, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Column").field(&self.name).finish()
    }
}

impl<T, C: ColumnType> Column<T, C> {
    /// Names a column; the derive calls it.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            types: PhantomData,
        }
    }

    /// Returns the column's name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The column equals the value; `None` is compared as `IS NULL`.
    pub fn eq(self, value: impl IntoColumn<C>) -> Predicate<T> {
        match value.into_value() {
            Value::Null => Predicate::node(Node::IsNull(self.name)),
            value => self.compare("=", value),
        }
    }

    /// The column differs from the value; `None` is compared as `IS NOT NULL`.
    ///
    /// As in SQL, a row whose column is null is not different from a value.
    pub fn ne(self, value: impl IntoColumn<C>) -> Predicate<T> {
        match value.into_value() {
            Value::Null => Predicate::node(Node::IsNotNull(self.name)),
            value => self.compare("<>", value),
        }
    }

    /// The column is less than the value.
    pub fn lt(self, value: impl IntoColumn<C>) -> Predicate<T> {
        self.compare("<", value.into_value())
    }

    /// The column is at most the value.
    pub fn le(self, value: impl IntoColumn<C>) -> Predicate<T> {
        self.compare("<=", value.into_value())
    }

    /// The column is greater than the value.
    pub fn gt(self, value: impl IntoColumn<C>) -> Predicate<T> {
        self.compare(">", value.into_value())
    }

    /// The column is at least the value.
    pub fn ge(self, value: impl IntoColumn<C>) -> Predicate<T> {
        self.compare(">=", value.into_value())
    }

    /// The column equals one of the values; of none, never.
    pub fn is_in<V: IntoColumn<C>>(self, values: impl IntoIterator<Item = V>) -> Predicate<T> {
        let values = values.into_iter().map(V::into_value).collect();
        Predicate::node(Node::In(self.name, values))
    }

    /// The text matches SQL's `LIKE` pattern: `%` any text, `_` any character, ASCII case ignored.
    pub fn like(self, pattern: impl Into<String>) -> Predicate<T> {
        self.compare("LIKE", Value::Text(pattern.into()))
    }

    /// The column is null.
    pub fn is_null(self) -> Predicate<T> {
        Predicate::node(Node::IsNull(self.name))
    }

    /// The column is not null.
    pub fn is_not_null(self) -> Predicate<T> {
        Predicate::node(Node::IsNotNull(self.name))
    }

    /// Smallest first; nulls before everything.
    pub fn asc(self) -> Order<T> {
        Order {
            column: self.name,
            direction: Direction::Ascending,
            table: PhantomData,
        }
    }

    /// Greatest first; nulls after everything.
    pub fn desc(self) -> Order<T> {
        Order {
            column: self.name,
            direction: Direction::Descending,
            table: PhantomData,
        }
    }

    pub(super) fn assign(self, value: impl IntoColumn<C>) -> SetValue {
        SetValue {
            column: self.name,
            value: value.into_value(),
        }
    }

    fn compare(self, operator: &'static str, value: Value) -> Predicate<T> {
        Predicate::node(Node::Compare(self.name, operator, value))
    }
}

/// A condition on the rows of table `T`.
pub struct Predicate<T> {
    node: Node,
    table: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Compare(&'static str, &'static str, Value),
    In(&'static str, Vec<Value>),
    IsNull(&'static str),
    IsNotNull(&'static str),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
}

impl<T> Clone for Predicate<T> {
    fn clone(&self) -> Self {
        Self::node(self.node.clone())
    }
}

impl<T> std::fmt::Debug for Predicate<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.node.fmt(f)
    }
}

impl<T> Predicate<T> {
    fn node(node: Node) -> Self {
        Self {
            node,
            table: PhantomData,
        }
    }

    /// Both hold.
    pub fn and(self, other: Predicate<T>) -> Self {
        Self::node(match self.node {
            Node::And(mut nodes) => {
                nodes.push(other.node);
                Node::And(nodes)
            }
            node => Node::And(vec![node, other.node]),
        })
    }

    /// At least one holds.
    pub fn or(self, other: Predicate<T>) -> Self {
        Self::node(match self.node {
            Node::Or(mut nodes) => {
                nodes.push(other.node);
                Node::Or(nodes)
            }
            node => Node::Or(vec![node, other.node]),
        })
    }

    pub(super) fn write(&self, sql: &mut String, binds: &mut Vec<Value>) {
        self.node.write(sql, binds);
    }
}

impl<T> ops::Not for Predicate<T> {
    type Output = Self;

    fn not(self) -> Self {
        Self::node(Node::Not(Box::new(self.node)))
    }
}

impl Node {
    fn write(&self, sql: &mut String, binds: &mut Vec<Value>) {
        match self {
            Self::Compare(column, operator, value) => {
                push_column(sql, column);
                sql.push(' ');
                sql.push_str(operator);
                sql.push(' ');
                push_bind(sql, binds, value.clone());
            }
            Self::In(_, values) if values.is_empty() => sql.push('0'),
            Self::In(column, values) => {
                push_column(sql, column);
                sql.push_str(" IN (");
                for (i, value) in values.iter().enumerate() {
                    if i > 0 {
                        sql.push_str(", ");
                    }
                    push_bind(sql, binds, value.clone());
                }
                sql.push(')');
            }
            Self::IsNull(column) => {
                push_column(sql, column);
                sql.push_str(" IS NULL");
            }
            Self::IsNotNull(column) => {
                push_column(sql, column);
                sql.push_str(" IS NOT NULL");
            }
            Self::And(nodes) => write_joined(nodes, " AND ", sql, binds),
            Self::Or(nodes) => write_joined(nodes, " OR ", sql, binds),
            Self::Not(node) => {
                sql.push_str("NOT (");
                node.write(sql, binds);
                sql.push(')');
            }
        }
    }
}

fn write_joined(nodes: &[Node], operator: &str, sql: &mut String, binds: &mut Vec<Value>) {
    sql.push('(');
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            sql.push_str(operator);
        }
        node.write(sql, binds);
    }
    sql.push(')');
}

fn push_column(sql: &mut String, column: &str) {
    super::sql::push_quoted(sql, column);
}

fn push_bind(sql: &mut String, binds: &mut Vec<Value>, value: Value) {
    binds.push(value);
    super::sql::push_parameter(sql, binds.len());
}

/// Which way a sort goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// A column to sort by, and the direction.
pub struct Order<T> {
    column: &'static str,
    direction: Direction,
    table: PhantomData<fn() -> T>,
}

impl<T> Clone for Order<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Order<T> {}

impl<T> std::fmt::Debug for Order<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.column, self.direction)
    }
}

impl<T> Order<T> {
    pub(super) fn write(&self, sql: &mut String) {
        push_column(sql, self.column);
        if self.direction == Direction::Descending {
            sql.push_str(" DESC");
        }
    }
}
